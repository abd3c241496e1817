#include "supervisor/thread/periodic_worker.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <gtest/gtest.h>

#include "supervisor/thread/io_thread.hpp"

namespace supervisor {
namespace {

using namespace std::chrono_literals;

// A worker whose runs the test ends by hand, or the I/O thread by itself.
struct Stand {
  using Worker = PeriodicWorker<int>;

  Worker::Job job() {
    return {.begin =
                [this](Worker::Done done) {
                  begun.push_back(std::chrono::steady_clock::now());
                  if (throws) throw std::runtime_error("no memory");
                  pending.push_back(done);
                  if (answers) io_thread.thread().post([done] { done(7); });
                },
            .end =
                [this](int result, monitor::Instant begun_at) {
                  results.push_back(result);
                  if (on_end) on_end();
                  return delay ? begun_at + *delay : monitor::never;
                }};
  }
  bool turn_until(const std::function<bool()>& condition) const {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!condition() && std::chrono::steady_clock::now() < deadline) {
      loop.context().restart();
      loop.context().run_for(1ms);
    }
    return condition();
  }
  void turn_for(std::chrono::milliseconds time) const {
    loop.context().restart();
    loop.context().run_for(time);
  }

  Loop loop;
  // So that the loop turns for as long as it is told.
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{loop.executor()};
  IoThread io_thread;
  bool answers = true;
  bool throws = false;
  std::optional<monitor::Duration> delay = 1ms;
  std::function<void()> on_end;
  std::vector<monitor::Instant> begun;
  std::vector<int> results;
  std::vector<Worker::Done> pending;
  std::unique_ptr<Worker> worker = std::make_unique<Worker>(loop.thread(), job());
};

TEST(PeriodicWorker, RunsAgainAndAgainOnceItIsTriggered) {
  Stand stand;
  stand.turn_for(20ms);
  EXPECT_TRUE(stand.begun.empty());
  stand.worker->trigger();
  EXPECT_EQ(stand.begun.size(), 1U) << "at once";
  EXPECT_TRUE(stand.turn_until([&] { return stand.results.size() >= 5; }));
}

TEST(PeriodicWorker, TheDelayCountsFromTheBeginningOfTheRun) {
  Stand stand;
  stand.answers = false;
  stand.delay = 1s;
  stand.worker->trigger();
  stand.turn_for(900ms);
  const auto ended_at = std::chrono::steady_clock::now();
  stand.pending[0](1);
  ASSERT_TRUE(stand.turn_until([&] { return stand.begun.size() == 2; }));
  EXPECT_GE(stand.begun[1] - stand.begun[0], 1s);
  EXPECT_LT(stand.begun[1], ended_at + 1s) << "most of it had passed during the run";
}

TEST(PeriodicWorker, NeverRunsTwiceAtATimeAndATriggerMeanwhileIsHeard) {
  Stand stand;
  stand.answers = false;
  stand.delay = std::nullopt;
  stand.worker->trigger();
  stand.worker->trigger();
  stand.worker->trigger();
  stand.worker->run_at(monitor::Instant{});
  stand.turn_for(20ms);
  EXPECT_EQ(stand.begun.size(), 1U);
  stand.pending[0](1);
  EXPECT_TRUE(stand.turn_until([&] { return stand.begun.size() == 2; }));
  stand.pending[1](2);
  EXPECT_TRUE(stand.turn_until([&] { return stand.results.size() == 2; }));
  stand.turn_for(20ms);
  EXPECT_EQ(stand.begun.size(), 2U);
}

TEST(PeriodicWorker, WithoutADelayItWaitsForATriggerOrATime) {
  Stand stand;
  stand.delay = std::nullopt;
  stand.worker->trigger();
  ASSERT_TRUE(stand.turn_until([&] { return stand.results.size() == 1; }));
  stand.turn_for(20ms);
  EXPECT_EQ(stand.begun.size(), 1U);
  const auto due = std::chrono::steady_clock::now() + 50ms;
  stand.worker->run_at(due);
  ASSERT_TRUE(stand.turn_until([&] { return stand.begun.size() == 2; }));
  EXPECT_GE(stand.begun[1], due);
}

TEST(PeriodicWorker, ATimeThatIsMovedReplacesTheOneBefore) {
  Stand stand;
  stand.worker->run_at(std::chrono::steady_clock::now() + 20ms);
  stand.worker->run_at(std::chrono::steady_clock::now() + 1h);
  stand.turn_for(100ms);
  stand.worker->run_at(std::chrono::steady_clock::now() + 20ms);
  stand.worker->run_at(monitor::never);
  stand.turn_for(100ms);
  EXPECT_TRUE(stand.begun.empty());
}

TEST(PeriodicWorker, AResultAfterTheStopOrTheEndIsDropped) {
  Stand stand;
  stand.answers = false;
  stand.worker->trigger();
  stand.worker->stop();
  stand.pending[0](1);
  stand.worker->trigger();
  stand.turn_for(20ms);
  EXPECT_TRUE(stand.results.empty());
  EXPECT_EQ(stand.begun.size(), 1U);
  stand.worker.reset();
  stand.pending[0](1);
  stand.turn_for(20ms);
  EXPECT_TRUE(stand.results.empty());
}

TEST(PeriodicWorker, ARunIsOverOnce) {
  Stand stand;
  stand.answers = false;
  stand.delay = 0ms;
  stand.worker->trigger();
  stand.pending[0](1);
  stand.pending[0](2);
  ASSERT_TRUE(stand.turn_until([&] { return stand.begun.size() == 2; }));
  stand.pending[0](3);
  stand.turn_for(20ms);
  EXPECT_EQ(stand.results, std::vector<int>{1});
}

TEST(PeriodicWorker, MayBeDestroyedByWhatHearsTheResult) {
  Stand stand;
  stand.on_end = [&] { stand.worker.reset(); };
  stand.worker->trigger();
  ASSERT_TRUE(stand.turn_until([&] { return stand.results.size() == 1; }));
  stand.turn_for(20ms);
  EXPECT_EQ(stand.begun.size(), 1U);
}

TEST(PeriodicWorker, ARunThatCannotBeginIsTriedAgain) {
  Stand stand;
  stand.throws = true;
  EXPECT_THROW(stand.worker->trigger(), std::runtime_error);
  stand.throws = false;
  EXPECT_TRUE(stand.turn_until([&] { return stand.results.size() >= 1; }));
  EXPECT_GE(stand.begun[1] - stand.begun[0], pause_after_exception);
}

TEST(PeriodicWorker, AnEndThatFailsIsNotTheLast) {
  Stand stand;
  stand.on_end = [] { throw std::runtime_error("no memory"); };
  stand.worker->trigger();
  EXPECT_THROW(stand.turn_until([&] { return stand.results.size() == 1; }), std::runtime_error);
  stand.on_end = {};
  EXPECT_TRUE(stand.turn_until([&] { return stand.results.size() >= 2; }));
}

}  // namespace
}  // namespace supervisor
