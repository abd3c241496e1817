#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include <unistd.h>

#include "driver_stand.hpp"
#include "tests/monitor/loopback_server.hpp"

namespace supervisor::test {
namespace {

class StreamDriverWitnessTest : public DriverStand {};

TEST_F(StreamDriverWitnessTest, TheKernelIsAskedAboutTheChild) {
  StreamConfig config = plain_config();
  config.monitor.witnesses = monitor::Witnesses::all;
  children.pid = ::getpid();
  go_on_air(config);
  EXPECT_FALSE(snapshot().readings.process);
  clock.advance(0s);
  ASSERT_TRUE(snapshot().readings.process);
  EXPECT_GT(snapshot().readings.process->rss_bytes, 1'000'000U);
  children.last().exit(1);
  children.last().execute();
  EXPECT_FALSE(snapshot().readings.process) << "of the child before";
}

// The stream's child is this process, whose threads show when it was looked at.
class StreamDriverSamplingTest : public DriverStand {
 protected:
  void SetUp() override {
    DriverStand::SetUp();
    StreamConfig config = plain_config();
    config.monitor.witnesses = monitor::Witnesses::all;
    children.pid = ::getpid();
    go_on_air(config);
    clock.advance(0s);
    before_ = threads();
  }
  int threads() { return snapshot().readings.process->threads; }
  // Since the last time.
  bool was_sampled() {
    const int now = threads();
    return std::exchange(before_, now) != now;
  }
  void block_after(monitor::Duration time) {
    clock.advance(time);
    children.last().advance();
  }
  // One more than before.
  void begin_thread() {
    threads_.emplace_back([](const std::stop_token& end) {
      while (!end.stop_requested()) std::this_thread::sleep_for(1ms);
    });
  }

 private:
  int before_ = 0;
  std::vector<std::jthread> threads_;
};

TEST_F(StreamDriverSamplingTest, WhileBlocksComeASampleGoesWithOneOfThem) {
  block_after(502ms);
  block_after(502ms);
  EXPECT_FALSE(was_sampled());
  begin_thread();
  block_after(502ms);
  EXPECT_FALSE(was_sampled()) << "0.5 s later none is due";
  clock.advance(501ms);
  EXPECT_FALSE(was_sampled()) << "the block is to come at once";
  children.last().advance();
  EXPECT_TRUE(was_sampled());
}

TEST_F(StreamDriverSamplingTest, WhereABlockIsLateTheSampleDoesNotWaitForIt) {
  block_after(502ms);
  block_after(502ms);
  begin_thread();
  clock.advance(999ms);
  EXPECT_FALSE(was_sampled());
  clock.advance(1ms);
  EXPECT_TRUE(was_sampled()) << "a second after the last";
}

TEST_F(StreamDriverSamplingTest, WhereTheNextBlockIsLateItIsASecondAndAQuarterAtMost) {
  block_after(502ms);
  block_after(502ms);
  begin_thread();
  block_after(502ms);
  clock.advance(740ms);
  EXPECT_FALSE(was_sampled());
  clock.advance(10ms);
  EXPECT_TRUE(was_sampled()) << "a block and a half after the last advance";
}

// Answers each look at its statistics when it is told to.
class SlowStatistics {
 public:
  std::string url() const { return server_.url("/stat"); }
  int asked() const { return server_.served(); }
  void answer() { answers_ = true; }

 private:
  void serve(loopback::Client& client) {
    client.request();
    while (!answers_) std::this_thread::sleep_for(1ms);
    client.say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  }
  std::atomic<bool> answers_ = false;
  loopback::Server server_{[this](loopback::Client& client) { serve(client); }};
};

TEST_F(StreamDriverWitnessTest, AServerIsAskedAgainAfterAnAnswerWasLostWithItsChild) {
  SlowStatistics server;
  StreamConfig config = plain_config();
  config.monitor.witnesses = monitor::Witnesses::all;
  config.sink.url = server.url();
  config.command.back() = "rtmp://localhost:1/live/key";
  config.recovery.restart = recovery::Restart::never;
  go_on_air(config);
  clock.advance(0s);
  ASSERT_TRUE(turn_until([&] { return server.asked() == 1; }));
  children.last().exit(0);
  ASSERT_EQ(exit_codes.size(), 1U) << "it has ended for good, and the answer is due";
  server.answer();
  bool has_answered = false;
  while (!has_answered) {  // the answer has come, and was dropped
    io_thread.thread().post([&, back = loop.thread()] { back.post([&] { has_answered = true; }); });
    ASSERT_TRUE(turn_until([&] { return has_answered; }));
  }
  config.command[2] = "other.mp3";
  reconfigure(config, true);
  ASSERT_EQ(children.count(), 2U);
  children.last().execute();
  clock.advance(0s);
  EXPECT_TRUE(turn_until([&] { return server.asked() == 2; }));
}

TEST_F(StreamDriverWitnessTest, AShorterProbeIntervalHoldsAtOnce) {
  SlowStatistics server;
  server.answer();
  StreamConfig config = plain_config();
  config.monitor.witnesses = monitor::Witnesses::all;
  config.sink.url = server.url();
  config.command.back() = "rtmp://localhost:1/live/key";
  config.recovery.probe_interval = 1h;
  config.monitor.freeze_timeout = 10h;
  go_on_air(config);
  clock.advance(0s);
  ASSERT_TRUE(turn_until([&] { return !snapshot().readings.witnesses.empty(); }));
  config.recovery.probe_interval = 1s;
  reconfigure(config, false);
  clock.advance(1s);
  EXPECT_TRUE(turn_until([&] { return server.asked() == 2; }));
}

}  // namespace
}  // namespace supervisor::test
