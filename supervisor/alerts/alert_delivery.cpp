#include "supervisor/alerts/alert_delivery.hpp"

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
class Post {
 public:
  Post(const Thread& io_thread, const Endpoint& endpoint, std::string body,
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

struct AlertDelivery::State : std::enable_shared_from_this<State> {
  using Worker = PeriodicWorker<Attempt>;

  State(const Thread& loop_in, const Thread& io_thread_in, Receiver to, Handlers with)
      : loop(loop_in),
        io_thread(io_thread_in),
        receiver(std::move(to)),
        handlers(std::move(with)),
        queue(receiver.forgets, std::random_device{}()) {}

  void open();
  void follow(const AlertQueue::Dropped& dropped);
  void deliver(Worker::Done done);
  void run_command(std::string body, const Worker::Done& done);
  void finish(const Attempt& attempt);
  void report(const AlertMessage& message, Outcome outcome, std::string error);
  void report_dropped(const AlertQueue::Dropped& dropped);
  void close();

  const Thread loop;
  const Thread io_thread;
  const Receiver receiver;
  const Handlers handlers;
  AlertQueue queue;  // its own seed: several supervisors do not come back in step
  std::optional<AlertMessage> under_way;
  std::unique_ptr<Post> post;      // null: none, or the command's
  std::unique_ptr<Worker> worker;  // never null
  bool is_closed = false;          // a report may have destroyed the delivery
};

void AlertDelivery::State::open() {
  const std::weak_ptr<State> weak = weak_from_this();
  worker = std::make_unique<Worker>(
      loop, Worker::Job{.begin =
                            [weak](Worker::Done done) {
                              if (const auto state = weak.lock()) state->deliver(std::move(done));
                            },
                        .end =
                            [weak](const Attempt& attempt, monitor::Instant) {
                              const auto state = weak.lock();
                              if (!state) return monitor::never;
                              state->finish(attempt);
                              return state->queue.next_deadline();
                            }});
}

// After each change of the queue.
void AlertDelivery::State::follow(const AlertQueue::Dropped& dropped) {
  loop.assert_here();
  report_dropped(dropped);
  worker->run_at(queue.next_deadline());
}

void AlertDelivery::State::deliver(Worker::Done done) {
  under_way = queue.take_due(steady_clock::now());
  if (!under_way) return done({});
  std::string body = receiver.body(under_way->alert, system_clock::now());
  if (!receiver.endpoint) return run_command(std::move(body), done);
  post = std::make_unique<Post>(io_thread, *receiver.endpoint, std::move(body), std::move(done));
}

// A command that failed may have done half of its work: again and again would be a storm.
void AlertDelivery::State::run_command(std::string body, const Worker::Done& done) {
  handlers.run_command(std::move(body), [done](std::string error) {
    Attempt attempt{.failure = {}, .error = std::move(error)};
    if (!attempt.error.empty()) attempt.failure = AlertFailure{.retryable = false, .rest = {}};
    done(std::move(attempt));
  });
}

void AlertDelivery::State::finish(const Attempt& attempt) {
  post.reset();
  const auto message = std::exchange(under_way, std::nullopt);
  if (!message) return;
  const monitor::Instant now = steady_clock::now();
  if (!attempt.failure) {
    queue.delivered(now);
    return report(*message, Outcome::delivered, {});
  }
  auto dropped = queue.failed(now, *attempt.failure);
  const auto end = std::remove_if(dropped.begin(), dropped.end(), [&](const DroppedAlert& one) {
    return one.message.kind == message->kind && one.message.alert.id == message->alert.id;
  });
  report(*message, end == dropped.end() ? Outcome::failed : Outcome::dropped, attempt.error);
  dropped.erase(end, dropped.end());
  report_dropped(dropped);
}

void AlertDelivery::State::report(const AlertMessage& message, Outcome outcome, std::string error) {
  if (is_closed || !handlers.on_report) return;
  handlers.on_report({.receiver = receiver.name,
                      .stream = message.alert.stream,
                      .alert_id = message.alert.id,
                      .resolved = message.kind == NotificationKind::resolution,
                      .reminder = message.kind == NotificationKind::reminder,
                      .outcome = outcome,
                      .error = std::move(error)});
}

void AlertDelivery::State::report_dropped(const AlertQueue::Dropped& dropped) {
  for (const DroppedAlert& one : dropped) {
    report(one.message, Outcome::dropped, std::string(text(one.reason)));
  }
}

void AlertDelivery::State::close() {
  loop.assert_here();
  is_closed = true;
  worker->stop();
  post.reset();
}

AlertDelivery::AlertDelivery(const Thread& loop, const Thread& io_thread, Receiver receiver,
                             Handlers handlers)
    : state_(std::make_shared<State>(loop, io_thread, std::move(receiver), std::move(handlers))) {
  state_->open();
}

AlertDelivery::~AlertDelivery() {
  state_->close();
}

const std::string& AlertDelivery::receiver() const {
  return state_->receiver.name;
}

void AlertDelivery::fire(const Alert& alert) {
  const auto state = state_;  // a report may destroy this
  state->follow(state->queue.fire(alert, steady_clock::now()));
}

void AlertDelivery::resolve(const Alert& alert) {
  const auto state = state_;
  state->follow(state->queue.resolve(alert, steady_clock::now()));
}

void AlertDelivery::adopt(const Alert& alert) {
  const auto state = state_;
  state->queue.adopt(alert, steady_clock::now());
  state->follow({});
}

bool AlertDelivery::idle() const {
  return state_->queue.idle();
}

}  // namespace supervisor
