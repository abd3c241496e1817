#include "supervisor/ffmpeg/ffmpeg_help.hpp"

#include <gtest/gtest.h>

#include "child_run.hpp"
#include "ffmpeg_help_texts.hpp"
#include "supervisor/ffmpeg/ask_ffmpeg.hpp"

namespace supervisor {
namespace {

using About = HelpQuestion::About;

FfmpegHelp read(const HelpQuestion& question, std::string_view answer) {
  FfmpegHelp help;
  read_answer(question, answer, help);
  return help;
}

TEST(FfmpegHelp, OptionsAreOfEncodersOrOfFormatsAndProtocols) {
  for (const std::string_view text : {test::full_5_1, test::full_7_1}) {
    const FfmpegHelp help = read({About::options}, text);
    EXPECT_TRUE(help.is_known());
    for (const char* name : {"b", "flags", "strict", "preset", "mode"})
      EXPECT_TRUE(help.codec_options.contains(name)) << name;
    for (const char* name : {"flush_packets", "strict", "ice_name", "flvflags", "muxrate", "mode"})
      EXPECT_TRUE(help.format_options.contains(name)) << name;
    EXPECT_FALSE(help.format_options.contains("b"));
    EXPECT_FALSE(help.codec_options.contains("flvflags"));
    EXPECT_FALSE(help.codec_options.contains("sws_flags")) << "the scaler's";
    EXPECT_FALSE(help.format_options.contains("sws_flags")) << "the scaler's";
    EXPECT_FALSE(help.format_options.contains("f")) << "ffmpeg's own";
  }
}

TEST(FfmpegHelp, AProtocolsOptionIsOneWhateverItIsMarkedFor) {
  const FfmpegHelp help = read({About::options}, test::full_5_1);
  EXPECT_TRUE(help.format_options.contains("user_agent"));
  EXPECT_TRUE(help.format_options.contains("rtmp_live"));
}

TEST(FfmpegHelp, SomeOptionsAreOfEveryMuxer) {
  const FfmpegHelp help = read({About::options}, test::full_5_1);
  EXPECT_TRUE(help.every_muxers_options.contains("strict"));
  EXPECT_TRUE(help.every_muxers_options.contains("protocol_whitelist"));
  EXPECT_FALSE(help.every_muxers_options.contains("flvflags"));
}

TEST(FfmpegHelp, AMuxerHasDefaultCodecsAndOptions) {
  FfmpegHelp help;
  read_answer({About::muxer, "flv"}, test::muxer_flv_5_1, help);
  read_answer({About::muxer, "tee"}, test::muxer_tee_5_1, help);
  EXPECT_EQ(help.muxers["flv"].video, "flv1");
  EXPECT_EQ(help.muxers["flv"].audio, "mp3");
  EXPECT_TRUE(help.muxers["flv"].options.contains("flvflags"));
  EXPECT_TRUE(help.muxers["tee"].video.empty() && help.muxers["tee"].audio.empty());
}

TEST(FfmpegHelp, AMuxerWithACoverOnlyIsOneOfSound) {
  FfmpegHelp help;
  read_answer({About::muxer, "mp3"}, test::muxer_mp3_5_1, help);
  read_answer({About::muxer, "adts"}, test::muxer_adts_5_1, help);
  read_answer({About::muxer, "flv"}, test::muxer_flv_5_1, help);
  EXPECT_TRUE(help.muxers["mp3"].is_audio_only());
  EXPECT_TRUE(help.muxers["adts"].is_audio_only());
  EXPECT_FALSE(help.muxers["flv"].is_audio_only());
}

TEST(FfmpegHelp, AnEncodersCodecIsKnown) {
  for (const std::string_view text : {test::codecs_5_1, test::codecs_7_1}) {
    const FfmpegHelp help = read({About::codecs}, text);
    const std::map<std::string, std::string> expected = {
        {"libx264", "h264"}, {"h264_nvenc", "h264"}, {"libvorbis", "vorbis"}, {"vorbis", "vorbis"},
        {"aac", "aac"},      {"libmp3lame", "mp3"},  {"flv", "flv1"},         {"flac", "flac"}};
    for (const auto& [encoder, codec] : expected) {
      const auto found = help.codec_of.find(encoder);
      ASSERT_NE(found, help.codec_of.end()) << encoder;
      EXPECT_EQ(found->second, codec);
    }
    EXPECT_FALSE(help.codec_of.contains("="));
  }
}

TEST(FfmpegHelp, WhatItDoesNotHaveTellsNothing) {
  EXPECT_TRUE(read({About::muxer, "whip"}, "Unknown format 'whip'.\n").muxers.empty());
  EXPECT_TRUE(read({About::protocol, "xyz"}, "Unknown protocol 'xyz'.\n").protocols.empty());
}

TEST(FfmpegHelp, AnyTextIsTaken) {
  for (const std::string_view text :
       {"", "\n\n", "-", "  - <", " AVOptions:", "AVFormatContext AVOptions:", "(encoders: ",
        " DEV.LS", " DEV.LS x (encoders: "}) {
    for (const About about : {About::options, About::codecs, About::muxer, About::protocol})
      EXPECT_FALSE(read({about, "x"}, text).is_known());
  }
}

TEST(AskFfmpeg, AsksARealFfmpeg) {
  const AskedFfmpeg asked = ask_ffmpeg({"nice", "ffmpeg"}, {{About::options},
                                                            {About::codecs},
                                                            {About::muxer, "flv"},
                                                            {About::protocol, "rtmp"},
                                                            {About::muxer, "none_of_this_name"}});
  EXPECT_EQ(asked.error, "");
  EXPECT_TRUE(asked.help.is_known());
  EXPECT_GT(asked.help.format_options.size(), 300u);
  EXPECT_EQ(asked.help.codec_of.find("libx264")->second, "h264");
  EXPECT_EQ(asked.help.muxers.size(), 1u);
  EXPECT_TRUE(asked.help.protocols.find("rtmp")->second.contains("rtmp_live"));
}

TEST(AskFfmpeg, SaysWhyThereIsNoAnswer) {
  const AskedFfmpeg missing = ask_ffmpeg({"/nonexistent/ffmpeg"}, {{About::options}});
  EXPECT_EQ(missing.error,
            "/nonexistent/ffmpeg was asked for its options: No such file or directory");
  const AskedFfmpeg other = ask_ffmpeg({"true"}, {{About::options}});
  EXPECT_EQ(other.error, "");
  EXPECT_FALSE(other.help.is_known());
}

TEST(AskFfmpeg, DoesNotWaitForEver) {
  AskLimits limits;
  limits.timeout = std::chrono::milliseconds(100);
  const AskedFfmpeg hung = ask_ffmpeg({"sh", "-c", "sleep 60"}, {{About::options}}, limits);
  EXPECT_EQ(hung.error, "sleep 60 was asked for its options: it gave no answer in time");
}

TEST(AskFfmpeg, KeepsNoMoreThanItsLimit) {
  AskLimits limits;
  limits.timeout = std::chrono::milliseconds(300);
  limits.answer_bytes = 1000;
  const AskedFfmpeg flooded = ask_ffmpeg({"sh", "-c", "yes"}, {{About::options}}, limits);
  EXPECT_FALSE(flooded.error.empty());
  EXPECT_FALSE(flooded.help.is_known());
}

}  // namespace
}  // namespace supervisor
