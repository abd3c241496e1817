#include "supervisor/alerts/alert_command.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "child_run.hpp"

namespace supervisor::test {
namespace {

// A command, all that it wrote and how its runs ended.
struct Bench {
  boost::asio::io_context loop;
  std::vector<std::string> output;
  std::vector<std::string> ends;
  std::unique_ptr<AlertCommand> command;

  explicit Bench(std::vector<std::string> argv, AlertCommand::Limits limits = {}) {
    command = std::make_unique<AlertCommand>(
        loop.get_executor(), std::move(argv),
        [this](std::string_view line) { output.emplace_back(line); }, limits);
  }

  void run(const std::string& json) {
    command->run(json, [this](std::string error) { ends.push_back(std::move(error)); });
  }
  bool wait(std::size_t runs = 1) {
    return run_until(loop, [&] { return ends.size() == runs; });
  }
};

using Lines = std::vector<std::string>;

class AlertCommandTest : public testing::Test {
 protected:
  void TearDown() override { EXPECT_TRUE(has_no_children()) << "a child was left behind"; }
};

TEST_F(AlertCommandTest, JsonArrivesOnStdinAndOutputInTheLog) {
  Bench bench(shell("cat; echo; echo oops >&2"));
  bench.run(R"({"status":"firing"})");
  ASSERT_TRUE(bench.wait());
  EXPECT_EQ(bench.ends, Lines{""});
  EXPECT_EQ(bench.output, (Lines{R"({"status":"firing"})", "oops"}));
}

TEST_F(AlertCommandTest, LargeJsonArrivesWhole) {
  Bench bench(shell("wc -c"));
  bench.run(std::string(1'000'000, 'x'));
  ASSERT_TRUE(bench.wait());
  EXPECT_EQ(bench.output, Lines{"1000000"});
}

TEST_F(AlertCommandTest, CommandThatReadsNothingIsNoFault) {
  Bench bench({"true"});
  bench.run(std::string(1'000'000, 'x'));
  ASSERT_TRUE(bench.wait());
  EXPECT_EQ(bench.ends, Lines{""});
}

TEST_F(AlertCommandTest, ItsStdoutIsNotOurs) {
  int seen[2];
  ASSERT_EQ(::pipe2(seen, O_CLOEXEC | O_NONBLOCK), 0);
  const int ours = ::dup(1);
  ::dup2(seen[1], 1);
  Bench bench({"echo", "hello"});
  bench.run("{}");
  const bool ended = bench.wait();
  ::dup2(ours, 1);
  ::close(ours);
  char byte = 0;
  EXPECT_EQ(::read(seen[0], &byte, 1), -1) << "the command wrote into FFmpeg's stdout";
  ::close(seen[0]);
  ::close(seen[1]);
  ASSERT_TRUE(ended);
  EXPECT_EQ(bench.output, Lines{"hello"});
}

TEST_F(AlertCommandTest, FailuresAreTold) {
  Bench code(shell("exit 3"));
  code.run("{}");
  ASSERT_TRUE(code.wait());
  EXPECT_EQ(code.ends, Lines{"alerts.command (sh) ended with code 3"});

  Bench killed(shell("kill -9 $$"));
  killed.run("{}");
  ASSERT_TRUE(killed.wait());
  EXPECT_EQ(killed.ends, Lines{"alerts.command (sh) was ended by signal 9"});

  Bench missing({"/no/such/program", "secret"});
  missing.run("{}");
  ASSERT_TRUE(missing.wait());
  EXPECT_EQ(missing.ends, Lines{"alerts.command (/no/such/program) cannot be started: "
                                "No such file or directory"});
}

TEST_F(AlertCommandTest, WhatTakesTooLongIsAskedToEnd) {
  Bench bench(shell("trap 'echo asked; exit 0' TERM; while :; do sleep 0.02; done"),
              {.timeout = 200ms});
  bench.run("{}");
  ASSERT_TRUE(bench.wait());
  EXPECT_EQ(bench.ends, Lines{"alerts.command (sh) did not end within 200 ms"});
  EXPECT_EQ(bench.output.back(), "asked");  // the shell may say "Terminated" of its sleep before
}

TEST_F(AlertCommandTest, WhatDoesNotEndWhenAskedIsKilled) {
  Bench bench(shell("trap '' TERM; while :; do sleep 0.02; done"),
              {.timeout = 200ms, .grace = 100ms});
  bench.run("{}");
  ASSERT_TRUE(bench.wait());
  EXPECT_EQ(bench.ends.size(), 1u);
}

TEST_F(AlertCommandTest, RunsFollowEachOtherInOrder) {
  Bench bench(shell("read -r line; echo begin $line; sleep 0.05; echo end $line"));
  for (const char* json : {"1\n", "2\n", "3\n"}) bench.run(json);
  ASSERT_TRUE(bench.wait(3));
  EXPECT_EQ(bench.output, (Lines{"begin 1", "end 1", "begin 2", "end 2", "begin 3", "end 3"}));
}

TEST_F(AlertCommandTest, ARunAfterAFailedOneIsAFreshOne) {
  Bench bench(shell("read -r line; [ $line = 2 ] || sleep 100"), {.timeout = 100ms});
  bench.run("1\n");
  bench.run("2\n");
  ASSERT_TRUE(bench.wait(2));
  EXPECT_EQ(bench.ends, (Lines{"alerts.command (sh) did not end within 100 ms", ""}));
}

TEST_F(AlertCommandTest, TooManyWaitingRunsAreRefusedAtOnce) {
  Bench bench({"sleep", "100"}, {.waiting = 2});
  for (int i = 0; i < 4; ++i) bench.run("{}");
  EXPECT_EQ(bench.ends, Lines{"alerts.command (sleep): too many runs wait for their turn"});
}

TEST_F(AlertCommandTest, FloodOfOutputIsCut) {
  Bench bench(shell("yes | head -n 50000; printf last"), {.output_lines = 3});
  bench.run("{}");
  ASSERT_TRUE(bench.wait());
  EXPECT_EQ(bench.output, (Lines{"y", "y", "y", "… and 49998 lines more"}));
}

TEST_F(AlertCommandTest, EndWhileItRunsKillsIt) {
  Bench bench(shell("echo $$; exec sleep 100"));
  bench.run("{}");
  ASSERT_TRUE(run_until(bench.loop, [&] { return !bench.output.empty(); }));
  const pid_t pid = std::stoi(bench.output[0]);
  bench.command.reset();
  EXPECT_TRUE(is_gone(pid));
  bench.loop.restart();
  bench.loop.run_for(5s);
  EXPECT_TRUE(bench.ends.empty());
}

TEST_F(AlertCommandTest, NoDescriptorIsLeftBehind) {
  Bench bench({"true"});
  bench.run("{}");
  ASSERT_TRUE(bench.wait(1));
  const int before = count_descriptors();
  for (std::size_t i = 2; i < 6; ++i) {
    bench.run("{}");
    ASSERT_TRUE(bench.wait(i));
  }
  EXPECT_EQ(count_descriptors(), before);
}

TEST_F(AlertCommandTest, CommandSeesNoDescriptorButItsOwnThree) {
  Bench bench(shell("ls /proc/self/fd | tr '\\n' ' '"));
  bench.run("{}");
  ASSERT_TRUE(bench.wait());
  EXPECT_EQ(bench.output, Lines{"0 1 2 3 "});  // 3 is ls' own, of the folder it reads
}

}  // namespace
}  // namespace supervisor::test
