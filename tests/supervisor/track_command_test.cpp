// What a track makes of a command, and the file that holds its text.

#include "supervisor/ffmpeg/track_command.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <stdlib.h>

#include "supervisor/ffmpeg/ffmpeg_command.hpp"
#include "supervisor/tracks/track_file.hpp"

namespace supervisor {
namespace {

using Command = std::vector<std::string>;

class Folder {
 public:
  Folder() : path_(::mkdtemp(name_)) {}
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string file(const std::string& name) const { return path_ + '/' + name; }

 private:
  char name_[40] = "/tmp/ffsupervisor-tracks-XXXXXX";
  std::string path_;
};

std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

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
  const Command filled = filled_command(command, {.artist = "Ana", .title = "It's: x"}, {});
  EXPECT_EQ(filled[4], "title=Ana - It's: x");
  EXPECT_EQ(filled[6], "drawtext=text='It\xE2\x80\x99s\xEA\x9E\x89 x'");
  EXPECT_EQ(filled[7], "rtmp://host/live/key");
}

TEST(TrackCommand, WithoutPlaceholdersComesBackAsItIs) {
  const Command command{"ffmpeg", "-vf", "drawtext=text='%{pts} {x}'", "out"};
  EXPECT_FALSE(has_placeholders(command));
  EXPECT_EQ(filled_command(command, {.artist = "Ana", .title = "Dusk"}, "/default"), command);
}

TEST(TrackCommand, NoTitleIsAnOptionOrAnArgumentMore) {
  const Command command{"ffmpeg", "-i", "in", "-metadata", "{title}", "-f", "null", "-"};
  for (const std::string title :
       {"-progress", "-y", "a b", "\"; rm -rf / #", "$(id)", "a\nb", "\xFF\xC3", ""}) {
    const Command filled = filled_command(command, {.artist = "", .title = title}, {});
    ASSERT_EQ(filled.size(), command.size());
    EXPECT_FALSE(filled[4].starts_with('-')) << title;
    EXPECT_EQ(filled[4].find('\n'), std::string::npos) << title;
    EXPECT_NO_THROW(FfmpegCommand{filled}) << title;
  }
}

TEST(TrackCommand, AFileThatIsNotThereIsReplacedByTheDefault) {
  const Folder folder;
  std::ofstream(folder.file("Night.mp4")) << "x";
  const Command command{"ffmpeg",           "-i", folder.file("{playlist}.mp4"), "-i",
                        "http://h/{title}", "out"};
  const auto input = [&](const std::string& playlist) {
    return filled_command(command, {.title = "t", .playlist = playlist}, "/default.mp4")[2];
  };
  EXPECT_EQ(input("Night"), folder.file("Night.mp4"));
  EXPECT_EQ(input("Day"), "/default.mp4");
  EXPECT_EQ(input(""), "/default.mp4");
  EXPECT_EQ(input("../Night"), "/default.mp4");
  EXPECT_TRUE(is_track_file(command, 2));
  EXPECT_FALSE(is_track_file(command, 4));
}

TEST(TrackFile, IsReplacedAsAWhole) {
  const Folder folder;
  const std::string path = folder.file("track.txt");
  EXPECT_EQ(write_track_file(path, " "), "");
  EXPECT_EQ(content(path), " ");
  const std::ifstream reader(path);  // whoever has it open keeps the text it opened
  EXPECT_EQ(write_track_file(path, "Ana - Dusk"), "");
  EXPECT_EQ(content(path), "Ana - Dusk");
  std::ostringstream before;
  before << reader.rdbuf();
  EXPECT_EQ(before.str(), " ");
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
}

TEST(TrackFile, WhatCannotBeWrittenIsSaid) {
  EXPECT_EQ(write_track_file("/nowhere/track.txt", "x"),
            "/nowhere/track.txt.new cannot be written: No such file or directory");
  const Folder folder;
  std::filesystem::create_directory(folder.file("track.txt"));
  EXPECT_NE(write_track_file(folder.file("track.txt"), "x"), "");
}

}  // namespace
}  // namespace supervisor
