#include "supervisor/alerts/notifier.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <random>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include "recovery/alert_queue.hpp"
#include "recovery/alerts/receiver.hpp"
#include "recovery/alerts/send.hpp"
#include "supervisor/thread/periodic_worker.hpp"
#include "supervisor/thread/thread_bound.hpp"

namespace supervisor {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using recovery::Alert;
using recovery::AlertFailure;
using recovery::AlertMessage;
using recovery::AlertQueue;
using recovery::DroppedAlert;
using recovery::NotificationKind;
using recovery::alerts::Attempt;
using recovery::alerts::Endpoint;
using recovery::alerts::Outcome;
using recovery::alerts::Receiver;
using std::chrono::steady_clock;
using std::chrono::system_clock;

constexpr monitor::Duration delivery_timeout = 10s;  // what web hooks usually are given

// Its own seed, so that several supervisors do not come back in step.
AlertQueue queue_for(const Receiver& receiver) {
  return {receiver.forgets, std::random_device{}()};
}

// One POST, on the I/O thread alone; cancelled when this object is destroyed before it is over.
class Operation {
 public:
  explicit Operation(const Thread& io_thread) : io_thread_(io_thread) {}
  ~Operation() {
    if (state_->is_over) return;
    state_->signal.emit(asio::cancellation_type::terminal);
    // Asio 1.81's co_spawn only posts that, with a pointer into the signal, and the delivery may
    // end before it arrives: what is posted behind it keeps the signal until then.
    io_thread_.post([state = std::move(state_)] {});
  }
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  void begin(const Endpoint& endpoint, std::string body, std::function<void(Attempt)> done) {
    state_->is_over = false;
    auto finished = [state = state_, done = std::move(done)](const std::exception_ptr& error,
                                                             Attempt attempt) {
      state->is_over = true;
      if (error) attempt = {.failure = AlertFailure{}, .error = "out of memory or cancelled"};
      done(std::move(attempt));
    };
    asio::co_spawn(io_thread_.executor(),
                   recovery::alerts::send(endpoint, {.body = std::move(body)}, delivery_timeout),
                   asio::bind_cancellation_slot(state_->signal.slot(), std::move(finished)));
  }

 private:
  struct State {
    asio::cancellation_signal signal;
    bool is_over = true;
  };
  Thread io_thread_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

// On the loop. `done` is called once, on the I/O thread.
class Delivery {
 public:
  Delivery(const Thread& io_thread, const Endpoint& endpoint, std::string body,
           std::function<void(Attempt)> done)
      : operation_(io_thread, std::make_unique<Operation>(io_thread)) {
    operation_.call(
        [endpoint, body = std::move(body), done = std::move(done)](Operation& operation) mutable {
          operation.begin(endpoint, std::move(body), std::move(done));
        });
  }

 private:
  ThreadBound<Operation> operation_;
};

}  // namespace

struct Notifier::State : std::enable_shared_from_this<State> {
  using Worker = PeriodicWorker<Attempt>;

  struct Line {  // to one receiver
    explicit Line(Receiver to) : receiver(std::move(to)), queue(queue_for(receiver)) {}

    Receiver receiver;
    AlertQueue queue;
    std::optional<AlertMessage> under_way;
    std::unique_ptr<Delivery> delivery;  // null: none, or the command's
    std::unique_ptr<Worker> worker;      // never null
  };

  State(const Thread& loop_in, const Thread& io_thread_in, Handlers with)
      : loop(loop_in), io_thread(io_thread_in), handlers(std::move(with)) {}

  void add(Receiver receiver);
  template <class Ask>
  void ask_all(Ask ask);
  void deliver(Line& line, Worker::Done done);
  void run_command(std::string body, const Worker::Done& done);
  void finish(Line& line, const Attempt& attempt);
  void report(const Line& line, const AlertMessage& message, Outcome outcome, std::string error);
  void report_dropped(const Line& line, const AlertQueue::Dropped& dropped);
  void close();

