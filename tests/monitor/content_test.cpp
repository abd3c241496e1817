#include "monitor/detectors/content.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "monitor/ffmpeg/progress.hpp"

namespace monitor {
namespace {

using namespace std::chrono_literals;
using Kind = ContentMark::Kind;

constexpr Instant start{1000s};

Content all_limits() {
  Content limits;
  limits.silence = Content::Silence{-50, 15s};
  limits.frozen_picture = Content::FrozenPicture{-60, 20s};
  limits.black = Content::Black{10s};
  return limits;
}

std::vector<Cause> causes(const ContentDetector& detector, Instant now) {
  std::vector<Cause> found;
  for (const Fault& fault : detector.check(now)) found.push_back(fault.cause);
  return found;
}

using Causes = std::vector<Cause>;

TEST(ContentMark, TheLinesOfTheThreeFiltersAreRead) {
  using Mark = ContentMark;
  EXPECT_EQ(parse_content_mark("lavfi.silence_start=12"), (Mark{Kind::silence, true, 12}));
  EXPECT_EQ(parse_content_mark("lavfi.silence_end=24.000023"),
            (Mark{Kind::silence, false, 24.000023}));
  EXPECT_EQ(parse_content_mark("lavfi.freezedetect.freeze_start=10.04"),
            (Mark{Kind::frozen_picture, true, 10.04}));
  EXPECT_EQ(parse_content_mark("lavfi.freezedetect.freeze_end=22.08\r"),
            (Mark{Kind::frozen_picture, false, 22.08}));
  EXPECT_EQ(parse_content_mark("lavfi.black_start=-0.5"), (Mark{Kind::black, true, -0.5}));
  EXPECT_EQ(parse_content_mark("lavfi.black_end=38.04"), (Mark{Kind::black, false, 38.04}));
}

TEST(ContentMark, AnyOtherLineIsNone) {
  for (const char* line :
       {"", "=", "frame=12", "frame:325  pts:13000000 pts_time:13", "lavfi.silence_duration=12",
        "lavfi.freezedetect.freeze_duration=8", "lavfi.silence_start", "lavfi.silence_start=",
        "lavfi.silence_start=abc", "lavfi.silence_start=nan", "lavfi.silence_start=inf",
        "lavfi.silence_start=1e300", "lavfi.silence_start=12 ", " lavfi.silence_start=12",
        "lavfi.silence_start.1=12", "LAVFI.BLACK_START=1", "progress=end"})
    EXPECT_FALSE(parse_content_mark(line)) << line;
}

// What FFmpeg 5.1.9 and 7.1.5 wrote: 12 s of silence; a frozen picture, then a black one.
constexpr std::string_view printed_5_1 =
    "frame:325  pts:13000000 pts_time:13\nlavfi.freezedetect.freeze_start=10\n"
    "frame:645  pts:660480  pts_time:14.9769\nlavfi.silence_start=12\n"
    "frame:552  pts:22080000 pts_time:22.08\nlavfi.freezedetect.freeze_duration=12.08\n"
    "lavfi.freezedetect.freeze_end=22.08\n"
    "frame:1033 pts:1057792 pts_time:23.9862\nlavfi.silence_end=24\nlavfi.silence_duration=12\n"
    "frame:751  pts:30040000 pts_time:30.04\nlavfi.black_start=30.04\n"
    "frame:951  pts:38040000 pts_time:38.04\nlavfi.black_end=38.04\n";
constexpr std::string_view printed_7_1 =
    "frame:645  pts:660480  pts_time:14.976871\nlavfi.silence_start=12\n"
    "frame:1033 pts:1057792 pts_time:23.986213\nlavfi.silence_end=24.000023\n"
    "lavfi.silence_duration=12.000023\n";

TEST(ContentMark, WhatRealFfmpegsPrintIsUnderstood) {
  using Marks = std::vector<ContentMark>;
  ProgressParser parser;
  parser.feed(printed_5_1);
  EXPECT_EQ(parser.marks(), (Marks{{Kind::frozen_picture, true, 10},
                                   {Kind::silence, true, 12},
                                   {Kind::frozen_picture, false, 22.08},
                                   {Kind::silence, false, 24},
                                   {Kind::black, true, 30.04},
                                   {Kind::black, false, 38.04}}));
  parser.feed(printed_7_1);
  EXPECT_EQ(parser.marks(), (Marks{{Kind::silence, true, 12}, {Kind::silence, false, 24.000023}}));
  EXPECT_EQ(parser.rejected_lines(), 0U);
}

constexpr std::string_view block_begin = "frame=25\nfps=25.0\nbitrate= 300.0kbits/s\n";
constexpr std::string_view filter_lines =
    "frame:645  pts:660480  pts_time:14.9769\nlavfi.silence_start=12\n";
constexpr std::string_view block_rest = "total_size=4096\nout_time_us=1000000\nprogress=continue\n";

TEST(ContentInTheProgressPipe, ItsLinesBelongToNoBlockAndAreNotRejected) {
  ProgressParser plain;
  const auto block = plain.feed(std::string(block_begin) + std::string(block_rest)).at(0);
  ProgressParser parser;
  std::string all(filter_lines);
  all.append(block_begin).append(filter_lines).append(block_rest).append(filter_lines);
  EXPECT_EQ(parser.feed(all), std::vector<Progress>{block});
  EXPECT_EQ(parser.marks().size(), 3U);
  EXPECT_EQ(parser.rejected_lines(), 0U);
  parser.feed("frame=26\n");
  EXPECT_TRUE(parser.marks().empty());
}

TEST(ContentInTheProgressPipe, AMarkMayComeInPieces) {
  ProgressParser parser;
  std::size_t marks = 0;
  for (const char c : filter_lines) {
    parser.feed(std::string_view(&c, 1));
    marks += parser.marks().size();
  }
  EXPECT_EQ(marks, 1U);
}

TEST(ContentInTheProgressPipe, AFloodOfMarksKeepsTheNewest) {
  ProgressParser parser;
  std::string flood;
  for (int i = 0; i < 1000; ++i) flood += "lavfi.black_start=" + std::to_string(i) + '\n';
  parser.feed(flood);
  ASSERT_EQ(parser.marks().size(), ProgressParser::marks_limit);
  EXPECT_EQ(parser.marks().back().at_seconds, 999);
}

TEST(Content, NothingSeenIsHealthy) {
  const ContentDetector detector(all_limits());
  EXPECT_TRUE(detector.check(start + 24h).empty());
  EXPECT_EQ(detector.deadline(), never);
}

TEST(Content, SilenceIsAFaultWhenItsMarkComesForItHasLastedThen) {
  ContentDetector detector(all_limits());
  detector.on_mark({Kind::silence, true, 751}, start);
  const auto faults = detector.check(start + 3s);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].cause, Cause::source_silent);
  EXPECT_FALSE(faults[0].off_air);
  EXPECT_EQ(faults[0].sentence, "Silence (below -50 dB) for 18 s, since 00:12:31 of the stream.");
  EXPECT_EQ(faults[0].since, start - 15s);
  EXPECT_EQ(causes(detector, start), Causes{Cause::source_silent});
}

