#include "supervisor/hold/icecast_titles.hpp"

#include <gtest/gtest.h>

namespace supervisor {
namespace {

using Words = std::vector<std::string>;

std::string url(Words output) {
  Words words = {"ffmpeg", "-f", "mpegts", "-i", "pipe:0", "-c", "copy"};
  words.insert(words.end(), output.begin(), output.end());
  return title_url(words, "Ana & Bo");
}

TEST(IcecastTitle, GoesToTheMountWithTheCredentialsOfItsPublisher) {
  EXPECT_EQ(url({"-f", "mp3", "icecast://source:p%40w@radio.example:8001/live/a.mp3"}),
            "http://source:p%40w@radio.example:8001/admin/metadata?mode=updinfo&charset=UTF-8"
            "&mount=%2Flive%2Fa.mp3&song=Ana%20%26%20Bo");
}

TEST(IcecastTitle, HasTheDefaultsOfFfmpeg) {
  EXPECT_EQ(url({"-f", "adts", "-password", "a:b", "icecast://h/m"}),
            "http://source:a%3Ab@h:8000/admin/metadata?mode=updinfo&charset=UTF-8&mount=%2Fm"
            "&song=Ana%20%26%20Bo");
  EXPECT_TRUE(url({"-f", "mp3", "-tls", "1", "icecast://u:p@h/m"}).starts_with("https://u:p@h:"));
  EXPECT_NE(url({"icecast://u:p@h/m.mp3"}), "") << "the format by the ending";
}

TEST(IcecastTitle, IsNotToldWhereTheStreamHasItsOwnOrThereIsNoMount) {
  EXPECT_EQ(url({"-f", "ogg", "icecast://u:p@h/m"}), "");
  EXPECT_EQ(url({"-f", "flv", "rtmp://h/a/k"}), "");
  EXPECT_EQ(url({"-f", "mp3", "icecast://u:p@h"}), "");
}

}  // namespace
}  // namespace supervisor
