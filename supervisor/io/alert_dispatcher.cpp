#include "supervisor/io/alert_dispatcher.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "supervisor/io/host_name.hpp"

namespace supervisor {

using recovery::Alert;
using recovery::alerts::Notifier;
using recovery::alerts::Outcome;
using recovery::alerts::Report;

namespace {

constexpr auto drain_interval = std::chrono::milliseconds(10);

}  // namespace

struct AlertDispatcher::State : std::enable_shared_from_this<State> {
  explicit State(Context context_in) : context(std::move(context_in)) {}

  void set_receivers(const recovery::alerts::Settings& settings);
  Notifier::Handlers notifier_handlers(std::weak_ptr<AlertCommand> runner);
  void destroy_notifier();

  // Something to tell: it is on its way from here on.
  template <class Call>
  void tell(Call call) {
    ++calls;
    on_notifier(call);
  }
  template <class Call>
  void on_notifier(Call call) {
    if (!notifier) return;
    boost::asio::post(context.io_thread.executor(),
                      [notifier = notifier, call] { call(*notifier); });
  }
  void on_report(const Report& report);
  void check_all_delivered();
  void log(const Report& report);
  void log_output(std::string_view line);
  void publish();
  void drain(std::chrono::steady_clock::time_point until, std::function<void()> done);

