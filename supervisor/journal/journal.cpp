#include "supervisor/journal/journal.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "monitor/probes/own_descriptors.hpp"
#include "supervisor/journal/journal_writer.hpp"
#include "supervisor/signals_blocked.hpp"

namespace supervisor {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t max_queued = 1024;  // changes; more are merged, by stream
constexpr auto ending_limit = 300ms;      // what a hung disk may cost the end of the program
// What a hung disk may cost a decision, once. A write takes 20 µs, but the thread must get a CPU:
// up to 130 ms were seen with two busy programs for each one.
constexpr auto order_limit = 250ms;

monitor::Instant now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

struct Journal::State : std::enable_shared_from_this<Journal::State> {
  State(const std::string& path_in, std::size_t max_incidents_in, OnProblem on_problem_in,
        Opening opening_in)
      : path(path_in),
        max_incidents(max_incidents_in),
        opening(std::move(opening_in)),
        on_problem(std::move(on_problem_in)),
        writer(path, max_incidents, [this](const std::string& problem) { report(problem); }) {}

  void report(const std::string& problem) {
    const std::lock_guard lock(reporting);
    if (on_problem) on_problem(problem);
  }
  // The thread's exception barrier: nothing here is worth ending the supervision for.
  template <class Step>
  void attempt(Step step) {
    try {
      step();
    } catch (const std::exception& error) {
      report(std::string("journal: ") + error.what());
    } catch (...) {
      report("journal: an exception of an unknown type");
    }
  }

  void begin();
  void await_opening();
  void run();
  bool open_in_time();
  bool turn(std::unique_lock<std::mutex>& lock);
  void enqueue(Change change);
  // A change of this stream is not written yet.
  bool is_waiting(const std::string& stream) const;
  void wait_for_work(std::unique_lock<std::mutex>& lock);

  const std::string path;
  const std::size_t max_incidents;
  const Opening opening;
  // Written by the thread before `opened`, not after `given_up`; then never changed.
  std::map<std::string, recovery::PersistedState> past;

  std::mutex reporting;
  OnProblem on_problem;  // empty: the journal's owner is gone

  std::mutex mutex;
  std::condition_variable work;
  std::condition_variable progress;
  std::deque<Change> queue;
  bool opened = false;    // … or that failed
  bool given_up = false;  // the streams have started without what it holds
  std::string writing;    // whose change was taken from the queue; empty: none
  bool stalled = false;   // the disk has been waited for once
  bool closing = false;
  bool ended = false;

  JournalWriter writer;  // the thread's, once it runs
  std::thread thread;
};

void Journal::State::begin() {
  // A file that may not grow (RLIMIT_FSIZE) must not end us either.
  const SignalsBlocked blocked;
  // The thread may outlive the journal, where its disk hangs.
  attempt([&] { thread = std::thread([state = shared_from_this()] { state->run(); }); });
}

// The streams' first launches go by what an earlier life has written, so they wait for it; but a
// disk that hangs must not keep them off air.
void Journal::State::await_opening() {
  std::unique_lock lock(mutex);
  if (!thread.joinable()) return;
  given_up = !progress.wait_for(lock, opening.limit, [this] { return opened; });
  stalled = given_up;
  lock.unlock();
  if (!given_up) return;
  report("journal " + path +
         ": it could not be read in time, its disk may hang; the streams start without what an "
         "earlier run has left: attempts, incidents, an alert that is open");
}

bool Journal::State::open_in_time() {
  std::map<std::string, recovery::PersistedState> read;
  attempt([&] {
    if (opening.before) opening.before();
    writer.open(now());
    read = writer.persisted_states();
    for (auto& [name, state] : read) state.alive_at = writer.alive_before();
  });
  const std::lock_guard lock(mutex);
  if (!given_up) past = std::move(read);
  opened = true;
  progress.notify_all();
  return !given_up;
}

void Journal::State::run() {
  monitor::probes::own_descriptors();
  if (!open_in_time()) {
    report("journal " + path +
           ": it has been read now; what is new is written to it, the streams go on without what "
           "it held");
  }
  std::unique_lock lock(mutex);
  while (turn(lock)) {
  }
  writer.close();
  ended = true;
  progress.notify_all();
}

bool Journal::State::turn(std::unique_lock<std::mutex>& lock) {
  wait_for_work(lock);
  const bool ends = queue.empty() && closing;
  std::optional<Change> change;
  if (!queue.empty()) {
    change = std::move(queue.front());
    queue.pop_front();
  }
  writing = change ? change->stream : std::string();
  lock.unlock();
  attempt([&] {
    if (change) return writer.keep(*change, now());
    if (ends) return writer.finish(now());
    writer.do_chores(now());
  });
  lock.lock();
  writing.clear();
  if (queue.empty()) stalled = false;
  progress.notify_all();
  return !ends;
}

void Journal::State::wait_for_work(std::unique_lock<std::mutex>& lock) {
  const auto is_there = [this] { return !queue.empty() || closing; };
  const std::optional<monitor::Instant> chore = writer.next_chore();
  if (chore) {
    work.wait_until(lock, *chore, is_there);
  } else {
    work.wait(lock, is_there);
  }
}

bool Journal::State::is_waiting(const std::string& stream) const {
  return writing == stream || std::ranges::find(queue, stream, &Change::stream) != queue.end();
}

void Journal::State::enqueue(Change change) {
  if (queue.size() >= max_queued) {
    const auto queued = std::find_if(queue.rbegin(), queue.rend(), [&](const Change& earlier) {
      return earlier.stream == change.stream;
    });
    if (queued != queue.rend()) return merge(*queued, std::move(change), max_incidents);
  }
  queue.push_back(std::move(change));
}

Journal::Journal(const std::string& path, std::size_t max_incidents, OnProblem on_problem,
                 Opening opening)
    : state_(
          std::make_shared<State>(path, max_incidents, std::move(on_problem), std::move(opening))) {
  state_->begin();
  state_->await_opening();
}

Journal::~Journal() {
  std::unique_lock lock(state_->mutex);
  if (!state_->thread.joinable()) return;
  state_->closing = true;
  state_->work.notify_all();
  const bool ended = state_->progress.wait_for(lock, ending_limit, [&] { return state_->ended; });
  lock.unlock();
  if (ended) {
    state_->thread.join();
    return;
  }
  state_->thread.detach();
  const std::lock_guard reporting(state_->reporting);
  state_->on_problem = nullptr;
}

const recovery::PersistedState& Journal::past(const std::string& stream) const {
  static const recovery::PersistedState no_state;
  const auto found = state_->past.find(stream);
  return found == state_->past.end() ? no_state : found->second;
}

void Journal::note(Change change) {
  std::unique_lock lock(state_->mutex);
  if (!state_->thread.joinable()) return;
  const auto is_written = [&] { return !state_->is_waiting(change.stream); };
  if (!state_->stalled) {
    state_->stalled = !state_->progress.wait_for(lock, order_limit, is_written);
  }
  state_->enqueue(std::move(change));
  state_->work.notify_one();
}

}  // namespace supervisor
