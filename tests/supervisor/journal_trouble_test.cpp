#include <array>
#include <csignal>
#include <future>
#include <utility>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "journal_mount.hpp"
#include "journal_stand.hpp"
#include "supervisor/journal/journal_line.hpp"

namespace supervisor {
namespace {

// Notes until something was told.
testing::AssertionResult is_told_once(Journal& journal, const JournalProblems& problems,
                                      const std::string& words) {
  for (unsigned i = 1; i <= 50; ++i) journal.note(change(i));
  if (!eventually([&] { return !problems.told().empty(); })) {
    return testing::AssertionFailure() << "nothing was told";
  }
  if (problems.told().size() == 1 && problems.all().find(words) != std::string::npos) {
    return testing::AssertionSuccess();
  }
  return testing::AssertionFailure() << problems.all();
}

bool holds(const std::string& path, unsigned attempts) {
  const std::string text = read_file(path);
  return text.starts_with(header_line()) &&
         text.find("\"attempts\":" + std::to_string(attempts) + ",") != std::string::npos;
}

TEST(JournalTrouble, AFolderThatIsMissingIsToldOnceAndWrittenToOnceItIsThere) {
  const JournalFolder folder;
  JournalProblems problems;
  Journal journal(folder / "later/j", 1000, problems.sink());
  journal.note({"video", full_past()});
  EXPECT_TRUE(is_told_once(journal, problems, "No such file or directory"));
  std::filesystem::create_directory(folder / "later");
  EXPECT_TRUE(eventually([&] { return holds(folder / "later/j", 50); }));
  // From then on as ever, at once.
  journal.note(change(51));
  EXPECT_TRUE(eventually([&] { return holds(folder / "later/j", 51); }, 900ms));
  EXPECT_EQ(problems.told().size(), 1u);
}

TEST(JournalTrouble, ATroubleThatComesBackIsToldAgain) {
  const JournalFolder folder;
  JournalProblems problems;
  Journal journal(folder / "f/j", 1000, problems.sink());
  EXPECT_TRUE(is_told_once(journal, problems, "No such file"));
  std::filesystem::create_directory(folder / "f");
  ASSERT_TRUE(eventually([&] { return holds(folder / "f/j", 50); }));
  std::filesystem::remove_all(folder / "f");
  journal.note(change(51));
  EXPECT_TRUE(eventually([&] { return problems.told().size() == 2; })) << problems.all();
}

TEST(JournalTrouble, WhatIsNoRegularFileIsRefusedWithoutWaiting) {
  const JournalFolder folder;
  std::filesystem::create_directory(folder / "folder");
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  write_file(folder / "file", "");
  std::filesystem::create_symlink("/dev/full", folder / "link");
  std::filesystem::create_symlink("loop", folder / "loop");
  const std::vector<std::pair<std::string, std::string>> cases{
      {folder / "folder", "it is a folder, expected a regular file"},
      {folder / "fifo", "it is a named pipe, expected a regular file"},
      {"/dev/null", "it is a device, expected a regular file"},
      {folder / "link", "it is a device, expected a regular file"},
      {folder / "loop", "Too many levels of symbolic links"},
      {folder / "file/j", "Not a directory"}};
  for (const auto& [path, words] : cases) {
    JournalProblems problems;
    const auto start = std::chrono::steady_clock::now();
    {
      Journal journal(path, 1000, problems.sink());
      EXPECT_TRUE(is_told_once(journal, problems, words)) << path;
    }
    EXPECT_LT(std::chrono::steady_clock::now() - start, 2s) << path;
    EXPECT_EQ(problems.told().size(), 1u) << problems.all();
    EXPECT_TRUE(problems.told()[0].starts_with("journal " + path + ": ")) << problems.all();
  }
  EXPECT_FALSE(std::filesystem::is_regular_file("/dev/null"));
}

TEST(JournalTrouble, AReadOnlyFileSystemIsReadAndToldAndWrittenOnceItCanBe) {
  const JournalFolder folder;
  const Mount mount(folder.path(), "size=1m");
  if (!mount.is_there()) GTEST_SKIP() << "mounting is not allowed";
  Journal(folder / "j", 1000, {}).note({"radio", full_past()});
  ASSERT_TRUE(mount.set_read_only(true));
  JournalProblems problems;
  Journal journal(folder / "j", 1000, problems.sink());
  EXPECT_EQ(shown(journal.past("radio")), shown(full_past()));
  EXPECT_TRUE(is_told_once(journal, problems, "Read-only file system"));
  ASSERT_TRUE(mount.set_read_only(false));
  EXPECT_TRUE(eventually([&] { return holds(folder / "j", 50); }));
  EXPECT_EQ(problems.told().size(), 1u) << problems.all();
}

TEST(JournalTrouble, AFullDiskIsToldOnceLosesNothingAndIsMadeUpFor) {
  const JournalFolder folder;
  const Mount mount(folder.path(), "size=256k");
  if (!mount.is_there()) GTEST_SKIP() << "mounting is not allowed";
  JournalProblems problems;
  Journal journal(folder / "j", 1000, problems.sink());
  journal.note({"video", full_past()});
  ASSERT_TRUE(eventually([&] { return holds(folder / "j", 3); }));
  {
    std::ofstream filler(folder / "filler", std::ios::binary);
    filler << std::string(300'000, 'x') << std::flush;
  }
  // More than the rest of the last page.
  unsigned last = 0;
  while (problems.told().empty() && ++last < 1000) {
    Journal::Change next = change(last);
    next.now.incidents = {incident("i" + std::to_string(last))};
    journal.note(next);
  }
  ASSERT_LT(last, 1000u);
  for (unsigned i = 0; i < 100; ++i) journal.note(change(++last));
  EXPECT_EQ(problems.told().size(), 1u) << problems.all();
  EXPECT_NE(problems.all().find("No space left on device"), std::string::npos) << problems.all();
  // What is in the file are whole records.
  EXPECT_TRUE(read_file(folder / "j").ends_with("}\n"));
  std::filesystem::remove(folder / "filler");
  EXPECT_TRUE(eventually([&] { return holds(folder / "j", last); }));
  EXPECT_EQ(problems.told().size(), 1u) << problems.all();
}

TEST(JournalTrouble, AFullDiskFromTheStartIsMadeUpFor) {
  const JournalFolder folder;
  const Mount mount(folder.path(), "size=64k,nr_inodes=64");
  if (!mount.is_there()) GTEST_SKIP() << "mounting is not allowed";
  {
    std::ofstream filler(folder / "filler", std::ios::binary);
    filler << std::string(100'000, 'x') << std::flush;
  }
  JournalProblems problems;
  {
    Journal journal(folder / "j", 1000, problems.sink());
    EXPECT_TRUE(is_told_once(journal, problems, "No space left on device"));
    EXPECT_EQ(read_file(folder / "j"), "");
    std::filesystem::remove(folder / "filler");
    EXPECT_TRUE(eventually([&] { return holds(folder / "j", 50); }));
  }
  EXPECT_EQ(past_at(folder / "j").attempts, 50u);
}

// The limit is the process's, so it is a child's.
TEST(JournalTrouble, AFileThatMayNotGrowNeitherEndsTheProcessNorLeavesHalfALine) {
  const JournalFolder folder;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const rlimit limit{2000, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    JournalProblems problems;
    Journal journal(folder / "j", 1000, problems.sink());
    for (unsigned i = 1; i <= 100; ++i) journal.note(change(i));
    const bool told = eventually([&] { return problems.told().size() == 1; });
    const bool named = problems.all().find("File too large") != std::string::npos;
    const bool whole = read_file(folder / "j").ends_with("}\n");
    const rlimit none{RLIM_INFINITY, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &none);
    const bool made_up = eventually([&] { return holds(folder / "j", 100); });
    ::_exit(told && named && whole && made_up ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(JournalTrouble, WhereNoFileCanBeMadeBesideItItIsRewrittenInPlace) {
  const JournalFolder folder;
  const Mount mount(folder.path(), "size=1m");
  if (!mount.is_there()) GTEST_SKIP() << "mounting is not allowed";
  write_file(folder / "outside", "");
  write_file(folder / "j", "");
  ASSERT_TRUE(Mount::bind(folder / "outside", folder / "j"));
  JournalProblems problems;
  {
    Journal journal(folder / "j", 10, problems.sink());
    for (unsigned i = 1; i <= 2000; ++i) {
      Journal::Change next = change(i);
      next.now.incidents = {incident(std::to_string(i))};
      journal.note(next);
    }
    EXPECT_TRUE(eventually([&] { return std::filesystem::file_size(folder / "j") < 16384; }))
        << std::filesystem::file_size(folder / "j");
    journal.note(change(2001));
  }
  {
    const Journal next(folder / "j", 10, problems.sink());
    EXPECT_EQ(next.past("radio").attempts, 2001u);
    ASSERT_EQ(next.past("radio").incidents.size(), 10u);
    EXPECT_EQ(next.past("radio").incidents[0].id, "2000");
  }
  EXPECT_EQ(problems.all(), "");
  EXPECT_TRUE(read_file(folder / "outside").starts_with(header_line()));
  ::umount2((folder / "j").c_str(), MNT_DETACH);
}

TEST(JournalTrouble, ASymbolicLinkStaysOne) {
  const JournalFolder folder;
  std::filesystem::create_directory(folder / "data");
  std::filesystem::create_symlink("data/real", folder / "j");
  write_file(folder / "data/real", header_line() + "\ncorrupt\n");
  {
    Journal journal(folder / "j", 1000, {});
    journal.note(change(5));
  }
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "j"));
  EXPECT_TRUE(holds(folder / "data/real", 5));
  EXPECT_EQ(read_file(folder / "data/real.corrupt"), header_line() + "\ncorrupt\n");
}

TEST(JournalTrouble, ALinkWhereOthersCanPutOneIsNotFollowed) {
  const JournalFolder folder;
  std::filesystem::create_directory(folder / "all");
  ASSERT_EQ(::chmod((folder / "all").c_str(), 01777), 0);
  write_file(folder / "victim", "");
  std::filesystem::create_symlink("../victim", folder / "all/j");
  std::filesystem::create_symlink("../made", folder / "all/dangling");
  for (const char* name : {"all/j", "all/dangling"}) {
    JournalProblems problems;
    Journal journal(folder / name, 1000, problems.sink());
    EXPECT_TRUE(is_told_once(journal, problems, "it is a symbolic link in "));
  }
  EXPECT_EQ(read_file(folder / "victim"), "");
  EXPECT_FALSE(std::filesystem::exists(folder / "made"));
}

TEST(JournalTrouble, ASecondNameOfAFileWhereOthersCanWriteIsNotTaken) {
  const JournalFolder folder;
  std::filesystem::create_directory(folder / "all");
  ASSERT_EQ(::chmod((folder / "all").c_str(), 01777), 0);
  write_file(folder / "victim", "");
  std::filesystem::create_hard_link(folder / "victim", folder / "all/j");
  JournalProblems problems;
  Journal journal(folder / "all/j", 1000, problems.sink());
  EXPECT_TRUE(is_told_once(journal, problems, "has a second name"));
  EXPECT_EQ(read_file(folder / "victim"), "");
}

TEST(JournalTrouble, WhatStandsBesideItStays) {
  const JournalFolder folder;
  for (const char* name : {"j.new", "j.new.1", "j.corrupt"}) write_file(folder / name, "foreign\n");
  write_file(folder / "j", header_line() + "\nbroken\n");
  {
    Journal journal(folder / "j", 1000, {});
    journal.note(change(5));
    EXPECT_TRUE(eventually([&] { return holds(folder / "j", 5); }));
    EXPECT_TRUE(
        eventually([&] { return read_file(folder / "j").find("broken") == std::string::npos; }));
  }
  for (const char* name : {"j.new", "j.new.1", "j.corrupt"}) {
    EXPECT_EQ(read_file(folder / name), "foreign\n") << name;
  }
  EXPECT_NE(read_file(folder / "j.corrupt.1").find("broken"), std::string::npos);
}

TEST(JournalTrouble, AJournalThatIsTakenAwayIsWrittenAnew) {
  const JournalFolder folder;
  JournalProblems problems;
  Journal journal(folder / "j", 1000, problems.sink());
  journal.note({"video", full_past()});
  ASSERT_TRUE(eventually([&] { return holds(folder / "j", 3); }));
  std::filesystem::rename(folder / "j", folder / "j.1");
  journal.note(change(7));
  EXPECT_TRUE(eventually([&] { return holds(folder / "j", 7) && holds(folder / "j", 3); }));
  EXPECT_EQ(problems.all(), "");
}

TEST(JournalTrouble, TwoProcessesNeverShareOne) {
  const JournalFolder folder;
  std::array<int, 2> ready;
  std::array<int, 2> stop;
  ASSERT_EQ(::pipe(ready.data()), 0);
  ASSERT_EQ(::pipe(stop.data()), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  char byte = 0;
  if (child == 0) {
    ::close(stop[1]);
    {
      Journal journal(folder / "j", 1000, {});
      journal.note({"video", full_past()});
      journal.note(change(1));
      if (::write(ready[1], "x", 1) != 1 || ::read(stop[0], &byte, 1) != 0) ::_exit(1);
    }
    ::_exit(0);
  }
  ::close(stop[0]);
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  ASSERT_TRUE(eventually([&] { return holds(folder / "j", 1); }));
  const std::string before = read_file(folder / "j");
  JournalProblems problems;
  Journal second(folder / "j", 1000, problems.sink());
  EXPECT_EQ(second.past("video").attempts, 0u);
  EXPECT_TRUE(is_told_once(second, problems, "another process has it open"));
  EXPECT_EQ(read_file(folder / "j"), before);
  // Once the first is gone, the second takes over what it left.
  ::close(stop[1]);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(eventually([&] { return holds(folder / "j", 50) && holds(folder / "j", 3); }));
  EXPECT_EQ(problems.told().size(), 1u) << problems.all();
  for (const int fd : {ready[0], ready[1]}) ::close(fd);
}

TEST(JournalTrouble, TheLockIsNotHandedToPrograms) {
  const JournalFolder folder;
  auto journal = std::make_unique<Journal>(folder / "j", 1000, nullptr);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::execlp("sleep", "sleep", "60", nullptr);
    ::_exit(127);
  }
  ASSERT_TRUE(eventually([&] {
    return read_file("/proc/" + std::to_string(child) + "/cmdline").starts_with("sleep");
  }));
  journal.reset();
  JournalProblems problems;
  const Journal next(folder / "j", 1000, problems.sink());
  EXPECT_EQ(problems.all(), "");
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

// A disk that hangs when it is opened, until the test lets it go on.
struct HungDisk {
  ~HungDisk() { let_go(); }
  void let_go() {
    if (!std::exchange(is_free, true)) go.set_value();
  }
  Journal::Opening opening(std::chrono::milliseconds limit) const {
    return {.limit = limit, .before = [gone = gone] { gone.wait(); }};
  }
  std::promise<void> go;
  std::shared_future<void> gone = go.get_future().share();
  bool is_free = false;
};

TEST(JournalTrouble, ADiskThatHangsWhenItIsOpenedHoldsUpTheStartOnlyForItsLimit) {
  const JournalFolder folder;
  Journal(folder / "j", 1000, {}).note({"radio", full_past()});
  HungDisk disk;
  JournalProblems problems;
  const auto begun = std::chrono::steady_clock::now();
  const auto journal =
      std::make_unique<Journal>(folder / "j", 1000, problems.sink(), disk.opening(50ms));
  EXPECT_EQ(shown(journal->past("radio")), shown(recovery::PersistedState{}));
  for (unsigned i = 1; i <= 20; ++i) journal->note(change(i));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
  EXPECT_NE(problems.all().find("its disk may hang"), std::string::npos) << problems.all();
}

TEST(JournalTrouble, WhatADiskThatHungHoldsIsKeptAndGoesOnWithWhatIsNew) {
  const JournalFolder folder;
  Journal(folder / "j", 1000, {}).note({"radio", full_past()});
  HungDisk disk;
  JournalProblems problems;
  {
    Journal journal(folder / "j", 1000, problems.sink(), disk.opening(50ms));
    journal.note({"radio", change(7).now});
    disk.let_go();
    ASSERT_TRUE(eventually([&] { return problems.told().size() == 2; })) << problems.all();
    EXPECT_NE(problems.told()[1].find("it has been read now"), std::string::npos);
    EXPECT_EQ(journal.past("radio").attempts, 0U) << "what the streams began with stays";
    EXPECT_TRUE(eventually([&] { return holds(folder / "j", 7); }));
  }
  const recovery::PersistedState next = past_at(folder / "j");
  EXPECT_EQ(next.attempts, 7U);
  EXPECT_EQ(next.incidents.size(), full_past().incidents.size());
}

TEST(JournalTrouble, ADiskThatHangsDoesNotHoldUpTheEnd) {
  const JournalFolder folder;
  HungDisk disk;
  const auto begun = std::chrono::steady_clock::now();
  Journal(folder / "j", 1000, {}, disk.opening(50ms)).note(change(1));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
}

}  // namespace
}  // namespace supervisor
