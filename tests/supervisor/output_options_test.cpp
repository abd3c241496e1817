#include "supervisor/hold/output_options.hpp"

#include <gtest/gtest.h>

#include "ffmpeg_help_texts.hpp"
#include "supervisor/hold/command_groups.hpp"
#include "supervisor/hold/key_values.hpp"
#include "supervisor/hold/output_legs.hpp"

namespace supervisor {
namespace {

using About = HelpQuestion::About;
using Words = std::vector<std::string>;
using Pairs = std::vector<std::pair<std::string, std::string>>;

FfmpegHelp help() {
  FfmpegHelp help;
  read_answer({About::options}, test::full_5_1, help);
  read_answer({About::muxer, "fifo"}, test::muxer_fifo_5_1, help);
  read_answer({About::protocol, "srt"}, test::protocol_srt_5_1, help);
  return help;
}

// Of the first option of an output that goes to a muxer and a protocol.
OptionUser user(const Words& words, std::string_view muxer, std::string_view protocol) {
  const auto groups = command_groups(words);
  return user_of(groups.front().options.front(), help(), muxer, protocol);
}

TEST(OutputOptions, OfTheMuxerOrTheProtocolAreThePublishers) {
  for (const Words& words : std::vector<Words>{{"-flvflags", "no_metadata"},
                                               {"-rtmp_live", "live"},
                                               {"-user_agent", "x"},
                                               {"-max_interleave_delta", "0"},
                                               {"-muxrate", "2M"},
                                               {"-metadata:s:a:0", "language=deu"},
                                               {"-tag:v", "hvc1"},
                                               {"-disposition:a:1", "default"},
                                               {"-bsf:a", "aac_adtstoasc"},
                                               {"-f", "flv"},
                                               {"-muxdelay", "0"}})
    EXPECT_EQ(user(words, "flv", "rtmp"), OptionUser::publisher) << words.front();
}

TEST(OutputOptions, OfEncodingAndChoosingAreTheEncoders) {
  for (const Words& words : std::vector<Words>{{"-c:v", "libx264"},
                                               {"-b:v", "1M"},
                                               {"-preset", "fast"},
                                               {"-map", "0:v"},
                                               {"-t", "5"},
                                               {"-shortest"},
                                               {"-fs", "1M"},
                                               {"-frames:v", "5"},
                                               {"-vf", "null"},
                                               {"-map_metadata", "-1"},
                                               {"-no_such_option", "1"}})
    EXPECT_EQ(user(words, "flv", "rtmp"), OptionUser::encoder) << words.front();
}

TEST(OutputOptions, WhatBothKnowGoesToBothOnlyWhereTheOutputKnowsIt) {
  EXPECT_EQ(user({"-strict", "-2"}, "flv", "rtmp"), OptionUser::both);
  EXPECT_EQ(user({"-mode", "caller"}, "mpegts", "srt"), OptionUser::both);
  EXPECT_EQ(user({"-mode", "mono"}, "flv", "rtmp"), OptionUser::encoder);
  EXPECT_EQ(user({"-strict:v", "-2"}, "flv", "rtmp"), OptionUser::encoder) << "of one stream";
}

TEST(OutputOptions, ACodecIsChosenForAType) {
  const auto chosen = [](const Words& words) {
    return chooses_codec_of(command_groups(words).front().options.front());
  };
  EXPECT_EQ(chosen({"-c:v", "x"}), 'v');
  EXPECT_EQ(chosen({"-codec:a:1", "x"}), 'a');
  EXPECT_EQ(chosen({"-vcodec", "x"}), 'v');
  EXPECT_EQ(chosen({"-c", "x"}), '\0');
  EXPECT_EQ(chosen({"-c:1", "x"}), '\0');
  EXPECT_EQ(chosen({"-b:v", "x"}), std::nullopt);
}

TEST(OutputOptions, TheGlobalHeaderIsTakenOutOfTheFlags) {
  EXPECT_EQ(without_global_header("+global_header"), "");
  EXPECT_EQ(without_global_header("global_header"), "");
  EXPECT_EQ(without_global_header("+low_delay+global_header-cgop"), "+low_delay-cgop");
  EXPECT_EQ(without_global_header("-global_header+cgop"), "+cgop");
  EXPECT_EQ(without_global_header("+cgop"), "+cgop");
}

TEST(KeyValues, AreReadAsFfmpegDoes) {
  EXPECT_EQ(read_key_values("f=flv:onfail=ignore"), (Pairs{{"f", "flv"}, {"onfail", "ignore"}}));
  EXPECT_EQ(read_key_values("headers='X: 1':a=b\\:c"), (Pairs{{"headers", "X: 1"}, {"a", "b:c"}}));
  EXPECT_EQ(read_key_values("a= b :c=' d '"), (Pairs{{"a", "b"}, {"c", " d "}}));
  EXPECT_EQ(read_key_values("bsfs/v=dump_extra=freq=keyframe"),
            (Pairs{{"bsfs/v", "dump_extra=freq=keyframe"}}));
  EXPECT_EQ(read_key_values(""), Pairs{});
  EXPECT_EQ(read_key_values("a:b=:=c:\\"), (Pairs{{"b", ""}}));
}

std::vector<OutputLeg> legs(const Words& words) {
  const auto groups = command_groups(words);
  return output_legs(groups[0].format, groups[0].url, groups[0].options, help()).legs;
}

TEST(OutputLegs, ATeesLegsHaveOptionsOfTheirOwn) {
  const auto found =
      legs({"-f", "tee",
            "[f=flv:onfail=ignore:flvflags=no_metadata]rtmp://a/l/k|"
            "[f=adts:select=\\'a:0,a:1\\':bsfs/a=null]icecast://h/m|[use_fifo=1]x.mp4"});
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].format, "flv");
  EXPECT_EQ(found[0].url, "rtmp://a/l/k");
  EXPECT_EQ(found[0].options, (Words{"-flvflags", "no_metadata"}));
  EXPECT_EQ(found[1].maps, (Words{"-map", "0:a:0", "-map", "0:a:1"}));
  EXPECT_EQ(found[1].options, (Words{"-bsf:a", "null"}));
  EXPECT_EQ(found[2].tee_text, "[use_fifo=1]x.mp4");
  EXPECT_TRUE(found[2].options.empty());
}

