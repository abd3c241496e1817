#include "recovery/alerts/notifier.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <random>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "recovery/alert_queue.hpp"
#include "recovery/alerts/post.hpp"
#include "recovery/alerts/receiver.hpp"

namespace recovery::alerts {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using std::chrono::steady_clock;
using std::chrono::system_clock;

constexpr monitor::Duration delivery_timeout = 10s;  // what web hooks usually are given

// Its own seed: so that supervisors do not come back in step.
AlertQueue queue_for(const Receiver& receiver) {
  return {receiver.forgets, std::random_device{}()};
}

}  // namespace

std::string_view name(Outcome outcome) {
  switch (outcome) {
    case Outcome::delivered:
      return "delivered";
    case Outcome::failed:
      return "failed";
    case Outcome::dropped:
      return "dropped";
  }
  return "?";
}

struct Notifier::State : std::enable_shared_from_this<State> {
  struct Line {  // to one receiver
    Line(const asio::any_io_executor& executor, Receiver to)
        : receiver(std::move(to)), queue(queue_for(receiver)), timer(executor) {}

    Receiver receiver;
    AlertQueue queue;
    asio::steady_timer timer;
    // Of the delivery under way, and shared with it: it outlives the notifier by a turn of the
    // loop.
    std::shared_ptr<asio::cancellation_signal> cancel;
  };

  State(asio::any_io_executor on, const Settings& settings, const std::string& instance,
        Handlers with);

  template <class Ask>
  void ask_all(Ask ask);
  void pump(Line& line);
  void arm(Line& line);
  void tell(Line& line, AlertMessage message);
  void run_command(Line& line, std::string body, AlertMessage message);
  void finish(Line& line, const AlertMessage& message, const Attempt& attempt);
  void report(const Line& line, const AlertMessage& message, Outcome outcome, std::string error);
  void report_dropped(const Line& line, const AlertQueue::Dropped& dropped);
  void close();

  asio::any_io_executor executor;
  Handlers handlers;
  std::vector<std::unique_ptr<Line>> lines;
  std::vector<std::string> names;
  bool is_closed = false;  // a report may have destroyed the notifier
};

Notifier::State::State(asio::any_io_executor on, const Settings& settings,
                       const std::string& instance, Handlers with)
    : executor(std::move(on)), handlers(std::move(with)) {
  for (Receiver& receiver : receivers_of(settings, instance)) {
    names.push_back(receiver.name);
    lines.push_back(std::make_unique<Line>(executor, std::move(receiver)));
  }
}

template <class Ask>
void Notifier::State::ask_all(Ask ask) {
  for (const auto& line : lines) {
    report_dropped(*line, ask(line->queue));
    pump(*line);
  }
}

void Notifier::State::pump(Line& line) {
  if (is_closed) return;
  auto message = line.queue.take_due(steady_clock::now());
  if (message) {
    tell(line, std::move(*message));
  } else {
    arm(line);
  }
}

void Notifier::State::arm(Line& line) {
  const monitor::Instant due_at = line.queue.next_deadline();
  if (due_at == monitor::never) return;
  line.timer.expires_at(due_at);
  line.timer.async_wait([weak = weak_from_this(), &line](const boost::system::error_code& error) {
    const auto state = weak.lock();
    if (state && !error) state->pump(line);
  });
}

void Notifier::State::tell(Line& line, AlertMessage message) {
  std::string body = line.receiver.body(message.alert, system_clock::now());
  if (!line.receiver.endpoint) return run_command(line, std::move(body), std::move(message));
  line.cancel = std::make_shared<asio::cancellation_signal>();
  auto finished = [weak = weak_from_this(), &line, message = std::move(message),
                   cancel = line.cancel](const std::exception_ptr& error, Attempt attempt) {
    const auto state = weak.lock();
    if (!state) return;
    line.cancel.reset();
    if (error) attempt = {.failure = AlertFailure{}, .error = "out of memory or cancelled"};
    state->finish(line, message, attempt);
  };
  asio::co_spawn(executor, post(*line.receiver.endpoint, std::move(body), delivery_timeout),
                 asio::bind_cancellation_slot(line.cancel->slot(), std::move(finished)));
}

// A command that failed may have done half of its work: again and again would be a storm.
void Notifier::State::run_command(Line& line, std::string body, AlertMessage message) {
  auto done = [weak = weak_from_this(), &line, message = std::move(message)](std::string error) {
    const auto state = weak.lock();
    if (!state) return;
    Attempt attempt{.failure = {}, .error = std::move(error)};
    if (!attempt.error.empty()) attempt.failure = AlertFailure{.retryable = false, .rest = {}};
    state->finish(line, message, attempt);
  };
  handlers.run_command(std::move(body), std::move(done));
}

void Notifier::State::finish(Line& line, const AlertMessage& message, const Attempt& attempt) {
  if (is_closed) return;
  const monitor::Instant now = steady_clock::now();
  if (!attempt.failure) {
    line.queue.delivered(now);
    report(line, message, Outcome::delivered, {});
    return pump(line);
  }
  auto dropped = line.queue.failed(now, *attempt.failure);
  const auto end = std::remove_if(dropped.begin(), dropped.end(), [&](const DroppedAlert& one) {
    return one.message.kind == message.kind && one.message.alert.id == message.alert.id;
  });
  report(line, message, end == dropped.end() ? Outcome::failed : Outcome::dropped, attempt.error);
  dropped.erase(end, dropped.end());
  report_dropped(line, dropped);
  pump(line);
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
  is_closed = true;
  for (const auto& line : lines) {
    line->timer.cancel();
    if (!line->cancel) continue;
    line->cancel->emit(asio::cancellation_type::terminal);
    // Asio 1.81's co_spawn only posts it, with a pointer into the signal, and the delivery may end
    // before that arrives: what is posted behind it keeps the signal until then.
    asio::post(executor, [kept = line->cancel] {});
  }
}

Notifier::Notifier(asio::any_io_executor executor, const Settings& settings, std::string instance,
                   Handlers handlers)
    : state_(
          std::make_shared<State>(std::move(executor), settings, instance, std::move(handlers))) {
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

}  // namespace recovery::alerts
