#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "monitor/time.hpp"
#include "supervisor/thread/clock.hpp"
#include "supervisor/thread/thread.hpp"

namespace supervisor {

// Runs a job again and again, at most one run at a time: each run begins on the worker's thread,
// does its waiting elsewhere (the I/O thread), and its result comes back to the worker's thread,
// where the job sets when the next run is due. What comes back after `stop`, or after the worker
// is gone, is dropped. Used on its thread only.
template <class Result>
class PeriodicWorker {
 public:
  // To be called once by each run, from any thread; further calls are ignored.
  using Done = std::function<void(Result)>;

  struct Job {
    // Begins a run and returns: whatever may wait happens elsewhere.
    std::function<void(Done done)> begin;
    // The run that began then is over. When the next one begins, as for `run_at`. The worker may be
    // destroyed in here.
    std::function<monitor::Instant(Result result, monitor::Instant begun_at)> end;
  };

  // `clock` must outlive it.
  PeriodicWorker(const Thread& thread, Job job, const Clock& clock = machine_clock())
      : state_(std::make_shared<State>(thread, std::move(job), clock)) {}
  ~PeriodicWorker() { stop(); }
  PeriodicWorker(const PeriodicWorker&) = delete;
  PeriodicWorker& operator=(const PeriodicWorker&) = delete;

  // A run begins now, from within this call; where one is under way, another directly after it.
  void trigger() { state_->trigger(); }
  // The next run begins then, from within this call where that is past, in place of what was due;
  // `monitor::never`: not before `trigger` or another `run_at`. Where a run is under way, what its
  // `end` returns counts.
  void run_at(monitor::Instant due) { state_->run_at(due); }
  // No run begins any more, and no result is delivered.
  void stop() { state_->stop(); }

  bool is_running() const { return state_->running; }

 private:
  struct State : std::enable_shared_from_this<State> {
    State(const Thread& thread_in, Job job_in, const Clock& clock_in)
        : thread(thread_in),
          job(std::move(job_in)),
          clock(clock_in),
          timer(clock.make_timer(thread.executor())) {}

    void trigger();
    void run_at(monitor::Instant due);
    void stop();
    void begin();
    void end(std::uint64_t run, Result result);

    const Thread thread;
    const Job job;
    const Clock& clock;
    const std::unique_ptr<Timer> timer;  // until the next run; idle during one
    std::uint64_t runs = 0;
    monitor::Instant begun_at{};
    bool running = false;
    bool triggered = false;  // … during the run
    bool stopped = false;
  };

  std::shared_ptr<State> state_;
};

// After a run that could not begin, or whose end failed (no memory), the next one follows.
inline constexpr monitor::Duration pause_after_exception = std::chrono::seconds(1);

template <class Result>
void PeriodicWorker<Result>::State::trigger() {
  thread.assert_here();
  if (stopped) return;
  triggered = running;
  if (!running) begin();
}

template <class Result>
void PeriodicWorker<Result>::State::run_at(monitor::Instant due) {
  thread.assert_here();
  if (stopped || running) return;
  if (due <= clock.now()) return begin();
  timer->cancel();
  if (due == monitor::never) return;
  timer->set(due, [this] { begin(); });
}

template <class Result>
void PeriodicWorker<Result>::State::stop() {
  thread.assert_here();
  stopped = true;
  running = false;
  timer->cancel();
}

template <class Result>
void PeriodicWorker<Result>::State::begin() {
  timer->cancel();
  running = true;
  begun_at = clock.now();
  try {
    job.begin(thread.callback(this->weak_from_this(), [run = ++runs](State& self, Result result) {
      self.end(run, std::move(result));
    }));
  } catch (...) {
    running = false;
    run_at(begun_at + pause_after_exception);
    throw;
  }
}

template <class Result>
void PeriodicWorker<Result>::State::end(std::uint64_t run, Result result) {
  if (!running || run != runs) return;
  running = false;
  const bool again = std::exchange(triggered, false);
  monitor::Instant next = begun_at + pause_after_exception;
  const auto go_on = [&] {
    if (stopped || running) return;
    if (again) return begin();
    run_at(next);
  };
  try {
    next = job.end(std::move(result), begun_at);
  } catch (...) {
    go_on();
    throw;
  }
  go_on();
}

}  // namespace supervisor
