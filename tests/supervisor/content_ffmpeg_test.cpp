// What the output added to a command sees and does in a real FFmpeg.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "child_run.hpp"
#include "content_limits.hpp"
#include "monitor/ffmpeg/progress.hpp"
#include "supervisor/ffmpeg/ffmpeg_command.hpp"

namespace supervisor {
namespace {

using monitor::ContentMark;
using namespace test;

// A file with a tone but from 3 s to 6 s, and a picture that moves but from 2 s to 5 s, when it
// stands still, and to 8 s, when it is black; 10 s.
class RealContent : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder = testing::TempDir() + "content_ffmpeg_test_" + std::to_string(::getpid());
    std::filesystem::create_directory(folder);
    const std::string picture =
        "testsrc2=s=160x90:r=25:d=2[a];testsrc2=s=160x90:r=25:d=0.04,tpad=stop_mode=clone:"
        "stop_duration=2.96[b];color=black:s=160x90:r=25:d=3[c];testsrc2=s=160x90:r=25:d=2[d];"
        "[a][b][c][d]concat=n=4:v=1:a=0";
    const std::string sound = "aevalsrc='if(between(t,3,6),0,0.3*sin(2764*t))':s=44100:d=10";
    make({"-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound, "-c:v", "libx264", "-preset",
          "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"},
         "both.ts");
    make({"-i", path("both.ts"), "-vn", "-c", "copy"}, "sound.ts");
    make({"-i", path("both.ts"), "-an", "-c", "copy"}, "picture.ts");
  }
  static void TearDownTestSuite() { std::filesystem::remove_all(folder); }

  static std::string path(const std::string& name) { return folder + '/' + name; }

  static void make(Words arguments, const std::string& name) {
    arguments.insert(arguments.begin(), {"ffmpeg", "-v", "error", "-y"});
    arguments.push_back(path(name));
    boost::asio::io_context loop;
    test::ChildRun run(loop, arguments);
    run.spec.capture_progress = false;
    ASSERT_TRUE(run.run());
    ASSERT_EQ(run.exit->code, 0) << run.errors;
  }