  const Thread loop;
  const Thread io_thread;
  Handlers handlers;
  std::vector<std::unique_ptr<Line>> lines;
  std::vector<std::string> names;
  bool is_closed = false;  // a report may have destroyed the notifier
};

void Notifier::State::add(Receiver receiver) {
  names.push_back(receiver.name);
  lines.push_back(std::make_unique<Line>(std::move(receiver)));
  Line& line = *lines.back();
  const std::weak_ptr<State> weak = weak_from_this();
  line.worker = std::make_unique<Worker>(
      loop, Worker::Job{.begin =
                            [weak, &line](Worker::Done done) {
                              if (const auto state = weak.lock())
                                state->deliver(line, std::move(done));
                            },
                        .end =
                            [weak, &line](const Attempt& attempt, monitor::Instant) {
                              const auto state = weak.lock();
                              if (!state) return monitor::never;
                              state->finish(line, attempt);
                              return line.queue.next_deadline();
                            }});
}

template <class Ask>
void Notifier::State::ask_all(Ask ask) {
  loop.assert_here();
  for (const auto& line : lines) {
    report_dropped(*line, ask(line->queue));
    line->worker->run_at(line->queue.next_deadline());
  }
}

void Notifier::State::deliver(Line& line, Worker::Done done) {
  line.under_way = line.queue.take_due(steady_clock::now());
  if (!line.under_way) return done({});
  std::string body = line.receiver.body(line.under_way->alert, system_clock::now());
  if (!line.receiver.endpoint) return run_command(std::move(body), done);
  line.delivery = std::make_unique<Delivery>(io_thread, *line.receiver.endpoint, std::move(body),
                                             std::move(done));
}

// A command that failed may have done half of its work: again and again would be a storm.
void Notifier::State::run_command(std::string body, const Worker::Done& done) {
  handlers.run_command(std::move(body), [done](std::string error) {
    Attempt attempt{.failure = {}, .error = std::move(error)};
    if (!attempt.error.empty()) attempt.failure = AlertFailure{.retryable = false, .rest = {}};
    done(std::move(attempt));
  });
}

void Notifier::State::finish(Line& line, const Attempt& attempt) {
  line.delivery.reset();
  const auto message = std::exchange(line.under_way, std::nullopt);
  if (!message) return;
  const monitor::Instant now = steady_clock::now();
  if (!attempt.failure) {
    line.queue.delivered(now);
    return report(line, *message, Outcome::delivered, {});
  }
  auto dropped = line.queue.failed(now, *attempt.failure);
  const auto end = std::remove_if(dropped.begin(), dropped.end(), [&](const DroppedAlert& one) {
    return one.message.kind == message->kind && one.message.alert.id == message->alert.id;
  });
  report(line, *message, end == dropped.end() ? Outcome::failed : Outcome::dropped, attempt.error);
  dropped.erase(end, dropped.end());
  report_dropped(line, dropped);
}

void Notifier::State::report(const Line& line, const AlertMessage& message, Outcome outcome,
                             std::string error) {
  if (is_closed || !handlers.on_report) return;
  handlers.on_report({.receiver = line.receiver.name,
                      .stream = message.alert.stream,
                      .alert_id = message.alert.id,
                      .resolved = message.kind == NotificationKind::resolution,
                      .reminder = message.kind == NotificationKind::reminder,
                      .outcome = outcome,
                      .error = std::move(error)});
}

void Notifier::State::report_dropped(const Line& line, const AlertQueue::Dropped& dropped) {
  for (const DroppedAlert& one : dropped) {
    report(line, one.message, Outcome::dropped, std::string(text(one.reason)));
  }
}

void Notifier::State::close() {
  loop.assert_here();
  is_closed = true;
  for (const auto& line : lines) {
    line->worker->stop();
    line->delivery.reset();
  }
}

Notifier::Notifier(const Thread& loop, const Thread& io_thread,
                   const recovery::alerts::Settings& settings, const std::string& instance,
                   Handlers handlers)
    : state_(std::make_shared<State>(loop, io_thread, std::move(handlers))) {
  for (Receiver& receiver : recovery::alerts::receivers_of(settings, instance)) {
    state_->add(std::move(receiver));
  }
}

Notifier::~Notifier() {
  state_->close();
}

const std::vector<std::string>& Notifier::receivers() const {
  return state_->names;
}

void Notifier::fire(const Alert& alert) {
  const auto state = state_;  // a report may destroy this
  state->ask_all([&](AlertQueue& queue) { return queue.fire(alert, steady_clock::now()); });
}

void Notifier::resolve(const Alert& alert) {
  const auto state = state_;
  state->ask_all([&](AlertQueue& queue) { return queue.resolve(alert, steady_clock::now()); });
}

void Notifier::adopt(const Alert& alert) {
  const auto state = state_;
  state->ask_all([&](AlertQueue& queue) {
    queue.adopt(alert, steady_clock::now());
    return AlertQueue::Dropped{};
  });
}

bool Notifier::idle() const {
  return std::all_of(state_->lines.begin(), state_->lines.end(),
                     [](const auto& line) { return line->queue.idle(); });
}

}  // namespace supervisor
