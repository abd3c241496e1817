#include "monitor/jpeg.hpp"

#include <string>

#include <gtest/gtest.h>

#include "monitor/ffmpeg/picture_lines.hpp"

namespace monitor {
namespace {

using namespace std::string_literals;

// A comment, the head of a scan, and picture data with a stuffed byte and a restart marker.
const std::string whole = "\xff\xd8"s + "\xff\xfe\x00\x05\xff\xd9!"s + "\xff\xda\x00\x03\x01"s +
                          "ab\xff\x00z\xff\xd3q"s + "\xff\xd9"s;

TEST(Jpeg, IsWholeFromItsBeginToItsEnd) {
  EXPECT_TRUE(is_whole_jpeg(whole));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(is_whole_jpeg(whole.substr(0, size))) << size;
}

TEST(Jpeg, NothingMayStandAroundIt) {
  EXPECT_FALSE(is_whole_jpeg(whole + "x"));
  EXPECT_FALSE(is_whole_jpeg("x" + whole));
  EXPECT_FALSE(is_whole_jpeg(whole + whole));
  EXPECT_FALSE(is_whole_jpeg("<html>"));
}

TEST(Jpeg, BrokenSegmentsAreNoPicture) {
  EXPECT_FALSE(is_whole_jpeg("\xff\xd8\xff\xfe\x00\x00\xff\xda\x00\x03\x01z\xff\xd9"s));
  EXPECT_FALSE(is_whole_jpeg("\xff\xd8\xff\xfe\xff\xff\xff\xda\x00\x03\x01z\xff\xd9"s));
  EXPECT_FALSE(is_whole_jpeg("\xff\xd8zz\x00\x03\x01z\xff\xd9"s));
  EXPECT_FALSE(is_whole_jpeg("\xff\xd8"s + "\xff\xda\x00\x03\x01z\xff\xe0z\xff\xd9"s))
      << "another marker ends the scan";
}

struct PictureLinesTest : testing::Test {
  bool take(const std::string& line) { return lines.take(parse_log_line(line)); }

  PictureLines lines{"/proc/self/fd/23"};
};

TEST_F(PictureLinesTest, TheLegThatFfmpegGoesOnWithoutIsTheOneNamedBefore) {
  const std::string leg =
      "[tee @ 0x5] [error] Slave muxer #0 failed: Invalid argument, "
      "continuing with 1/2 slaves.";
  EXPECT_FALSE(take(leg)) << "the user's own";
  EXPECT_TRUE(
      take("[tee @ 0x5] [error] Slave '[f=image2:update=1]/proc/self/fd/23': error writing "
           "header: Invalid argument"));
  EXPECT_FALSE(take("[flv @ 0x7] [warning] Failed to update header"));
  EXPECT_TRUE(take(leg));
  EXPECT_FALSE(take(leg)) << "one line for one leg";
}

TEST_F(PictureLinesTest, WithoutAPictureNoLineIsOfIt) {
  lines = PictureLines();
  EXPECT_FALSE(take("[tee @ 0x5] [error] Slave '/proc/self/fd/23': error"));
}

}  // namespace
}  // namespace monitor
