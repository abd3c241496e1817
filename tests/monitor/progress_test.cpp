#include "monitor/ffmpeg/progress.hpp"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "capture.hpp"

namespace monitor {
namespace {

using namespace std::chrono_literals;

const std::string encoding_block =
    "frame=750\nfps=25.01\nstream_0_0_q=29.0\nbitrate= 461.6kbits/s\ntotal_size=113833\n"
    "out_time_us=1973000\nout_time_ms=1973000\nout_time=00:00:01.973000\ndup_frames=2\n"
    "drop_frames=3\nspeed=0.985x\nprogress=continue\n";

std::vector<Progress> parse(std::string_view bytes) {
  return ProgressParser().feed(bytes);
}

// The one block of these lines.
Progress block(const std::string& lines) {
  const std::vector<Progress> blocks = parse(lines + "progress=continue\n");
  EXPECT_EQ(blocks.size(), 1U) << lines;
  return blocks.empty() ? Progress{} : blocks.front();
}

std::vector<Progress> parse_in_pieces(std::string_view bytes, std::size_t size) {
  ProgressParser parser;
  std::vector<Progress> all;
  for (std::size_t at = 0; at < bytes.size(); at += size) {
    const auto& blocks = parser.feed(bytes.substr(at, size));
    all.insert(all.end(), blocks.begin(), blocks.end());
  }
  return all;
}

TEST(ProgressParser, AWholeBlockGivesEveryField) {
  const Progress seen = block(encoding_block.substr(0, encoding_block.find("progress=")));
  EXPECT_EQ(seen.frame, 750);
  EXPECT_EQ(seen.fps, 25.01);
  EXPECT_DOUBLE_EQ(*seen.bitrate_bps, 461'600);
  EXPECT_EQ(seen.total_size_bytes, 113'833);
  EXPECT_EQ(seen.out_time, 1'973'000us);
  EXPECT_EQ(seen.dup_frames, 2);
  EXPECT_EQ(seen.drop_frames, 3);
  EXPECT_EQ(seen.speed, 0.985);
  EXPECT_FALSE(seen.end);
}

TEST(ProgressParser, PaddingOfValuesIsSkipped) {
  const Progress seen = block("frame=   12\nbitrate=   0.4kbits/s\nspeed=   1x\n");
  EXPECT_EQ(seen.frame, 12);
  EXPECT_DOUBLE_EQ(*seen.bitrate_bps, 400);
  EXPECT_EQ(seen.speed, 1);
}

TEST(ProgressParser, NotAvailableIsEmpty) {
  EXPECT_EQ(block("frame=N/A\nbitrate=N/A\ntotal_size=N/A\nout_time_us=N/A\nout_time_ms=N/A\n"
                  "out_time=N/A\nspeed=N/A\n"),
            Progress{});
}

TEST(ProgressParser, AudioAloneHasNoFrames) {
  const Progress seen = block("bitrate= 129.7kbits/s\ntotal_size=189757\nout_time_us=11703000\n");
  EXPECT_FALSE(seen.frame);
  EXPECT_EQ(seen.total_size_bytes, 189'757);
}

TEST(ProgressParser, OutTimeMsIsMicrosecondsToo) {
  EXPECT_EQ(block("out_time_ms=1973000\n").out_time, 1'973'000us);
  EXPECT_EQ(block("out_time_us=5\nout_time_ms=6\nout_time=00:00:07.0\n").out_time, 5us);
  EXPECT_EQ(block("out_time_us=N/A\nout_time_ms=6\n").out_time, 6us);
}

TEST(ProgressParser, OutTimeIsReadFromTheClockWhereNothingElseIs) {
  EXPECT_EQ(block("out_time=01:02:03.500000\n").out_time, 1h + 2min + 3'500ms);
  EXPECT_EQ(block("out_time=-00:00:00.021333\n").out_time, -21'333us);
  EXPECT_EQ(block("out_time=123:00:00.000000\n").out_time, 123h);
  for (const char* wrong :
       {"", "1", "00:00", "00:61:00.0", "00:00:60.0", "a:b:c", "::", "-", "0:-1:0"}) {
    EXPECT_FALSE(block(std::string("out_time=") + wrong + "\n").out_time) << wrong;
  }
}

TEST(ProgressParser, NegativeOutTimeIsKept) {
  EXPECT_EQ(block("out_time_us=-21333\n").out_time, -21'333us);
}

TEST(ProgressParser, TheMarkerOfNoOutTimeYetIsEmpty) {
  EXPECT_FALSE(block("out_time_us=-9223372036854775807\nout_time_ms=-9223372036854775807\n"
                     "out_time=-577014:32:22.775807\n")
                   .out_time);
  EXPECT_FALSE(block("out_time_us=-9223372036854775808\n").out_time);
}

TEST(ProgressParser, NumbersOutOfRangeAreEmpty) {
  const Progress seen = block(
      "frame=9223372036854775808\nfps=1e999\ntotal_size=-1\nout_time_us=99999999999999999999\n"
      "dup_frames=1.5\ndrop_frames=\nspeed=nanx\nbitrate=infkbits/s\n");
  EXPECT_EQ(seen, Progress{});
}

TEST(ProgressParser, SpeedInExponentFormIsRead) {
  EXPECT_EQ(block("speed=1.23e+03x\n").speed, 1230);
}

TEST(ProgressParser, EndIsSaid) {
  const auto blocks = parse("frame=1\nprogress=end\nframe=2\nprogress=continue\n");
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_TRUE(blocks[0].end);
  EXPECT_FALSE(blocks[1].end);
}

TEST(ProgressParser, CarriageReturnsBeforeTheLineEndAreIgnored) {
  std::string crlf;
  for (const char c : encoding_block) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_EQ(parse(crlf), parse(encoding_block));
}

TEST(ProgressParser, UnknownKeysAreNoFault) {
  ProgressParser parser;
  parser.feed("stream_0_0_psnr_y=34.72\nsomething_new=1\nframe=1\nprogress=continue\n");
  EXPECT_EQ(parser.rejected_lines(), 0U);
}

TEST(ProgressParser, GarbageIsCountedAndSkipped) {
  ProgressParser parser;
  const std::string garbage("no equals\n=5\n\0\0=\x01\nfr\0me=5\n", 26);
  const auto blocks = parser.feed(garbage + "frame=7\nprogress=continue\n");
  ASSERT_EQ(blocks.size(), 1U);
  EXPECT_EQ(blocks[0].frame, 7);
  EXPECT_EQ(parser.rejected_lines(), 4U);
}

TEST(ProgressParser, AnOverlongLineIsDroppedWholeInPiecesOfAnySize) {
  const std::string input =
      "frame=3\nx=" + std::string(100'000, 'a') + "frame=9\nfps=2.00\nprogress=continue\n";
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{4095}, std::size_t{4096}, input.size()}) {
    const auto blocks = parse_in_pieces(input, size);
    ASSERT_EQ(blocks.size(), 1U) << size;
    EXPECT_EQ(blocks[0].frame, 3) << size;
    EXPECT_EQ(blocks[0].fps, 2.0) << size;
  }
}

TEST(ProgressParser, ALineOfExactlyTheLimitIsTaken) {
  const std::string line = "frame=" + std::string(ProgressParser::line_limit - 7, ' ') + "5";
  ASSERT_EQ(line.size(), ProgressParser::line_limit);
  for (const std::size_t size : {std::size_t{1}, std::size_t{64}, line.size() + 20}) {
    EXPECT_EQ(parse_in_pieces(line + "\nprogress=continue\n", size).at(0).frame, 5) << size;
    EXPECT_FALSE(parse_in_pieces(" " + line + "\nprogress=continue\n", size).at(0).frame) << size;
  }
}

TEST(ProgressParser, AnUnfinishedBlockIsNotGiven) {
  ProgressParser parser;
  EXPECT_TRUE(parser.feed("frame=1\nprogress=cont").empty());
  EXPECT_EQ(parser.feed("inue\n").size(), 1U);
}

TEST(ProgressParser, AKeyStandingTwiceBeginsABlock) {
  const auto blocks = parse("frame=1\nfps=1.0\nframe=2\nprogress=continue\n");
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_EQ(blocks[0].frame, 1);
  EXPECT_EQ(blocks[1].frame, 2);
}

// Above about 50 video streams FFmpeg's buffer cuts the block off anywhere.
TEST(ProgressParser, TheHeadOfABlockIsFoundBehindACutOne) {
  for (const char* cut :
       {"strea", "stream_0_5", "stream_0_5_", "stream_0_5_q=", "stream_0_5_q=2.", "bitrate= 12",
        "total_size=12", "drop_frames=0", "speed=1", "progress=con"}) {
    const auto blocks =
        parse(std::string("frame=5\nfps=1.0\n") + cut + "frame=6\nfps=2.0\nprogress=continue\n");
    ASSERT_EQ(blocks.size(), 2U) << cut;
    EXPECT_EQ(blocks[0].frame, 5) << cut;
    EXPECT_EQ(blocks[1].frame, 6) << cut;
    EXPECT_EQ(blocks[1].fps, 2.0) << cut;
  }
}

TEST(ProgressParser, SixtyVideoStreamsStillShowTheirFrames) {
  const auto blocks = parse(captures::bytes_of("x_many_video_streams"));
  ASSERT_GE(blocks.size(), 5U);
  for (std::size_t i = 1; i < blocks.size(); ++i) EXPECT_GT(blocks[i].frame, blocks[i - 1].frame);
}

TEST(ProgressParser, AFloodKeepsTheNewestBlocks) {
  std::string flood;
  for (int i = 1; i <= 1000; ++i) flood += "frame=" + std::to_string(i) + "\nprogress=continue\n";
  const auto blocks = parse(flood);
  ASSERT_EQ(blocks.size(), ProgressParser::blocks_limit);
  EXPECT_EQ(blocks.front().frame, 1000 - 63);
  EXPECT_EQ(blocks.back().frame, 1000);
}

TEST(ProgressParser, EveryCaptureReadsTheSameInPiecesOfAnySize) {
  for (const std::string& name : captures::names()) {
    const std::string bytes = captures::bytes_of(name);
    const auto whole = parse_in_pieces(bytes, 512);
    for (const std::size_t size : {1U, 2U, 7U, 64U}) {
      EXPECT_EQ(parse_in_pieces(bytes, size), whole) << name << " in pieces of " << size;
    }
  }
}

TEST(ProgressParser, EveryCapturedLineIsUnderstood) {
  for (const std::string& name : captures::names()) {
    ProgressParser parser;
    parser.feed(captures::bytes_of(name));
    // The last block of the many-streams runs is cut in the middle of a key.
    EXPECT_LE(parser.rejected_lines(), name.starts_with("x_many_video") ? 1U : 0U) << name;
  }
}

TEST(ProgressParser, RandomBytesDoNoHarm) {
  std::mt19937_64 random(1);
  ProgressParser parser;
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 300, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    EXPECT_LE(parser.feed(bytes).size(), ProgressParser::blocks_limit);
  }
  EXPECT_EQ(parser.feed("\n" + encoding_block).back(), parse(encoding_block).back());
}

TEST(ProgressParser, MutatedBlocksDoNoHarm) {
  std::mt19937_64 random(2);
  ProgressParser parser;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = encoding_block;
    for (std::uint64_t changes = random() % 6; changes > 0 && !bytes.empty(); --changes) {
      const std::size_t at = random() % bytes.size();
      switch (random() % 4) {
        case 0:
          bytes[at] = static_cast<char>(random());
          break;
        case 1:
          bytes.erase(at, random() % 20);
          break;
        case 2:
          bytes.insert(at, bytes.substr(random() % bytes.size(), random() % 40));
          break;
        case 3:
          bytes[at] = "\n\r= -.:9x"[random() % 9];
          break;
      }
    }
    for (const Progress& seen : parser.feed(bytes)) {
      EXPECT_GE(seen.frame.value_or(0), 0);
      EXPECT_GE(seen.total_size_bytes.value_or(0), 0);
    }
  }
  const auto& after = parser.feed("\nprogress=continue\n" + encoding_block);
  EXPECT_EQ(after.back(), parse(encoding_block).back());
}

}  // namespace
}  // namespace monitor