  struct Seen {
    std::vector<ContentMark> marks;
    std::vector<monitor::Progress> blocks;
    std::uint64_t rejected_lines = 0;
  };
  // Runs the command to its end as a stream would.
  static Seen run(const Words& arguments, const Content& content) {
    Words argv = {"ffmpeg", "-y"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    boost::asio::io_context loop;
    test::ChildRun child(loop, FfmpegCommand(argv).with_supervision(3, 100ms, content));
    EXPECT_TRUE(child.run()) << joined(child.spec.argv);
    EXPECT_TRUE(child.exit && child.exit->code == 0) << joined(child.spec.argv) << '\n'
                                                     << child.errors;
    Seen seen;
    monitor::ProgressParser parser;
    // In small pieces, so that no bound of one feed is met.
    for (std::size_t at = 0; at < child.progress.size(); at += 256) {
      for (const auto& block : parser.feed(std::string_view(child.progress).substr(at, 256)))
        seen.blocks.push_back(block);
      seen.marks.insert(seen.marks.end(), parser.marks().begin(), parser.marks().end());
    }
    seen.rejected_lines = parser.rejected_lines();
    return seen;
  }

  static Words from(const std::string& input, const std::string& rest) {
    Words arguments = {"-i", path(input)};
    for (const std::string& word : words(rest)) arguments.push_back(word);
    arguments.push_back("/dev/null");
    return arguments;
  }

  static std::string folder;
};
std::string RealContent::folder;

using Kind = ContentMark::Kind;

// When the stream was first said to begin (end) to be so; -1 if it never was.
double seen_at(const std::vector<ContentMark>& marks, Kind kind, bool begins) {
  for (const ContentMark& mark : marks) {
    const bool is_reset = !mark.begins && mark.at_seconds == 0;
    if (mark.kind == kind && mark.begins == begins && !is_reset) return mark.at_seconds;
  }
  return -1;
}

void expect_all(const std::vector<ContentMark>& marks) {
  constexpr double a_picture_s = 0.3;  // five are looked at in a second
  constexpr double settled_s = 0.6;    // an encoder needs some frames to make a picture still
  EXPECT_NEAR(seen_at(marks, Kind::silence, true), 3, a_picture_s);
  EXPECT_NEAR(seen_at(marks, Kind::silence, false), 6, a_picture_s);
  EXPECT_NEAR(seen_at(marks, Kind::frozen_picture, true), 2, settled_s);
  EXPECT_NEAR(seen_at(marks, Kind::frozen_picture, false), 5, a_picture_s);
  EXPECT_NEAR(seen_at(marks, Kind::black, true), 5, a_picture_s);
  EXPECT_NEAR(seen_at(marks, Kind::black, false), 8, a_picture_s);
}

TEST_F(RealContent, IsSeenInAStreamCopyWhateverItsLogLevel) {
  for (const char* level : {"-v info", "-loglevel quiet"}) {
    const Seen seen = run(from("both.ts", std::string("-c copy -f mpegts ") + level), all());
    expect_all(seen.marks);
    EXPECT_EQ(seen.rejected_lines, 0U);
    ASSERT_FALSE(seen.blocks.empty());
    EXPECT_TRUE(seen.blocks.back().end);
  }
}

TEST_F(RealContent, IsSeenInTranscodesGraphsAndSeveralOutputs) {
  const std::string x264 = "-c:v libx264 -preset ultrafast -c:a aac -f mpegts";
  for (const std::string& rest :
       Words{x264, "-vf negate " + x264, "-filter_complex [0:v]negate " + x264,
             "-filter_complex [0:v]hue=s=0[v] -map [v] -map 0:a " + x264,
             "-filter_complex [0:v]hue=s=0[v];[0:a]volume=1[a] -map [v] -map [a] " + x264,
             "-map 0 -c copy -f mpegts", "-c copy -f mpegts /dev/null -c copy -f flv"}) {
    SCOPED_TRACE(rest);
    expect_all(run(from("both.ts", rest), all()).marks);
  }
}

TEST_F(RealContent, TheOutputsBytesAreTheSameWithAndWithout) {
  for (const std::string format : {"mpegts", "flv", "framemd5"}) {
    const auto bytes = [&](const Content& content, const std::string& name) {
      run({"-i", path("both.ts"), "-c", "copy", "-f", format, path(name)}, content);
      std::ifstream file(path(name), std::ios::binary);
      return std::string(std::istreambuf_iterator<char>(file), {});
    };
    const std::string plain = bytes({}, "plain");
    EXPECT_GT(plain.size(), 1000U);
    EXPECT_TRUE(plain == bytes(all(), "looked_at")) << format;
  }
}

TEST_F(RealContent, BlackIsSaidWithinASecondOfItsFirstFrame) {
  Words argv = {"ffmpeg", "-y", "-re",  "-i", path("both.ts"), "-t",
                "8",      "-c", "copy", "-f", "mpegts",        "/dev/null"};
  boost::asio::io_context loop;
  test::ChildRun child(loop, FfmpegCommand(argv).with_supervision(3, 100ms, picture_only()));
  ASSERT_TRUE(child.launch());
  ASSERT_TRUE(test::run_until(
      loop, [&] { return child.progress.find("lavfi.black_start") != std::string::npos; }))
      << child.errors << child.progress;
  // What the pipe holds by now: how far the stream itself has come.
  std::chrono::microseconds reached{0};
  monitor::ProgressParser parser;
  for (const auto& block : parser.feed(child.progress))
    reached = std::max(reached, block.out_time.value_or(reached));
  EXPECT_LT(reached, 6s);  // black from 5 s on
  EXPECT_GT(reached, 4s);
}

TEST_F(RealContent, AMissingStreamIsNoFault) {
  for (const Content& content : {all(), silence_only(), picture_only()}) {
    for (const char* input : {"sound.ts", "picture.ts"})
      EXPECT_GT(run(from(input, "-c copy -f mpegts"), content).blocks.size(), 0U) << input;
    run(from("both.ts", "-an -c copy -f mpegts"), content);
    run(from("both.ts", "-vn -c copy -f mpegts"), content);
    run(from("sound.ts", "-filter_complex [0:a]showwaves=s=64x64 -an -c:v mpeg4 -f mpegts"),
        content);
  }
}

TEST_F(RealContent, FfmpegEndsWhenItWouldHaveEnded) {
  const Words endless = words("-f lavfi -i testsrc2=s=64x64 -f lavfi -i sine");
  for (const char* rest :
       {"-t 2 -c:v mpeg4 -f mpegts /dev/null", "-ss 1 -to 3 -c:v mpeg4 -f mpegts /dev/null",
        "-frames:v 20 -c:v mpeg4 -f mpegts /dev/null"}) {
    Words arguments = endless;
    for (const std::string& word : words(rest)) arguments.push_back(word);
    run(arguments, all());
  }
  run({"-f", "lavfi", "-i", "testsrc2=s=64x64", "-i", path("sound.ts"), "-shortest", "-c:v",
       "mpeg4", "-f", "mpegts", "/dev/null"},
      all());
  run({"-f", "lavfi", "-i", "color=s=160x90", "-i", path("both.ts"), "-filter_complex",
       "[0:v][1:v]overlay=shortest=1[v]", "-map", "[v]", "-map", "1:a", "-c:v", "mpeg4", "-f",
       "mpegts", "/dev/null"},
      all());
}

TEST_F(RealContent, AFailingOutputStillEndsIt) {
  boost::asio::io_context loop;
  const Words argv = words(
      "ffmpeg -y -f lavfi -i testsrc2=s=320x180 -f lavfi -i sine -c:v mpeg4 -f mpegts /dev/full");
  test::ChildRun child(loop, FfmpegCommand(argv).with_supervision(3, 100ms, all()));
  ASSERT_TRUE(child.run());
  EXPECT_NE(child.exit->code, 0);
}

// Of the first output: the second one has more streams, other frames and no size.
TEST_F(RealContent, TheBlocksAreThoseOfTheUsersOutput) {
  const Words copy = from("both.ts", "-c copy -f mpegts");
  const auto plain = run(copy, {}).blocks.back();
  const auto looked_at = run(copy, all()).blocks.back();
  EXPECT_EQ(looked_at.frame, plain.frame);
  EXPECT_EQ(looked_at.total_size_bytes, plain.total_size_bytes);
  const Words cfr = from("both.ts", "-vsync 1 -r 25 -c:v mpeg4 -f mpegts");
  EXPECT_LT(run(cfr, all()).blocks.back().dup_frames.value_or(0), 10);
  EXPECT_FALSE(run(from("both.ts", "-c:a mp2 -f mp2"), all()).blocks.back().frame);
}

// The source changes its size and rate while it is silent and black: a new graph knows nothing of
// it.
TEST_F(RealContent, WhatWasOnWhenTheFormatChangedIsOver) {
  make(words("-f lavfi -i color=black:s=64x36:r=25:d=4 -f lavfi -i anullsrc=r=48000:cl=stereo "
             "-shortest -c:v libx264 -pix_fmt yuv420p -c:a aac"),
       "dead.ts");
  make({"-i", path("both.ts"), "-t", "1", "-c", "copy"}, "alive.ts");
  std::ofstream(path("list.txt")) << "file dead.ts\nfile alive.ts\n";
  const Seen seen = run({"-f", "concat", "-safe", "0", "-i", path("list.txt"), "-c:v", "mpeg4",
                         "-f", "mpegts", "/dev/null"},
                        all());
  for (const Kind kind : {Kind::silence, Kind::frozen_picture, Kind::black}) {
    bool stands = false;
    bool began = false;
    for (const ContentMark& mark : seen.marks) {
      if (mark.kind != kind) continue;
      stands = mark.begins;
      began = began || stands;
    }
    EXPECT_TRUE(began) << static_cast<int>(kind);
    EXPECT_FALSE(stands) << static_cast<int>(kind);
  }
}

}  // namespace
}  // namespace supervisor