TEST(OutputLegs, OfAFifoTheInnerFormatIsLeft) {
  const Words expected = {"-flvflags", "no_metadata", "-rtmp_app", "x"};
  const auto found = legs({"-f", "fifo", "-fifo_format", "flv", "-attempt_recovery", "1",
                           "-format_opts", "flvflags=no_metadata:rtmp_app=x", "rtmp://h/a/k"});
  EXPECT_EQ(found[0].format, "flv");
  EXPECT_EQ(found[0].options, expected);
  const auto in_tee = legs({"-f", "tee",
                            "[f=fifo:fifo_format=flv:queue_size=9:format_opts="
                            "flvflags=no_metadata\\\\:rtmp_app=x]rtmp://h/a/k"});
  EXPECT_EQ(in_tee[0].format, "flv");
  EXPECT_EQ(in_tee[0].options, expected);
}

TEST(OutputLegs, ANetworkOutputHasAServer) {
  for (const char* url : {"rtmp://h/a/k", "RTMPS://h/a", "icecast://s:p@h:8000/m",
                          "srt://:9000?mode=listener", "udp://239.0.0.1:1", "https://h/a.m3u8",
                          "async:http://h/a", "hls+http://h/a", "rtsp://h/a"})
    EXPECT_TRUE(is_network(url)) << url;
  for (const char* url : {"a.ts", "/dev/video0", "pipe:1", "-", "file:///a/b.ts", "unix:///run/x",
                          "fd:", "hw:0,1", "C:/a.mp4", "/dev/null"})
    EXPECT_FALSE(is_network(url)) << url;
}

TEST(OutputLegs, AMuxerIsNamedByItsFormatOrTheUrl) {
  EXPECT_EQ(muxer_name("flv", "rtmp://h/a.mp3"), "flv");
  EXPECT_EQ(muxer_name("", "icecast://h:8000/a.MP3"), "mp3");
  EXPECT_EQ(muxer_name("", "http://h/a.m3u8?k=1"), "hls");
  EXPECT_EQ(muxer_name("", "srt://h/a.ts"), "mpegts");
  EXPECT_EQ(muxer_name("", "rtmp://live.example/app/key"), "");
  EXPECT_EQ(muxer_name("", "udp://239.0.0.1:1234"), "");
}

TEST(OutputLegs, ALegIsPutBackIntoATee) {
  const std::string leg = "[f=mp4:metadata='a|b']it's\\a.mp4";
  const auto again = read_tee(escaped_for_tee(leg) + "|x");
  ASSERT_EQ(again.size(), 2u);
  EXPECT_EQ('[' + again[0].options + ']' + again[0].url, leg);
}

}  // namespace
}  // namespace supervisor
