#pragma once

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>

#include "supervisor/child/descriptor.hpp"
#include "supervisor/stream/streams.hpp"
#include "tests/supervisor/remove_folder.hpp"

// A world for StreamDriver and what belongs to it: time that is moved by hand, children that are no
// processes, file systems that hang.
namespace supervisor::test {

using namespace std::chrono_literals;

class ManualClock : public Clock {
 public:
  explicit ManualClock(std::function<void()> after_each) : after_each_(std::move(after_each)) {}

  monitor::Instant now() const override { return now_; }
  recovery::WallTime wall() const override {
    return recovery::WallTime(
        std::chrono::duration_cast<recovery::WallTime::duration>(now_.time_since_epoch()));
  }
  std::unique_ptr<Timer> make_timer(boost::asio::any_io_executor) const override {
    return std::make_unique<ManualTimer>(timers_);
  }

  // Rings every timer in its turn, at its very time, and lets the loop turn after each.
  void advance(monitor::Duration by) {
    const monitor::Instant end = now_ + by;
    for (;;) {
      after_each_();
      const auto due = std::min_element(
          timers_.begin(), timers_.end(),
          [](const auto* left, const auto* right) { return left->due < right->due; });
      if (due == timers_.end() || (*due)->due > end) break;
      now_ = std::max(now_, (*due)->due);
      const auto ring = std::move((*due)->ring);
      (*due)->due = monitor::never;
      ring();
    }
    now_ = end;
  }

  // As a loop that did not run for so long sees it.
  void jump(monitor::Duration by) { now_ += by; }

 private:
  struct ManualTimer : Timer {
    explicit ManualTimer(std::vector<ManualTimer*>& all_in) : all(all_in) { all.push_back(this); }
    ~ManualTimer() override { std::erase(all, this); }
    void set(monitor::Instant at, std::function<void()> call) override {
      due = at;
      ring = std::move(call);
    }
    void cancel() override { due = monitor::never; }

    std::vector<ManualTimer*>& all;
    monitor::Instant due = monitor::never;
    std::function<void()> ring;
  };

  std::function<void()> after_each_;
  monitor::Instant now_ = monitor::Instant(100h);
  mutable std::vector<ManualTimer*> timers_;
};

// One launch of a child that is no process; the test says what it does.
struct FakeLaunch {
  ChildSpec spec;
  ChildHandlers handlers;
  pid_t pid = 0;
  std::vector<int> signals;
  std::string unread;    // on the progress pipe, not given to the loop yet
  bool is_owned = true;  // false: the supervisor has destroyed its child
  bool has_ended = false;

