// Which lines of FFmpeg's prove that the command is wrong, whatever machine, device, file or server
// it meets, and which do not.
#include <string>

#include <gtest/gtest.h>

#include "monitor/ffmpeg/sign_reader.hpp"

namespace monitor {
namespace {

const Endpoints command{{"http://h:8000/r.mp3"},
                        {"rtmp://s/live/key"},
                        {"-i",
                         "http://h:8000/r.mp3",
                         "-c:v",
                         "libx999",
                         "-vf",
                         "nosuchfilter=1,scale=foo:-2",
                         "-nosuchoption",
                         "1",
                         "-b:v",
                         "abc",
                         "-preset",
                         "nosuch",
                         "-map",
                         "5:v",
                         "-t",
                         "1zz",
                         "-f",
                         "nosuchfmt",
                         "-bsf:v",
                         "nosuchbsf",
                         "rtmp://s/live/key"}};

std::optional<Sign> sign(std::string_view line, const Endpoints& endpoints = command) {
  return read_sign(parse_log_line(line), endpoints);
}

void expect_proven(std::string_view line, const Endpoints& endpoints = command) {
  const auto found = sign(line, endpoints);
  ASSERT_TRUE(found) << line;
  EXPECT_EQ(found->cause, Cause::command_invalid) << line;
  EXPECT_FALSE(found->retryable) << line;
}

void expect_not_proven(std::string_view line, const Endpoints& endpoints = command) {
  const auto found = sign(line, endpoints);
  EXPECT_TRUE(!found || found->retryable) << line;
}

TEST(WrongCommand, IsProvenWhereFfmpegNamesItsWord) {
  for (const char* line :
       {"[error] Unrecognized option 'nosuchoption'.", "[fatal] Unknown encoder 'libx999'",
        "[vost#0:0 @ 0x1] [fatal] Unknown encoder 'libx999'",
        "[AVFilterGraph @ 0x1] [error] No such filter: 'nosuchfilter'",
        "[Parsed_scale_0 @ 0x1] [Eval @ 0x2] [error] Undefined constant or missing '(' in 'foo'",
        "[libx264 @ 0x1] [error] Unable to parse option value \"abc\"",
        "[libx264 @ 0x1] [error] Error setting option b to value abc.",
        "[fatal] Invalid input file index: 5.", "[fatal] Invalid duration specification for t: 1zz",
        "[fatal] At least one output file must be specified",
        "x264 [error]: invalid preset 'nosuch'",
        "[libx265 @ 0x1] [error] Error setting preset/tune nosuch/(null).",
        "[NULL @ 0x1] [error] Requested output format 'nosuchfmt' is not a suitable output format",
        "[error] Error parsing bitstream filter sequence 'nosuchbsf': Bitstream filter not found",
        "[error] Option b:v (video bitrate) cannot be applied to input url x -- you are trying"}) {
    expect_proven(line);
  }
}

TEST(WrongCommand, IsNotProvenByAWordThatDoesNotStandInIt) {
  for (const char* line :
       {"[error] Unrecognized option 'stats_period'.", "[fatal] Unknown encoder 'libx998'",
        "[AVFilterGraph @ 0x1] [error] No such filter: 'of_a_script_file'",
        "[concat @ 0x1] [error] Unable to parse option value \"of_a_list\""}) {
    expect_not_proven(line);
  }
}

TEST(WrongCommand, AProtocolIsTheCommandsOnlyInAUrlThatCannotHaveLedToAnother) {
  const Endpoints endpoints{{"nosuch://a/b", "http://h/x", "list.ffconcat"}, {"foo://c/d"}, {}};
  expect_proven("[error] nosuch://a/b: Protocol not found", endpoints);
  expect_proven("[in#0 @ 0x1] [error] Error opening input: Protocol not found", endpoints);
  expect_proven("[out#0/flv @ 0x1] [fatal] Error opening output foo://c/d: Protocol not found",
                endpoints);
  expect_not_proven("[error] http://h/x: Protocol not found", endpoints);
  expect_not_proven("[error] list.ffconcat: Protocol not found", endpoints);
  expect_not_proven("[error] bar://e: Protocol not found", endpoints);
}

TEST(WrongCommand, IsNotProvenByWhatAFileAFolderOrAnInputMayChange) {
  const Endpoints files{{"/in.mp4"}, {"/nowhere/out.ts"}, {"/in.mp4", "0:s", "/nowhere/out.ts"}};
  for (const char* line :
       {"[fatal] File '/nowhere/out.ts' already exists. Exiting.",
        "[error] /nowhere/out.ts: No such file or directory", "[error] /in.mp4: Is a directory",
        "[fatal] Stream map '0:s' matches no streams.",
        "[error] Failed to set value '0:s' for option 'map': Invalid argument",
        "[error] Output file #0 does not contain any stream",
        "[flv @ 0x1] [error] Video codec vp8 not compatible with flv",
        "[error] Could not write header for output file #0 (incorrect codec parameters ?): "
        "Invalid argument",
        "[AVFilterGraph @ 0x1] [error] Error initializing filter 'subtitles' with args '/in.mp4'",
        "[fatal] Option live_start_index not found.",
        "[icecast @ 0x1] [error] No mountpoint (path) specified!"}) {
    expect_not_proven(line, files);
  }
}

TEST(WrongCommand, IsNotProvenOfAHardwareCodecOrDevice) {
  const Endpoints hardware{
      {}, {"rtmp://s/live/key"}, {"-c:v", "h264_nvenc", "-preset", "p4", "cuda=0"}};
  for (const char* line :
       {"[h264_nvenc @ 0x1] [Eval @ 0x2] [error] Undefined constant or missing '(' in 'p4'",
        "[h264_nvenc @ 0x1] [error] Unable to parse option value \"p4\"",
        "[h264_nvenc @ 0x1] [error] Cannot load libcuda.so.1",
        "[h264_qsv @ 0x1] [error] Error initializing an internal MFX session: unsupported (-3)",
        "[h264_v4l2m2m @ 0x1] [error] Could not find a valid device",
        "[error] Error initializing output stream 0:0 -- Error while opening encoder for output "
        "stream #0:0 - maybe incorrect parameters such as bit_rate, rate, width or height",
        "[error] Device setup failed for decoder on input stream #0:0 : Operation not permitted",
        "[AVHWDeviceContext @ 0x1] [error] No VA display found for device /dev/dri/renderD128."}) {
    expect_not_proven(line, hardware);
    ASSERT_TRUE(sign(line, hardware)) << line;
    EXPECT_EQ(sign(line, hardware)->cause, Cause::encoder_failed) << line;
  }
  expect_not_proven("[error] Failed to set value 'cuda=0' for option 'init_hw_device': x",
                    hardware);
}

TEST(WrongCommand, AWarningDoesNotProveIt) {
  EXPECT_FALSE(sign("[x @ 0x1] [warning] Unable to parse option value \"abc\""));
}

TEST(WrongCommand, APhraseCountsOnlyAtTheBeginningOfFfmpegsOwnText) {
  for (const char* line :
       {"[tcp @ 0x1] [error] Failed to resolve hostname Unknown encoder 'libx999: Name or service "
        "not known",
        "[rtmp @ 0x1] [error] Server error: Unknown encoder 'libx999'",
        "[http @ 0x1] [warning] HTTP error 404 Unrecognized option 'nosuchoption'.",
        "[rtsp @ 0x1] [error] method DESCRIBE failed: 404 No such filter: 'nosuchfilter'",
        "[hls @ 0x1] [error] Error when loading first segment 'http://h/Unknown encoder 'libx999''",
        "[error] http://h/Option not found: Server returned 404 Not Found",
        "[error] http://h:8000/r.mp3: Unknown encoder 'libx999'",
        "[hls @ 0x1] [error] URL http://h/Unknown encoder 'libx999' is not in allowed_extensions",
        "[rtmp @ 0x1] [error] Unknown encoder 'libx999'",
        "[mov @ 0x1] [error] invalid preset 'nosuch'"}) {
    expect_not_proven(line);
  }
}

// In the order of the lines, `behind_return` for each of them.
bool proves(std::initializer_list<std::string_view> lines, bool behind_return = false) {
  SignReader reader(command);
  bool is_proven = false;
  for (const std::string_view line : lines) {
    const auto found = reader.read(parse_log_line(line), behind_return);
    is_proven = is_proven || (found && !found->retryable);
  }
  return is_proven;
}

TEST(WrongCommand, ALineEndWithinAPeersWordsMakesNoLineOfFfmpegs) {
  constexpr std::string_view forged = "[fatal] Unknown encoder 'libx999'";
  EXPECT_TRUE(proves({"[info] Stream mapping:", forged}));
  EXPECT_TRUE(proves({"[info]     title           : Don't Stop", forged}));
  EXPECT_FALSE(proves({"[rtmp @ 0x1] [error] Server error: x", forged}));
  EXPECT_FALSE(proves({"[rtmp @ 0x1] [error] Server error: x", "[info] y", forged}));
  EXPECT_FALSE(proves({"[http @ 0x1] [warning] HTTP error 404 x", forged}));
  EXPECT_FALSE(proves({"[dash @ 0x1] [info] Opening 'http://h/", forged}));
  EXPECT_FALSE(proves({forged}, true)) << "behind a bare carriage return";
}

TEST(WrongCommand, BehindACarriageReturnOnlyAStatusLineIsFollowedByFfmpegsOwn) {
  const LogLine forged = parse_log_line("[error] x: No space left on device");
  SignReader after_status(command);
  after_status.read_status(false);
  EXPECT_TRUE(after_status.read(forged, true));
  SignReader after_peer(command);
  after_peer.read(parse_log_line("[http @ 0x1] [warning] HTTP error 404 x"), false);
  after_peer.read_status(true);
  EXPECT_FALSE(after_peer.read(forged, true));
  EXPECT_TRUE(after_peer.read(forged, false)) << "later lines count again";
}

TEST(WrongCommand, WhatFollowsARefusalInTheServersOwnWordsIsAboutNoOther) {
  SignReader reader(command);
  reader.read(parse_log_line("[rtmp @ 0x1] [error] Server error: x"), false);
  EXPECT_FALSE(reader.read(parse_log_line("[fatal] Unknown encoder 'libx999'"), false));
  EXPECT_FALSE(reader.read(parse_log_line("[error] x: No space left on device"), false));
  EXPECT_TRUE(
      reader.read(parse_log_line("[error] rtmp://s/live/key: Operation not permitted"), false));
}

}  // namespace
}  // namespace monitor
