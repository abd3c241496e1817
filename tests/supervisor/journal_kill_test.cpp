#include <algorithm>
#include <array>
#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

#include "journal_mount.hpp"
#include "journal_stand.hpp"
#include "supervisor/journal/journal_file.hpp"
#include "supervisor/journal/journal_state.hpp"

namespace supervisor {
namespace {

// The writer tells how far it is through a pipe, after note() has returned.
unsigned written_until_killed(const std::string& path, std::chrono::microseconds lives) {
  std::array<int, 2> pipe;
  if (::pipe(pipe.data()) != 0) return 0;
  const pid_t child = ::fork();
  if (child == 0) {
    Journal journal(path, 50, {});
    for (unsigned i = journal.past("radio").attempts + 1;; ++i) {
      Journal::Change next = change(i);
      next.now.incidents = {incident(std::to_string(i))};
      journal.note(next);
      if (::write(pipe[1], &i, sizeof i) != sizeof i) ::_exit(1);
    }
  }
  ::close(pipe[1]);
  std::this_thread::sleep_for(lives);
  ::kill(child, SIGKILL);
  unsigned last = 0;
  for (unsigned next = 0; ::read(pipe[0], &next, sizeof next) == sizeof next;) last = next;
  ::close(pipe[0]);
  ::waitpid(child, nullptr, 0);
  return last;
}

TEST(JournalKill, AtAnyMomentItLosesAtMostTheLastRecord) {
  const JournalFolder folder;
  unsigned longest = 0;
  for (unsigned round = 0; round < 300; ++round) {
    if (round % 50 == 0) std::filesystem::remove(folder / "j");
    const unsigned before = past_at(folder / "j").attempts;
    const auto lives = std::chrono::microseconds(round * 7919 % 20'000);
    const unsigned last = std::max(before, written_until_killed(folder / "j", lives));
    JournalProblems problems;
    const Journal journal(folder / "j", 50, problems.sink());
    const recovery::PersistedState& past = journal.past("radio");
    ASSERT_GE(past.attempts + 1, last) << "round " << round;
    ASSERT_LE(past.attempts, last + 1) << "round " << round;
    ASSERT_EQ(past.incidents.size(), std::min(past.attempts, 50u));
    if (past.attempts > 0) {
      ASSERT_EQ(past.incidents[0].id, std::to_string(past.attempts));
    }
    ASSERT_EQ(problems.all().find("corrupt"), std::string::npos) << problems.all();
    longest = std::max(longest, last);
  }
  EXPECT_GT(longest, 10u);  // else nothing was put to the test
}

// Rewrites it over and over, by the way its folder allows.
unsigned rewritten_until_killed(const std::string& path, std::chrono::microseconds lives) {
  std::array<int, 2> pipe;
  if (::pipe(pipe.data()) != 0) return 0;
  const pid_t child = ::fork();
  if (child == 0) {
    JournalFile file(path);
    if (file.open()) ::_exit(1);
    for (unsigned i = 1;; ++i) {
      JournalState memory(1000);
      Journal::Change next = change(i);
      for (unsigned j = 0; j < 200; ++j) {
        next.now.incidents.push_back(incident(std::to_string(200 - j)));
      }
      memory.note(next);
      if (file.replace(memory.text())) ::_exit(1);
      if (::write(pipe[1], &i, sizeof i) != sizeof i) ::_exit(1);
    }
  }
  ::close(pipe[1]);
  unsigned last = 0;
  if (::read(pipe[0], &last, sizeof last) != sizeof last) return 0;
  std::this_thread::sleep_for(lives);
  ::kill(child, SIGKILL);
  for (unsigned next = 0; ::read(pipe[0], &next, sizeof next) == sizeof next;) last = next;
  ::close(pipe[0]);
  ::waitpid(child, nullptr, 0);
  return last;
}

void kill_while_rewriting(const std::string& path) {
  for (unsigned round = 0; round < 100; ++round) {
    const auto lives = std::chrono::microseconds(round * 7919 % 10'000);
    const unsigned last = rewritten_until_killed(path, lives);
    ASSERT_GT(last, 0u);
    const recovery::PersistedState past = past_at(path);
    ASSERT_GE(past.attempts, last) << "round " << round;
    ASSERT_LE(past.attempts, last + 1) << "round " << round;
    ASSERT_EQ(past.incidents.size(), 200u) << "round " << round;
    ASSERT_EQ(past.incidents[0].id, "200") << "round " << round;
  }
}

TEST(JournalKill, WhileItIsRewrittenItIsTheOldOneOrTheNewOne) {
  const JournalFolder folder;
  kill_while_rewriting(folder / "j");
}

TEST(JournalKill, WhileItIsRewrittenInPlaceItSaysTheOldOrTheNew) {
  const JournalFolder folder;
  const Mount mount(folder.path(), "size=4m");
  if (!mount.is_there()) GTEST_SKIP() << "mounting is not allowed";
  write_file(folder / "outside", "");
  write_file(folder / "j", "");
  ASSERT_TRUE(Mount::bind(folder / "outside", folder / "j"));
  kill_while_rewriting(folder / "j");
  ::umount2((folder / "j").c_str(), MNT_DETACH);
}

}  // namespace
}  // namespace supervisor
