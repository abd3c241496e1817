#include "supervisor/stream/output_folders.hpp"

#include <gtest/gtest.h>

namespace supervisor {
namespace {

using Folders = std::vector<std::string>;

Folders folders_of(const std::vector<std::string>& urls) {
  std::vector<monitor::probes::Target> sinks;
  for (const std::string& url : urls) sinks.push_back({.url = url});
  return output_folders(sinks, "/srv/folder");
}

TEST(OutputFolders, AreThoseOfFilesAlone) {
  EXPECT_EQ(folders_of({"rtmp://host/live/key", "pipe:1", "-", "/dev/null", "", "/srv/hls/a.m3u8"}),
            Folders{"/srv/hls"});
  EXPECT_EQ(folders_of({"file:/srv/a.mkv"}), Folders{"/srv"});
}

TEST(OutputFolders, AreNamedWithoutAskingWhetherTheyExist) {
  EXPECT_EQ(folders_of({"/nowhere/at/all/a.mkv"}), Folders{"/nowhere/at/all"});
}

TEST(OutputFolders, AreAbsolute) {
  EXPECT_EQ(folders_of({"a.mkv"}), Folders{"/srv/folder"});
  EXPECT_EQ(folders_of({"hls/./a.m3u8"}), Folders{"/srv/folder/hls"});
  EXPECT_EQ(folders_of({"../a.mkv"}), Folders{"/srv"});
}

TEST(OutputFolders, AreEachThereOnceAndNotTooMany) {
  EXPECT_EQ(folders_of({"/srv/a.mkv", "/srv/b.mkv", "/srv/../srv/c.mkv"}), Folders{"/srv"});
  std::vector<std::string> many;
  for (int i = 0; i < 20; ++i) many.push_back("/srv/" + std::to_string(i) + "/a.mkv");
  EXPECT_EQ(folders_of(many).size(), output_folders_limit);
}

}  // namespace
}  // namespace supervisor