  void execute() { handlers.on_executed(0); }
  void fail_to_execute(int error_number) {
    has_ended = true;
    handlers.on_executed(error_number);
  }
  void write_progress(const std::string& text) { handlers.on_progress(text); }
  void write_stderr(const std::string& text) { handlers.on_stderr(text); }
  void exit(std::optional<int> code, std::optional<int> signal = {}) {
    has_ended = true;
    handlers.on_exit({.code = code, .signal = signal});
  }
  // The next block, further on than the one before.
  void advance() {
    ++blocks;
    write_progress("frame=" + std::to_string(blocks * 10) +
                   "\ntotal_size=" + std::to_string(blocks * 1000) +
                   "\nout_time_us=" + std::to_string(blocks * 400'000) + "\nprogress=continue\n");
  }
  int blocks = 0;
};

class FakeChildren {
 public:
  ChildLauncher launcher() {
    return [this](const ChildSpec& spec, ChildHandlers handlers, int& error_number) {
      return launch(spec, std::move(handlers), error_number);
    };
  }
  std::size_t count() const { return launches_.size(); }
  FakeLaunch& last() { return *launches_.back(); }
  FakeLaunch& operator[](std::size_t index) { return *launches_[index]; }

  std::deque<int> errors;   // of the next launches: 0 is none
  std::size_t refused = 0;  // launches that failed with one of them
  pid_t pid = 0;            // of the children; 0: of no process
  std::function<void()> on_launch;

 private:
  struct FakeChild : Child {
    explicit FakeChild(std::shared_ptr<FakeLaunch> of) : launch(std::move(of)) {}
    ~FakeChild() override { launch->is_owned = false; }
    pid_t pid() const override { return launch->pid; }
    void signal(int number) override {
      if (!launch->has_ended) launch->signals.push_back(number);
    }
    void drain_progress() override {
      const std::string bytes = std::exchange(launch->unread, {});
      if (!bytes.empty()) launch->write_progress(bytes);
    }
    std::shared_ptr<FakeLaunch> launch;
  };

  std::unique_ptr<Child> launch(const ChildSpec& spec, ChildHandlers handlers, int& error_number) {
    error_number = errors.empty() ? 0 : errors.front();
    if (!errors.empty()) errors.pop_front();
    if (error_number != 0) {
      ++refused;
      return nullptr;
    }
    auto made = std::make_shared<FakeLaunch>();
    made->spec = spec;
    made->handlers = std::move(handlers);
    made->pid = pid != 0 ? pid : static_cast<pid_t>(1'000'000'000 + launches_.size());
    launches_.push_back(made);
    if (on_launch) on_launch();
    return std::make_unique<FakeChild>(std::move(made));
  }

  std::vector<std::shared_ptr<FakeLaunch>> launches_;
};

// A file system that hangs until it is let go; then it is the machine's.
class HungFiles : public Files {
 public:
  bool is_readable(const std::string& path) const override {
    wait();
    return machine_files()->is_readable(path);
  }
  std::string replace(const std::string& path, std::string_view text) const override {
    wait();
    return machine_files()->replace(path, text);
  }

  int calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  void let_go() {
    const std::lock_guard lock(mutex_);
    hangs_ = false;
    changed_.notify_all();
  }

 private:
  void wait() const {
    std::unique_lock lock(mutex_);
    ++calls_;
    changed_.wait(lock, [this] { return !hangs_; });
  }

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  mutable int calls_ = 0;
  bool hangs_ = true;
};

struct TemporaryFolder {
  TemporaryFolder() : path(::mkdtemp(name)) {}
  ~TemporaryFolder() { remove_folder(path); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  std::string file(const std::string& of) const { return path + '/' + of; }

  char name[40] = "/tmp/ffsupervisor-driver-XXXXXX";
  std::string path;
};

inline StreamConfig plain_config(const std::string& name = "radio") {
  StreamConfig config;
  config.name = name;
  config.command = {"ffmpeg", "-i", "in.mp3", "-f", "null", "-"};
  config.monitor.witnesses = monitor::Witnesses::progress;
  config.source_probe = SourceProbe::none;  // a look's answer comes when it comes
  config.recovery.restart_delay.jitter = 0;
  return config;
}

// All that a stream needs around it.
class DriverStand : public testing::Test {
 protected:
  DriverStand() { snapshots.arrange({0}); }
  ~DriverStand() override {
    driver.reset();
    if (hung) hung->let_go();
  }

  void make_driver(const StreamConfig& config, recovery::PersistedState before = {}) {
    driver.emplace(make_stream_parts(config, {}, secrets),
                   StreamDriver::Context{.services = services,
                                         .place = 0,
                                         .max_incidents = 100,
                                         .alerts = alerts,
                                         .journal = nullptr,
                                         .before = std::move(before),
                                         .on_end = [this](int code) { exit_codes.push_back(code); },
                                         .free_descriptors = free_descriptors,
                                         .seams = seams()});
  }
  StreamDriver::Seams seams() {
    return {.launch = children.launcher(), .clock = clock, .files = files};
  }
  void reconfigure(const StreamConfig& config, bool primary, bool fallback = false) {
    driver->reconfigure(make_stream_parts(config, {}, secrets), primary, fallback);
  }
  // The first FFmpeg is launched, and advances.
  void go_on_air(const StreamConfig& config = plain_config()) {
    make_driver(config);
    driver->start();
    ASSERT_EQ(children.count(), 1U);
    children.last().execute();
    children.last().advance();
    ASSERT_EQ(state(), recovery::State::on_air);
  }
  void hang_files() {
    hung = std::make_shared<HungFiles>();
    files = hung;
  }

  const http::StreamSnapshot& snapshot() {
    shown = snapshots.read().streams.at(0);
    return *shown;
  }
  recovery::State state() { return snapshot().status.state; }

  // Lets the loop do what is ready.
  void turn() {
    loop.context().restart();
    loop.context().poll();
  }
  // Lets the loop turn until the condition holds, in real time: for what other threads do.
  bool turn_until(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      loop.context().restart();
      loop.context().run_for(1ms);
    }
    return true;
  }
  // Log lines with this event.
  std::size_t logged(const std::string& event) const {
    std::size_t count = 0;
    for (const auto& line : snapshots.log.after(0).lines) {
      if (line->find("\"event\":\"" + event + "\"") != std::string::npos) ++count;
    }
    return count;
  }

  Loop loop;
  IoThread io_thread;
  IoThread relay_thread;
  Secrets secrets;
  http::SnapshotStore snapshots{0};
  TemporaryFolder folder;
  Descriptor null{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
  Log log{LogSettings{}, secrets, null.get(), &snapshots.log};
  const Services services{loop.thread(), io_thread, relay_thread, log, secrets, snapshots};
  AlertDispatcher alerts{recovery::alerts::Settings{}, services};
  ManualClock clock{[this] { turn(); }};
  FakeChildren children;
  std::shared_ptr<HungFiles> hung;
  std::shared_ptr<const Files> files = machine_files();
  std::shared_ptr<const http::StreamSnapshot> shown;
  std::vector<int> exit_codes;                                  // of on_end
  std::function<void(std::function<void()>)> free_descriptors;  // of the next driver
  std::optional<StreamDriver> driver;
};

}  // namespace supervisor::test
