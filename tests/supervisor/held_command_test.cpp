#include "supervisor/hold/held_command.hpp"

#include <array>

#include <gtest/gtest.h>

#include "held_stand.hpp"
#include "supervisor/ffmpeg/command_outputs.hpp"
#include "supervisor/hold/hold_questions.hpp"
#include "supervisor/secrets/secrets.hpp"

namespace supervisor {
namespace {

using About = HelpQuestion::About;
using namespace test::taken_apart;

HeldCommand held(const std::string& text) {
  const FfmpegCommand command(split(text));
  Words names;
  for (const monitor::Output& output : command_outputs(command)) names.push_back(output.name);
  return held_command(command, help(), names);
}

std::string refusal(const std::string& text) {
  try {
    held(text);
  } catch (const CommandError& error) {
    return error.what();
  }
  return "";
}

const std::string reads =
    "-analyzeduration 5000000 -scan_all_pmts 0 -fpsprobesize 2 -f mpegts -i pipe:0 ";

TEST(HeldCommand, TheEncoderWritesMpegTsAndThePublisherTheRest) {
  const auto taken = held(
      "ffmpeg -re -i in.mp4 -c:v libx264 -b:v 1M -c:a aac -metadata title=x -flvflags no_metadata "
      "-f flv rtmp://h/app/key");
  EXPECT_EQ(encoder(taken), "ffmpeg -re -i in.mp4 -c:v libx264 -b:v 1M -c:a aac " + ts + "pipe:20");
  ASSERT_EQ(taken.publishers.size(), 1u);
  EXPECT_EQ(taken.publishers[0].name, "h");
  EXPECT_EQ(publisher(taken),
            "ffmpeg " + reads +
                "-map 0 -ignore_unknown -c copy -max_interleave_delta 500000 "
                "-metadata title=x -flvflags no_metadata -f flv rtmp://h/app/key");
  EXPECT_EQ(taken.pipes, 1u);
  EXPECT_TRUE(taken.kept.empty() && taken.warnings.empty());
}

TEST(HeldCommand, EachOutputKeepsItsEncode) {
  const auto taken = held(
      "ffmpeg -i x -map 0:v -map 0:a -c:v libx264 -c:a aac -f flv rtmp://y/a/k -map 0:a -c:a "
      "libmp3lame -content_type audio/mpeg -f mp3 icecast://source:p@i/m");
  EXPECT_EQ(encoder(taken), "ffmpeg -i x -map 0:v -map 0:a -c:v libx264 -c:a aac " + ts +
                                "pipe:20 -map 0:a -c:a libmp3lame " + ts + "pipe:21");
  ASSERT_EQ(taken.publishers.size(), 2u);
  EXPECT_EQ(taken.publishers[1].pipe, 1u);
  EXPECT_TRUE(
      publisher(taken, 1).ends_with("-content_type audio/mpeg -f mp3 icecast://source:p@i/m"));
}

TEST(HeldCommand, FilesAndPipesStayWithTheEncoder) {
  const auto taken =
      held("ffmpeg -i x -c copy -f flv rtmp://h/a/k -c copy -movflags +faststart r.mp4 -f null -");
  EXPECT_TRUE(encoder(taken).ends_with("pipe:20 -c copy -movflags +faststart r.mp4 -f null -"));
  EXPECT_EQ(taken.kept, (Words{"file", "null"}));
}

TEST(HeldCommand, FfmpegsChoiceForTheFormatIsMadeForThePipe) {
  EXPECT_EQ(encoder(held("ffmpeg -i x -f mp3 icecast://h/m")),
            "ffmpeg -i x -vn -c:a mp3 " + ts + "pipe:20");
  EXPECT_EQ(encoder(held("ffmpeg -i x -method PUT http://h/a.m3u8")),
            "ffmpeg -i x -c:v h264 -c:a aac " + ts + "pipe:20");
  EXPECT_EQ(encoder(held("ffmpeg -i x -c:a:1 aac -f mpegts srt://h:1")),
            "ffmpeg -i x -c:v mpeg2video -c:a mp2 -c:a:1 aac " + ts + "pipe:20");
  EXPECT_EQ(encoder(held("ffmpeg -i x -map 0:a -f mp3 icecast://h/m")),
            "ffmpeg -i x -c:a mp3 -map 0:a " + ts + "pipe:20");
}

TEST(HeldCommand, WhatMpegTsCannotCarryIsRefused) {
  EXPECT_EQ(refusal("ffmpeg -i x -vn -c:a libvorbis -f ogg icecast://h/m.ogg"),
            "hold: MPEG-TS, on which the encoder hands on what it makes, cannot carry vorbis (-c:a "
            "libvorbis of the output h): use aac, libmp3lame or libopus, or leave hold out");
  EXPECT_NE(refusal("ffmpeg -i x -f ogg icecast://h/m.ogg").find("vorbis"), std::string::npos);
  EXPECT_NE(refusal("ffmpeg -i x -acodec flac -f ogg icecast://h/m").find("flac"),
            std::string::npos);
  EXPECT_NE(refusal("ffmpeg -i x -c:v libvpx-vp9 -c:a libopus -f webm http://h/m").find("vp9"),
            std::string::npos);
  EXPECT_EQ(refusal("ffmpeg -i x -vn -c:v libvpx -c:a libopus -f webm http://h/m"), "");
}

TEST(HeldCommand, WhatMayNotBeCarriedIsSaid) {
  const auto taken = held("ffmpeg -i radio -c:a aac -f flv rtmp://h/a/k");
  ASSERT_EQ(taken.warnings.size(), 1u);
  EXPECT_NE(taken.warnings[0].find("flv1"), std::string::npos);
  EXPECT_TRUE(held("ffmpeg -i radio -vn -c:a aac -f flv rtmp://h/a/k").warnings.empty());
  EXPECT_TRUE(held("ffmpeg -i radio -map 0:a -c:a aac -f flv rtmp://h/a/k").warnings.empty());
}

TEST(HeldCommand, ParameterSetsStandInTheStream) {
  const auto taken = held(
      "ffmpeg -i x -c:v libx264 -flags +low_delay+global_header -flags:a +global_header -c:a aac "
      "-f "
      "flv rtmp://h/a/k");
  EXPECT_EQ(encoder(taken),
            "ffmpeg -i x -c:v libx264 -flags +low_delay -c:a aac " + ts + "pipe:20");
  EXPECT_EQ(encoder(held("ffmpeg -i rtsp://c/1 -c copy -f flv rtmp://h/a/k")),
            "ffmpeg -i rtsp://c/1 -c copy -bsf:v dump_extra=freq=keyframe " + ts + "pipe:20");
  EXPECT_EQ(encoder(held("ffmpeg -i rtsp://c/1 -c:v libx264 -c:a copy -f flv rtmp://h/a/k"))
                .find("dump_extra"),
            std::string::npos);
}

TEST(HeldCommand, ATeesLegsShareAPipe) {
  const auto taken = held(
      "ffmpeg -i x -map 0 -c:v libx264 -c:a aac -flags +global_header -f tee -use_fifo 1 "
      "[f=flv:onfail=ignore]rtmp://a/l/k|[f=mp3:select=a]icecast://b/m");
  EXPECT_EQ(encoder(taken), "ffmpeg -i x -map 0 -c:v libx264 -c:a aac " + ts + "pipe:20");
  ASSERT_EQ(taken.publishers.size(), 2u);
  EXPECT_EQ(taken.publishers[1].pipe, 0u);
  EXPECT_TRUE(publisher(taken, 0).ends_with("-f flv rtmp://a/l/k"));
  EXPECT_NE(publisher(taken, 1).find("-map 0:a "), std::string::npos);
}

TEST(HeldCommand, ATeeWithFilesStays) {
  const auto taken = held(
      "ffmpeg -i x -map 0 -c:v libx264 -c:a aac -flags +global_header -f tee "
      "[f=flv]rtmp://a/l/k|[f=mp4:onfail=ignore]r.mp4|[f=flv]rtmp://b/l/k");
  EXPECT_EQ(encoder(taken),
            "ffmpeg -i x -map 0 -c:v libx264 -c:a aac -flags +global_header -f tee "
            "[f=mpegts:avoid_negative_ts=disabled:flush_packets=1:max_delay=0:"
            "pes_payload_size=0:max_interleave_delta=200000:omit_video_pes_length=0:bsfs/v=dump_"
            "extra=freq=keyframe]pipe:20|[f=mp4:onfail=ignore]r.mp4");
  EXPECT_EQ(taken.publishers.size(), 2u);
  EXPECT_EQ(taken.kept, Words{"file"});
}

TEST(HeldCommand, OfAFifoNoRecoveryIsLeft) {
  const auto taken = held(
      "ffmpeg -i x -map 0 -c copy -f fifo -fifo_format flv -attempt_recovery 1 -queue_size 9 "
      "-format_opts flvflags=no_metadata rtmp://h/a/k");
  EXPECT_EQ(encoder(taken), "ffmpeg -i x -map 0 -c copy " + ts + "pipe:20");
  EXPECT_TRUE(publisher(taken).ends_with("500000 -flvflags no_metadata -f flv rtmp://h/a/k"));
}

TEST(HeldCommand, ThePublisherHasTheSameFfmpegAndSurroundings) {
  const auto taken = held(
      "nice -n 5 timeout -k 5 10h env A=b setpriv --reuid 5 taskset 1 /opt/ffmpeg7 -v error "
      "-hide_banner -copy_unknown -i x -c copy -max_interleave_delta 0 -f flv rtmp://h/a/k");
  EXPECT_EQ(publisher(taken),
            "nice -n 5 env A=b setpriv --reuid 5 taskset 1 /opt/ffmpeg7 -v error -hide_banner "
            "-copy_unknown " +
                reads + "-map 0 -c copy -max_interleave_delta 0 -f flv rtmp://h/a/k");
  EXPECT_TRUE(encoder(taken).starts_with("nice -n 5 timeout -k 5 10h env A=b setpriv"));
  EXPECT_NE(publisher(held("ffmpeg -i x -c copy -f mpegts srt://h:1")).find("-copy_unknown"),
            std::string::npos);
}

TEST(HeldCommand, SoundThatComesFirstStaysFirst) {
  const auto taken =
      held("ffmpeg -i x -map 0:a -map 0:v -metadata:s:0 title=t -f mpegts srt://h:1");
  EXPECT_NE(publisher(taken).find("-map 0:a -map 0:v "), std::string::npos);
  EXPECT_NE(publisher(held("ffmpeg -i x -map 0:v -map 0:a -f mpegts srt://h:1")).find("-map 0 "),
            std::string::npos);
  EXPECT_NE(publisher(held("ffmpeg -i x -map 0:a -map [v] -f mpegts srt://h:1")).find("-map 0 "),
            std::string::npos);
}

TEST(HeldCommand, BothAreSupervisedAsAnyCommand) {
  const auto taken = held("nice ffmpeg -i x -c copy -f flv rtmp://h:1936/a/k -c copy -f null -");
  constexpr std::array descriptors = {20};
  const FfmpegCommand encoding(taken.encoder_argv(descriptors));
  EXPECT_EQ(encoding.named_descriptors(), std::vector<int>{20}) << "progress must not take it";
  EXPECT_FALSE(encoding.reads_stdin());
  const FfmpegCommand publishing(taken.publishers[0].argv);
  EXPECT_TRUE(publishing.is_ffmpeg() && publishing.reads_stdin());
  EXPECT_TRUE(publishing.warnings().empty() && encoding.warnings().empty());
  ASSERT_EQ(publishing.sinks().size(), 1u);
  EXPECT_EQ(publishing.sinks()[0].reach, monitor::probes::Reach::tcp);
}

TEST(HeldCommand, CredentialsGoToThePublisherAlone) {
  const auto taken = held(
      "ffmpeg -i x -c copy -headers Authorization:Bearer_tok3n -f hls -method PUT "
      "https://u:s3cret@h/live/p4th/a.m3u8?sig=s1gn -c copy -f flv rtmp://h/app/k3y");
  EXPECT_EQ(encoder(taken), "ffmpeg -i x -c copy " + ts + "pipe:20 -c copy " + ts + "pipe:21");
  const std::string masked = joined(Secrets().mask_command(taken.publishers[0].argv)) +
                             joined(Secrets().mask_command(taken.publishers[1].argv));
  for (const char* secret : {"tok3n", "s3cret", "s1gn", "k3y"})
    EXPECT_EQ(masked.find(secret), std::string::npos) << masked;
}

TEST(HeldCommand, WithoutANetworkOutputThereIsNothingToHold) {
  EXPECT_EQ(refusal("ffmpeg -i x a.mp4 -f null -"),
            "hold: the command has no network output, only file, null, and there is nothing to "
            "hold: leave hold out");
  EXPECT_EQ(
      refusal("ffmpeg -i x"),
      "hold: the command has no network output, and there is nothing to hold: leave hold out");
}

TEST(HeldCommand, AnFfmpegThatIsNotSeenCannotBeTakenApart) {
  const FfmpegCommand shell({"sh", "-c", "ffmpeg -i x rtmp://h/a/k"});
  EXPECT_THROW(held_command(shell, help(), Words{}), CommandError);
  EXPECT_NE(refusal("my-wrapper ffmpeg -i x -f flv rtmp://h/a/k").find("my-wrapper"),
            std::string::npos);
  const FfmpegCommand command({"ffmpeg", "-i", "x", "-f", "flv", "rtmp://h/a/k"});
  EXPECT_THROW(held_command(command, {}, Words{}), CommandError) << "nothing is known of it";
}

TEST(HeldCommand, ADescriptionGoesWithItsOutput) {
  EXPECT_TRUE(publisher(held("ffmpeg -i x -vn -c:a libopus -sdp_file a.sdp -f rtp rtp://h:1"))
                  .ends_with("-sdp_file a.sdp -f rtp rtp://h:1"));
  EXPECT_EQ(refusal("ffmpeg -sdp_file a.sdp -i x -vn -c:a libopus -f rtp rtp://h:1"),
            "hold: put -sdp_file right in front of the RTP output that it describes");
}

TEST(HeldCommand, AFormatMustBeKnown) {
  EXPECT_EQ(refusal("ffmpeg -i x -c copy rtmp://h.example/a/k"),
            "hold: the format of the output h.example is not known from its URL: put -f FORMAT in "
            "front of it, as in -f flv");
}

TEST(HoldQuestions, AreOfWhatTheOutputsNeed) {
  const FfmpegCommand command(
      split("ffmpeg -i x -c copy -f flv rtmp://h/a/k -f tee "
            "[f=mpegts]srt://h:1|a.mkv -f fifo -fifo_format flv rtmp://i/a/k"));
  const std::vector<HelpQuestion> expected = {
      {About::options},       {About::codecs},           {About::muxer, "mpegts"},
      {About::muxer, "flv"},  {About::protocol, "rtmp"}, {About::muxer, "tee"},
      {About::muxer, "fifo"}, {About::protocol, "srt"},  {About::muxer, "matroska"}};
  EXPECT_EQ(hold_questions(command), expected);
}

}  // namespace
}  // namespace supervisor
