#include "supervisor/alerts/alert_dispatcher.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "supervisor/alerts/alert_command.hpp"
#include "supervisor/alerts/notifier.hpp"
#include "supervisor/io/host_name.hpp"

namespace supervisor {

using recovery::Alert;
using recovery::alerts::Outcome;

struct AlertDispatcher::State : std::enable_shared_from_this<State> {
  State(const Services& services_in, Handlers handlers_in)
      : services(services_in),
        handlers(std::move(handlers_in)),
        drain_limit(services.loop.executor()) {}

  void set_receivers(const recovery::alerts::Settings& settings);
  Notifier::Handlers notifier_handlers(const std::shared_ptr<AlertCommand>& runner);
  void count_from_now(const std::vector<std::string>& receivers);
  void on_report(const DeliveryReport& report);
  bool is_idle() const { return reports_due == 0 && (!notifier || notifier->idle()); }
  void log(const DeliveryReport& report);
  void log_output(std::string_view line);
  void publish();
  void end_drain();

  const Services& services;
  const Handlers handlers;
  std::shared_ptr<AlertCommand> command;
  std::unique_ptr<Notifier> notifier;  // null: there are no receivers
  unsigned reports_due = 0;            // on their way to `on_report`
  std::vector<http::AlertCount> counts;
  boost::asio::steady_timer drain_limit;
  std::function<void()> on_drained;
};

// A report may come from within a step of the stream whose alert it is: it is handled after that.
Notifier::Handlers AlertDispatcher::State::notifier_handlers(
    const std::shared_ptr<AlertCommand>& runner) {
  const auto handle =
      services.loop.callback(weak_from_this(), [](State& state, const DeliveryReport& report) {
        --state.reports_due;
        state.on_report(report);
      });
  return {.on_report =
              [this, handle](const DeliveryReport& report) {
                ++reports_due;
                handle(report);
              },
          .run_command =
              [runner](std::string json, std::function<void(std::string)> done) {
                runner->run(std::move(json), std::move(done));
              }};
}

// What can fail comes first.
void AlertDispatcher::State::set_receivers(const recovery::alerts::Settings& settings) {
  auto runner = std::make_shared<AlertCommand>(services.loop.executor(), settings.command,
                                               [this](std::string_view line) { log_output(line); });
  std::unique_ptr<Notifier> next;
  if (!settings.empty()) {
    next = std::make_unique<Notifier>(services.loop, services.io_thread.thread(), settings,
                                      host_name(), notifier_handlers(runner));
  }
  notifier = std::move(next);
  command = std::move(runner);
  count_from_now(notifier ? notifier->receivers() : std::vector<std::string>());
  publish();
}

void AlertDispatcher::State::count_from_now(const std::vector<std::string>& receivers) {
  std::vector<http::AlertCount> present;
  for (const std::string& receiver : receivers) {
    const auto known =
        std::find_if(counts.begin(), counts.end(),
                     [&](const http::AlertCount& count) { return count.receiver == receiver; });
    present.push_back(known == counts.end() ? http::AlertCount{receiver, {}} : *known);
  }
  counts = std::move(present);
}

AlertDispatcher::AlertDispatcher(const recovery::alerts::Settings& settings,
                                 const Services& services, Handlers handlers)
    : state_(std::make_shared<State>(services, std::move(handlers))) {
  state_->set_receivers(settings);
}

AlertDispatcher::~AlertDispatcher() {
  state_->services.loop.assert_here();
}

void AlertDispatcher::reconfigure(const recovery::alerts::Settings& settings) {
  state_->set_receivers(settings);
}

void AlertDispatcher::fire(const Alert& alert) {
  if (state_->notifier) state_->notifier->fire(alert);
}

void AlertDispatcher::resolve(const Alert& alert) {
  if (state_->notifier) state_->notifier->resolve(alert);
}

void AlertDispatcher::adopt(const Alert& alert) {
  if (state_->notifier) state_->notifier->adopt(alert);
}

void AlertDispatcher::drain(monitor::Duration limit, std::function<void()> done) {
  if (state_->is_idle()) return done();
  state_->on_drained = std::move(done);
  state_->drain_limit.expires_after(limit);
  state_->drain_limit.async_wait(
      [weak = std::weak_ptr(state_)](const boost::system::error_code& error) {
        const auto state = weak.lock();
        if (state && !error) state->end_drain();
      });
}

void AlertDispatcher::State::on_report(const DeliveryReport& report) {
  const auto count = std::find_if(counts.begin(), counts.end(), [&](const http::AlertCount& known) {
    return known.receiver == report.receiver;
  });
  const bool counts_as_sent = !report.reminder || report.outcome != Outcome::delivered;
  if (count != counts.end() && counts_as_sent)
    ++count->outcomes[static_cast<std::size_t>(report.outcome)];
  log(report);
  publish();
  const bool is_final = report.outcome != Outcome::failed && !report.reminder;
  if (is_final && !report.resolved)
    handlers.on_alert_result(report.stream, report.outcome == Outcome::delivered);
  if (!is_idle()) return;
  if (is_final) handlers.on_all_delivered();
  end_drain();
}

void AlertDispatcher::State::log(const DeliveryReport& report) {
  const bool delivered = report.outcome == Outcome::delivered;
  if (delivered && report.reminder) return;
  const std::string text =
      delivered ? std::string(report.resolved ? "The receiver accepted the resolution"
                                              : "The receiver accepted the alert")
                : services.secrets.mask(report.error);
  services.log.write(delivered ? LogLevel::info : LogLevel::error,
                     delivered ? "alert_sent" : "alert_failed", report.stream, text,
                     {{"receiver", std::string_view(report.receiver)},
                      {"alert", std::string_view(report.alert_id)},
                      {"status", std::string_view(report.resolved ? "resolved" : "firing")},
                      {"outcome", recovery::alerts::name(report.outcome)}});
}

void AlertDispatcher::State::log_output(std::string_view line) {
  services.log.write(LogLevel::info, "alert_sent", {}, services.secrets.mask(line),
                     {{"receiver", std::string_view("command")}});
}

void AlertDispatcher::State::publish() {
  services.snapshots.publish(
      &http::Program::alerts,
      notifier ? std::make_shared<const std::vector<http::AlertCount>>(counts) : nullptr);
}

void AlertDispatcher::State::end_drain() {
  drain_limit.cancel();
  if (const auto done = std::exchange(on_drained, nullptr)) done();
}

}  // namespace supervisor
