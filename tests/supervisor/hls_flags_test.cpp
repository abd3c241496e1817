#include "supervisor/hold/hls_flags.hpp"

#include <gtest/gtest.h>

namespace supervisor {
namespace {

using Words = std::vector<std::string>;

TEST(HlsFlags, AreThoseOfAnHlsOutputAlone) {
  const Words flv = {"ffmpeg", "-f", "mpegts", "-i", "pipe:0", "-f", "flv", "rtmp://h/a/k"};
  EXPECT_EQ(with_hls_flags(flv, hls_flags_of_live), flv);
  const Words by_name = {"ffmpeg", "-f", "mpegts", "-i", "pipe:0", "http://h/i.m3u8"};
  EXPECT_EQ(with_hls_flags(by_name, hls_flags_of_live),
            (Words{"ffmpeg", "-f", "mpegts", "-i", "pipe:0", "-hls_flags", "omit_endlist",
                   "http://h/i.m3u8"}));
}

TEST(HlsFlags, TheUsersOwnStayAndAreHeardLast) {
  const Words own = {"ffmpeg",          "-i", "pipe:0", "-hls_flags",
                     "delete_segments", "-f", "hls",    "http://h/i"};
  EXPECT_EQ(with_hls_flags(own, hls_flags_of_return)[4],
            "append_list+discont_start+delete_segments");
  const Words less = {"ffmpeg",        "-i", "pipe:0", "-hls_flags",
                      "-omit_endlist", "-f", "hls",    "http://h/i"};
  EXPECT_EQ(with_hls_flags(less, hls_flags_of_live)[4], "omit_endlist-omit_endlist");
}

TEST(HlsFlags, TheFormatOfTheInputIsNone) {
  const Words words = {"ffmpeg", "-f", "hls", "-i", "pipe:0", "srt://h:1"};
  EXPECT_EQ(with_hls_flags(words, hls_flags_of_live), words);
}

}  // namespace
}  // namespace supervisor
