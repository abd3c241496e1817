// What a track makes of a command.

#include "supervisor/ffmpeg/track_command.hpp"

#include <gtest/gtest.h>

#include "supervisor/ffmpeg/ffmpeg_command.hpp"

namespace supervisor {
namespace {

using Command = std::vector<std::string>;

TEST(TrackCommand, HoldsTheWordsOfTheTrack) {
  const Command command{"ffmpeg",
                        "-i",
                        "in",
                        "-metadata",
                        "title={artist} - {title}",
                        "-vf",
                        "drawtext=text='{title}'",
                        "rtmp://host/live/key"};
  EXPECT_TRUE(has_placeholders(command));
  const Command filled = filled_command(command, {.artist = "Ana", .title = "It's: x"});
  EXPECT_EQ(filled[4], "title=Ana - It's: x");
  EXPECT_EQ(filled[6], "drawtext=text='It\xE2\x80\x99s\xEA\x9E\x89 x'");
  EXPECT_EQ(filled[7], "rtmp://host/live/key");
}

TEST(TrackCommand, WithoutPlaceholdersComesBackAsItIs) {
  const Command command{"ffmpeg", "-vf", "drawtext=text='%{pts} {x}'", "out"};
  EXPECT_FALSE(has_placeholders(command));
  EXPECT_EQ(filled_command(command, {.artist = "Ana", .title = "Dusk"}), command);
}

TEST(TrackCommand, NoTitleIsAnOptionOrAnArgumentMore) {
  const Command command{"ffmpeg", "-i", "in", "-metadata", "{title}", "-f", "null", "-"};
  for (const std::string title :
       {"-progress", "-y", "a b", "\"; rm -rf / #", "$(id)", "a\nb", "\xFF\xC3", ""}) {
    const Command filled = filled_command(command, {.artist = "", .title = title});
    ASSERT_EQ(filled.size(), command.size());
    EXPECT_FALSE(filled[4].starts_with('-')) << title;
    EXPECT_EQ(filled[4].find('\n'), std::string::npos) << title;
    EXPECT_NO_THROW(FfmpegCommand{filled}) << title;
  }
}

TEST(TrackCommand, AFileThatIsNotThereIsReplacedByTheDefault) {
  const Command command{"ffmpeg", "-i", "/srv/{playlist}.mp4", "-i", "http://h/{title}", "out"};
  const auto is_readable = [](const std::string& path) { return path == "/srv/Night.mp4"; };
  const auto input = [&](const std::string& playlist) {
    return filled_command(command, {.title = "t", .playlist = playlist}, "/default.mp4",
                          is_readable);
  };
  EXPECT_EQ(input("Night")[2], "/srv/Night.mp4");
  EXPECT_EQ(input("Day")[2], "/default.mp4");
  EXPECT_EQ(input("")[2], "/default.mp4");
  EXPECT_EQ(input("../Night")[2], "/default.mp4");
  EXPECT_EQ(input("Day")[4], "http://h/t");
  EXPECT_TRUE(is_track_file(command, 2));
  EXPECT_FALSE(is_track_file(command, 4));
}

TEST(TrackCommand, NamesTheFilesToLookFor) {
  const Command command{"ffmpeg", "-i", "file:/srv/{playlist}.mp4", "-i", "http://h/{title}", "-i",
                        "/a",     "out"};
  EXPECT_EQ(track_files(command, {.playlist = "Night"}), Command{"/srv/Night.mp4"});
  EXPECT_EQ(track_files({"ffmpeg", "-i", "in", "out"}, {.playlist = "Night"}), Command{});
}

}  // namespace
}  // namespace supervisor
