#include "supervisor/reload/reloader.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>

#include "supervisor/child/descriptor.hpp"

namespace supervisor {
namespace {

using namespace std::chrono_literals;

// A reloader with a file that the test plays; the I/O thread is a real one.
class ReloaderTest : public testing::Test {
 protected:
  // A reading that hangs may outlive the test.
  struct File {
    Config load() {
      ++reads;
      if (const char* problem = broken.load()) throw ConfigError(problem);
      Config config;
      config.streams.resize(1);
      config.streams[0].name = "stream" + std::to_string(reads.load());
      return config;
    }
    std::atomic<int> reads = 0;
    std::atomic<const char*> broken = nullptr;
  };
  void ask() {
    reloader.request([this](const http::Outcome& outcome) { answers.push_back(outcome); });
  }
  // Turns the loop until so many answers have come.
  bool run_until_answers(std::size_t count) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (answers.size() < count && std::chrono::steady_clock::now() < deadline) {
      loop.context().restart();
      loop.context().run_for(5ms);
    }
    return answers.size() >= count;
  }

  Descriptor null{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
  Secrets secrets;
  Log log{{LogFormat::json, LogLevel::info}, secrets, null.get()};
  http::SnapshotStore snapshots{0};
  Loop loop;
  const std::shared_ptr<File> file = std::make_shared<File>();
  std::atomic<int>& reads = file->reads;
  std::atomic<const char*>& broken = file->broken;
  bool waits = false;
  const char* refusal = nullptr;
  std::vector<std::string> applied;
  std::vector<http::Outcome> answers;
  IoThread io_thread;
  IoThread relay_thread;
  const Services services{loop.thread(), io_thread, relay_thread, log, secrets, snapshots};
  Reloader reloader{services,
                    {.load = [played = file] { return played->load(); },
                     .must_wait = [this](const Config&) { return waits; },
                     .apply =
                         [this](const Config& config) {
                           if (refusal) throw std::runtime_error(refusal);
                           applied.push_back(config.streams[0].name);
                           return "took " + config.streams[0].name;
                         }}};
};

TEST_F(ReloaderTest, TheConfigurationItRunsWithCountsAsRead) {
  ASSERT_TRUE(snapshots.read().program.config);
  EXPECT_TRUE(snapshots.read().program.config->successful);
}

TEST_F(ReloaderTest, WhatIsReadIsAppliedAndSaid) {
  ask();
  ASSERT_TRUE(run_until_answers(1));
  EXPECT_EQ(answers[0].status, 200U);
  EXPECT_EQ(answers[0].message, "took stream1");
}

TEST_F(ReloaderTest, AFileThatCannotBeReadIsRefusedAndTheNextMayBeRight) {
  const auto before = snapshots.read().program.config->succeeded_at;
  broken = "radio.yml:3: streams: expected a list";
  ask();
  ASSERT_TRUE(run_until_answers(1));
  EXPECT_EQ(answers[0].status, 422U);
  EXPECT_EQ(answers[0].message, "radio.yml:3: streams: expected a list");
  EXPECT_TRUE(applied.empty());
  EXPECT_FALSE(snapshots.read().program.config->successful);
  EXPECT_EQ(snapshots.read().program.config->succeeded_at, before);
  broken = nullptr;
  ask();
  ASSERT_TRUE(run_until_answers(2));
  EXPECT_EQ(answers[1].status, 200U);
  EXPECT_TRUE(snapshots.read().program.config->successful);
  EXPECT_GT(snapshots.read().program.config->succeeded_at, before);
}

TEST_F(ReloaderTest, WhatCannotBeAppliedIsRefused) {
  refusal = "radio: the command names no output";
  ask();
  ASSERT_TRUE(run_until_answers(1));
  EXPECT_EQ(answers[0].status, 422U);
  EXPECT_FALSE(snapshots.read().program.config->successful);
}

TEST_F(ReloaderTest, WhatIsAskedDuringAReadingIsAnsweredByOneMore) {
  for (int i = 0; i < 50; ++i) ask();
  ASSERT_TRUE(run_until_answers(50));
  EXPECT_EQ(reads, 2) << "the file may have changed after the first was begun";
  EXPECT_EQ(answers[0].message, "took stream1");
  EXPECT_EQ(answers[49].message, "took stream2");
}

TEST_F(ReloaderTest, WhatMustWaitIsAppliedWhenItNeedNotAnyMore) {
  waits = true;
  ask();
  while (reads == 0) loop.context().run_for(1ms);
  loop.context().restart();
  loop.context().run_for(50ms);
  EXPECT_TRUE(applied.empty());
  reloader.try_again();
  EXPECT_TRUE(applied.empty());
  waits = false;
  reloader.try_again();
  ASSERT_TRUE(run_until_answers(1));
  EXPECT_EQ(answers[0].status, 200U);
}

TEST_F(ReloaderTest, AStopRefusesWhatWasAskedAndWhatIs) {
  ask();
  ask();
  reloader.close();
  ask();
  ASSERT_TRUE(run_until_answers(3));
  for (const http::Outcome& answer : answers) EXPECT_EQ(answer.status, 409U);
  loop.context().restart();
  loop.context().run_for(50ms);
  EXPECT_TRUE(applied.empty()) << "what was read meanwhile is not applied";
}

// Its file system does not answer; everything else that uses the I/O thread goes on.
TEST_F(ReloaderTest, AReadingThatHangsIsRefusedAndHoldsNothingUp) {
  const auto let_go = std::make_shared<std::promise<void>>();
  Reloader hung{services,
                {.load =
                     [gate = let_go->get_future().share()] {
                       gate.wait();
                       return Config();
                     },
                 .must_wait = [](const Config&) { return false; },
                 .apply = [](const Config&) { return std::string("took it"); },
                 .limit = 50ms}};
  hung.request([this](const http::Outcome& outcome) { answers.push_back(outcome); });
  std::promise<void> turned;
  io_thread.thread().post([&turned] { turned.set_value(); });
  EXPECT_EQ(turned.get_future().wait_for(20s), std::future_status::ready);
  ASSERT_TRUE(run_until_answers(1));
  EXPECT_EQ(answers[0].status, 422U);
  EXPECT_NE(answers[0].message.find("may hang"), std::string::npos);
  let_go->set_value();
}

TEST_F(ReloaderTest, SecretsOfARefusalAreMasked) {
  secrets.learn(std::vector<std::string>{"ffmpeg", "rtmp://h/live/Str3am-K3y"});
  refusal = "cannot use rtmp://h/live/Str3am-K3y";
  ask();
  ASSERT_TRUE(run_until_answers(1));
  EXPECT_EQ(answers[0].message.find("Str3am"), std::string::npos);
  EXPECT_EQ(snapshots.read().program.config->message.find("Str3am"), std::string::npos);
}

}  // namespace
}  // namespace supervisor