  Context context;
  std::shared_ptr<AlertCommand> command;
  std::shared_ptr<Notifier> notifier;  // null: nobody is told; called on the I/O thread only
  std::vector<http::AlertCount> counts;
  std::uint64_t calls = 0;
  boost::asio::steady_timer timer{context.loop};
};

Notifier::Handlers AlertDispatcher::State::notifier_handlers(std::weak_ptr<AlertCommand> runner) {
  const std::weak_ptr<State> weak = weak_from_this();
  const auto loop = context.loop;
  const auto io_thread = context.io_thread.executor();
  Notifier::Handlers handlers;
  handlers.on_report = [weak, loop](const Report& report) {
    boost::asio::post(loop, [weak, report] {
      if (const auto state = weak.lock()) state->on_report(report);
    });
  };
  handlers.run_command = [runner, loop, io_thread](std::string json,
                                                   std::function<void(std::string)> done) {
    boost::asio::post(loop, [runner, io_thread, json = std::move(json), done = std::move(done)] {
      const auto present = runner.lock();
      if (!present) return;
      present->run(json, [io_thread, done](std::string error) {
        boost::asio::post(io_thread, [done, error = std::move(error)] { done(error); });
      });
    });
  };
  return handlers;
}

// What can fail comes first.
void AlertDispatcher::State::set_receivers(const recovery::alerts::Settings& settings) {
  auto runner = std::make_shared<AlertCommand>(context.loop, settings.command,
                                               [this](std::string_view line) { log_output(line); });
  std::shared_ptr<Notifier> next;
  if (!settings.empty()) {
    next = std::make_shared<Notifier>(context.io_thread.executor(), settings, host_name(),
                                      notifier_handlers(runner));
  }
  destroy_notifier();
  notifier = std::move(next);
  command = std::move(runner);
  std::vector<http::AlertCount> present;
  for (const std::string& receiver :
       notifier ? notifier->receivers() : std::vector<std::string>()) {
    const auto known =
        std::find_if(counts.begin(), counts.end(),
                     [&](const http::AlertCount& count) { return count.receiver == receiver; });
    present.push_back(known == counts.end() ? http::AlertCount{receiver, {}} : *known);
  }
  counts = std::move(present);
  publish();
}

// Its last reference goes where it lives.
void AlertDispatcher::State::destroy_notifier() {
  on_notifier([](Notifier&) {});
  notifier.reset();
}

AlertDispatcher::AlertDispatcher(const recovery::alerts::Settings& settings, Context context)
    : state_(std::make_shared<State>(std::move(context))) {
  state_->set_receivers(settings);
}

AlertDispatcher::~AlertDispatcher() {
  state_->destroy_notifier();
}

void AlertDispatcher::reconfigure(const recovery::alerts::Settings& settings) {
  state_->set_receivers(settings);
}

void AlertDispatcher::fire(const Alert& alert) {
  state_->tell([alert](Notifier& notifier) { notifier.fire(alert); });
}

void AlertDispatcher::resolve(const Alert& alert) {
  state_->tell([alert](Notifier& notifier) { notifier.resolve(alert); });
}

void AlertDispatcher::adopt(const Alert& alert) {
  state_->tell([alert](Notifier& notifier) { notifier.adopt(alert); });
}

void AlertDispatcher::drain(monitor::Duration limit, std::function<void()> done) {
  if (!state_->notifier) return done();
  state_->drain(std::chrono::steady_clock::now() + limit, std::move(done));
}

void AlertDispatcher::State::on_report(const Report& report) {
  const auto count = std::find_if(counts.begin(), counts.end(), [&](const http::AlertCount& known) {
    return known.receiver == report.receiver;
  });
  const bool counts_as_sent = !report.reminder || report.outcome != Outcome::delivered;
  if (count != counts.end() && counts_as_sent)
    ++count->outcomes[static_cast<std::size_t>(report.outcome)];
  log(report);
  publish();
  const bool is_final = report.outcome != Outcome::failed && !report.resolved && !report.reminder;
  if (report.outcome != Outcome::failed && !report.reminder) check_all_delivered();
  if (is_final) context.on_alert_result(report.stream, report.outcome == Outcome::delivered);
}

// An answer that something else to tell has overtaken is no answer.
void AlertDispatcher::State::check_all_delivered() {
  const auto answered = [weak = weak_from_this(), asked = calls](bool is_idle) {
    const auto state = weak.lock();
    if (state && is_idle && state->calls == asked) state->context.on_all_delivered();
  };
  on_notifier([loop = context.loop, answered](Notifier& there) {
    boost::asio::post(loop, [answered, is_idle = there.idle()] { answered(is_idle); });
  });
}

void AlertDispatcher::State::log(const Report& report) {
  const bool delivered = report.outcome == Outcome::delivered;
  if (delivered && report.reminder) return;
  const std::string text =
      delivered ? std::string(report.resolved ? "Told that it is over" : "Told that it fires")
                : context.secrets.mask(report.error);
  context.log.write(delivered ? LogLevel::info : LogLevel::error,
                    delivered ? "alert_sent" : "alert_failed", report.stream, text,
                    {{"receiver", std::string_view(report.receiver)},
                     {"alert", std::string_view(report.alert_id)},
                     {"status", std::string_view(report.resolved ? "resolved" : "firing")},
                     {"outcome", recovery::alerts::name(report.outcome)}});
}

void AlertDispatcher::State::log_output(std::string_view line) {
  context.log.write(LogLevel::info, "alert_sent", {}, context.secrets.mask(line),
                    {{"receiver", std::string_view("command")}});
}

void AlertDispatcher::State::publish() {
  context.snapshots.publish(
      &http::Program::alerts,
      notifier ? std::make_shared<const std::vector<http::AlertCount>>(counts) : nullptr);
}

// Asks the notifier again and again; its answer may never come, the limit does.
void AlertDispatcher::State::drain(std::chrono::steady_clock::time_point until,
                                   std::function<void()> done) {
  const auto is_idle = std::make_shared<std::atomic<bool>>(false);
  on_notifier([is_idle](Notifier& there) { *is_idle = there.idle(); });
  timer.expires_after(drain_interval);
  timer.async_wait([weak = weak_from_this(), is_idle, until, done = std::move(done)](auto) {
    const auto state = weak.lock();
    if (!state) return;
    if (*is_idle || std::chrono::steady_clock::now() >= until) return done();
    state->drain(until, done);
  });
}

}  // namespace supervisor
