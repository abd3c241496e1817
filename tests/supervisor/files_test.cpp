#include "supervisor/files/files.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <sched.h>
#include <unistd.h>

#include "driver_stand.hpp"
#include "supervisor/tracks/track_text_file.hpp"

namespace supervisor::test {
namespace {

std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST(Files, AreReplacedAsAWhole) {
  const TemporaryFolder folder;
  const std::string path = folder.file("track.txt");
  const auto files = machine_files();
  EXPECT_EQ(files->replace(path, " "), "");
  EXPECT_EQ(content(path), " ");
  const std::ifstream reader(path);  // whoever has it open keeps the text it opened
  EXPECT_EQ(files->replace(path, "Ana - Dusk"), "");
  EXPECT_EQ(content(path), "Ana - Dusk");
  std::ostringstream before;
  before << reader.rdbuf();
  EXPECT_EQ(before.str(), " ");
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
}

TEST(Files, SayWhatCannotBeWritten) {
  const auto files = machine_files();
  EXPECT_EQ(files->replace("/nowhere/track.txt", "x"),
            "/nowhere/track.txt.new cannot be written: No such file or directory");
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.file("track.txt"));
  EXPECT_NE(files->replace(folder.file("track.txt"), "x"), "");
}

TEST(Files, OfOthersAreNeitherReplacedNorChanged) {
  const TemporaryFolder folder;
  const std::string path = folder.file("track.txt");
  const std::string victim = folder.file("victim");
  std::ofstream(victim) << "victim\n";
  std::filesystem::create_hard_link(victim, path + ".new");
  std::ofstream(path + ".new.1") << "foreign\n";
  EXPECT_EQ(machine_files()->replace(path, "Ana - Dusk"), "");
  EXPECT_EQ(content(path), "Ana - Dusk");
  EXPECT_EQ(content(victim), "victim\n");
  EXPECT_EQ(content(path + ".new.1"), "foreign\n");
  const std::string mine = "streams:\n  - name: radio\n";
  std::ofstream(folder.file("mine.yml")) << mine;
  EXPECT_EQ(machine_files()->replace(folder.file("mine.yml"), "Ana - Dusk"),
            folder.file("mine.yml") +
                " holds more than a title; it is left alone, expected a file of its own");
  EXPECT_EQ(content(folder.file("mine.yml")), mine);
}

// Its descriptors have numbers that other files have in the rest of the program.
TEST(Files, AreWrittenByAThreadWithDescriptorsOfItsOwn) {
  const TemporaryFolder folder;
  const std::string path = folder.file("track.txt");
  std::ofstream(folder.file("other")) << "other";
  const std::ifstream third(folder.file("other"));
  std::thread([&] {
    ASSERT_EQ(::unshare(CLONE_FILES), 0);
    ::close_range(3, ~0U, 0);
    EXPECT_EQ(machine_files()->replace(path, "Ana - Dusk"), "");
  }).join();
  EXPECT_EQ(content(path), "Ana - Dusk");
}

TEST(Files, ATitleOfSeveralLinesIsReplacedByTheNext) {
  const TemporaryFolder folder;
  const std::string path = folder.file("track.txt");
  EXPECT_EQ(machine_files()->replace(path, "Ana\nDusk\nNight FM"), "");
  EXPECT_EQ(machine_files()->replace(path, "Bob\nDawn\nNight FM"), "");
  EXPECT_EQ(content(path), "Bob\nDawn\nNight FM");
}

TEST(Files, AreReadableWhereTheyAreThere) {
  const TemporaryFolder folder;
  std::ofstream(folder.file("a")) << "x";
  EXPECT_TRUE(machine_files()->is_readable(folder.file("a")));
  EXPECT_FALSE(machine_files()->is_readable(folder.file("b")));
}

class CallBlocking : public DriverStand {};

TEST_F(CallBlocking, AnswersOnTheLoopAndNeverAtOnce) {
  std::optional<int> answer;
  call_blocking(
      loop.executor(), [] { return 7; }, monitor::never,
      [&](std::optional<int> result) {
        EXPECT_TRUE(loop.thread().is_here());
        answer = result;
      });
  EXPECT_FALSE(answer);
  ASSERT_TRUE(turn_until([&] { return answer.has_value(); }));
  EXPECT_EQ(answer, 7);
}

TEST_F(CallBlocking, AnswersEmptyAtItsDeadline) {
  hang_files();
  bool has_answered = false;
  call_blocking(
      loop.executor(), [files = files] { return files->is_readable("/"); },
      std::chrono::steady_clock::now() + 5ms,
      [&](std::optional<bool> result) {
        EXPECT_FALSE(result);
        has_answered = true;
      });
  EXPECT_TRUE(turn_until([&] { return has_answered; }));
}

class TrackTextFileTest : public DriverStand {
 protected:
  std::vector<std::string> troubles;
  TrackTextFile make(const std::string& path) {
    return {loop.executor(), files, path,
            [this](const std::string& trouble) { troubles.push_back(trouble); }};
  }
};

TEST_F(TrackTextFileTest, HoldsTheNewestTextAfterOneWriteAtATime) {
  hang_files();
  const std::string path = folder.file("track.txt");
  TrackTextFile file = make(path);
  file.write("one");
  ASSERT_TRUE(turn_until([&] { return hung->calls() == 1; }));
  file.write("two");
  file.write("three");
  EXPECT_TRUE(file.awaits_first_write());
  turn();
  EXPECT_EQ(hung->calls(), 1);
  hung->let_go();
  ASSERT_TRUE(turn_until([&] { return troubles.size() == 2; }));
  EXPECT_EQ(content(path), "three");
  EXPECT_EQ(hung->calls(), 2) << "what came between is skipped";
  EXPECT_FALSE(file.awaits_first_write());
  file.write("three");
  turn();
  EXPECT_EQ(hung->calls(), 2);
}

TEST_F(TrackTextFileTest, TriesATextAgainThatCouldNotBeWritten) {
  const std::string path = folder.file("later/track.txt");
  TrackTextFile file = make(path);
  file.write("one");
  ASSERT_TRUE(turn_until([&] { return troubles.size() == 1; }));
  EXPECT_NE(troubles.back(), "");
  EXPECT_FALSE(file.awaits_first_write()) << "nothing is to be waited for";
  std::filesystem::create_directory(folder.file("later"));
  file.write("one");
  ASSERT_TRUE(turn_until([&] { return troubles.size() == 2; }));
  EXPECT_EQ(content(path), "one");
}

TEST_F(TrackTextFileTest, CallsNothingAfterItsDestruction) {
  hang_files();
  {
    TrackTextFile file = make(folder.file("track.txt"));
    file.write("one");
    ASSERT_TRUE(turn_until([&] { return hung->calls() == 1; }));
  }
  hung->let_go();
  ASSERT_TRUE(turn_until([&] { return content(folder.file("track.txt")) == "one"; }));
  turn();
  EXPECT_TRUE(troubles.empty());
}

}  // namespace
}  // namespace supervisor::test