TEST(Content, AFrozenPictureIsAFaultWhenItsMarkComes) {
  ContentDetector detector(all_limits());
  detector.on_mark({Kind::frozen_picture, true, 3600.96}, start);
  const auto faults = detector.check(start + 1s);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].cause, Cause::source_frozen_picture);
  EXPECT_EQ(faults[0].sentence,
            "Frozen picture (changes below -60 dB) for 21 s, since 01:00:00 of the stream.");
}

TEST(Content, BlackIsAFaultOnceItHasLasted) {
  ContentDetector detector(all_limits());
  detector.on_mark({Kind::black, true, 30.04}, start);
  EXPECT_TRUE(detector.check(start + 9999ms).empty());
  EXPECT_EQ(detector.deadline(), start + 10s);
  const auto faults = detector.check(start + 10s);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].cause, Cause::source_black);
  EXPECT_EQ(faults[0].sentence, "Black picture for 10 s, since 00:00:30 of the stream.");
}

TEST(Content, TheEndClearsIt) {
  ContentDetector detector(all_limits());
  for (const Kind kind : {Kind::silence, Kind::frozen_picture, Kind::black}) {
    detector.on_mark({kind, true, 1}, start);
    detector.on_mark({kind, false, 2}, start + 1min);
  }
  EXPECT_TRUE(detector.check(start + 2min).empty());
  EXPECT_EQ(detector.deadline(), never);
}

TEST(Content, AnEndOfOneLeavesTheOthers) {
  ContentDetector detector(all_limits());
  detector.on_mark({Kind::silence, true, 1}, start);
  detector.on_mark({Kind::black, true, 1}, start);
  detector.on_mark({Kind::black, false, 2}, start + 1s);
  EXPECT_EQ(causes(detector, start + 1min), Causes{Cause::source_silent});
}

TEST(Content, FlickerIsNotBlack) {
  ContentDetector detector(all_limits());
  for (int second = 0; second < 60; second += 8) {
    detector.on_mark({Kind::black, true, double(second)}, start + second * 1s);
    EXPECT_TRUE(detector.check(start + second * 1s + 7s).empty());
    detector.on_mark({Kind::black, false, second + 7.5}, start + second * 1s + 7500ms);
  }
}

TEST(Content, WhatIsNotAskedForIsNotReported) {
  Content only_black;
  only_black.black = Content::Black{1s};
  ContentDetector detector(only_black);
  detector.on_mark({Kind::silence, true, 1}, start);
  detector.on_mark({Kind::frozen_picture, true, 1}, start);
  EXPECT_TRUE(detector.check(start + 1h).empty());
  EXPECT_EQ(detector.deadline(), never);
}

TEST(Content, TimeWithoutAnAdvanceDoesNotCount) {
  ContentDetector detector(all_limits());
  detector.on_mark({Kind::black, true, 1}, start);
  detector.on_mark({Kind::silence, true, 1}, start);
  detector.rebase(start + 9s);
  EXPECT_TRUE(detector.check(start + 18s).empty());
  EXPECT_EQ(causes(detector, start + 19s), Causes{Cause::source_black});
  // The filters say nothing again of what goes on.
  EXPECT_EQ(causes(detector, start + 24s), (Causes{Cause::source_silent, Cause::source_black}));
}

TEST(Content, AFaultThatStandsDoesNotHideTheDeadlineOfTheNext) {
  ContentDetector detector(all_limits());
  detector.on_mark({Kind::silence, true, 1}, start);
  detector.on_mark({Kind::black, true, 1}, start);
  EXPECT_EQ(detector.deadline(start), start + 10s);
  EXPECT_EQ(detector.deadline(start + 10s), never);
}

}  // namespace
}  // namespace monitor
