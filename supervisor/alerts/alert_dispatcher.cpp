#include "supervisor/alerts/alert_dispatcher.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/steady_timer.hpp>

#include "supervisor/alerts/alert_command.hpp"
#include "supervisor/alerts/alert_delivery.hpp"
#include "supervisor/alerts/alert_test.hpp"
#include "supervisor/alerts/answer_words.hpp"
#include "supervisor/io/host_name.hpp"

namespace supervisor {

using recovery::Alert;
using recovery::alerts::Outcome;

struct AlertDispatcher::State : std::enable_shared_from_this<State> {
  State(const Services& services_in, std::string page)
      : services(services_in),
        sender{host_name(), std::move(page)},
        drain_limit(services.loop.executor()) {}

  void set_receivers(const recovery::alerts::Settings& next_settings);
  http::Outcome outcome_of(AlertTest::Answers answers) const;
  AlertDelivery::Handlers delivery_handlers(const std::shared_ptr<AlertCommand>& runner);
  void count_from_now();
  void on_report(const DeliveryReport& report);
  void tell_stream(const std::string& stream, bool delivered) const;
  void tell_all_delivered() const;
  bool is_idle() const;
  void count(const DeliveryReport& report);
  void log(const DeliveryReport& report);
  void log_output(bool has_failed);
  void publish();
  void end_drain();

  const Services& services;
  const recovery::alerts::Sender sender;
  recovery::alerts::Settings settings;
  std::vector<StreamAlert*> streams;
  std::shared_ptr<AlertCommand> command;
  std::vector<std::string> command_output;  // lines of its run: how it ends is not known yet
  std::vector<std::unique_ptr<AlertDelivery>> receivers;
  unsigned reports_due = 0;  // on their way to `on_report`
  std::vector<http::AlertCount> counts;
  std::shared_ptr<AlertTest> test;  // null: none is under way
  boost::asio::steady_timer drain_limit;
  std::function<void()> on_drained;
};

// ------------------------------------------------------------------------------- to the receivers

StreamAlert::StreamAlert(AlertDispatcher& dispatcher, std::string stream, Handlers handlers)
    : dispatcher_(*dispatcher.state_), stream_(std::move(stream)), handlers_(std::move(handlers)) {
  dispatcher_.streams.push_back(this);
}

StreamAlert::~StreamAlert() {
  std::erase(dispatcher_.streams, this);
}

void StreamAlert::on(const std::vector<recovery::Notice>& notices, recovery::WallTime wall,
                     const recovery::StreamServers& servers) {
  for (const recovery::Notice& notice : notices) {
    if (const auto* alerted = std::get_if<recovery::Alerted>(&notice)) {
      fire(recovery::alert_of(stream_, *alerted, wall, servers));
    } else if (const auto* resolved = std::get_if<recovery::AlertResolved>(&notice)) {
      resolve(*resolved, wall);
    }
  }
}

void StreamAlert::fire(Alert alert) {
  alert_ = std::move(alert);
  for (const auto& receiver : dispatcher_.receivers) receiver->fire(*alert_);
}

void StreamAlert::resolve(const recovery::AlertResolved& how, recovery::WallTime wall) {
  if (!alert_) return;
  recovery::resolve(*alert_, how, wall);
  for (const auto& receiver : dispatcher_.receivers) receiver->resolve(*alert_);
}

void StreamAlert::adopt(std::optional<Alert> before) {
  alert_ = std::move(before);
  redeliver();
}

// What the receivers may not know: after a restart of the supervisor, or where they are others now.
void StreamAlert::redeliver() {
  if (!alert_ || alert_->is_over()) return;
  const bool is_news = !alert_->ends_at && !alert_->delivered;
  for (const auto& receiver : dispatcher_.receivers) {
    if (is_news) {
      receiver->fire(*alert_);
      continue;
    }
    receiver->adopt(*alert_);
    if (alert_->ends_at) receiver->resolve(*alert_);
  }
}

std::optional<Alert> StreamAlert::unfinished() const {
  return alert_ && !alert_->is_over() ? alert_ : std::nullopt;
}

// ------------------------------------------------------------------------------- and back

// A report may come from within a step of the stream whose alert it is: it is handled after that.
AlertDelivery::Handlers AlertDispatcher::State::delivery_handlers(
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
              [this, runner](std::string json, std::function<void(std::string)> done) {
                runner->run(std::move(json), [this, done = std::move(done)](std::string error) {
                  log_output(!error.empty());
                  done(std::move(error));
                });
              }};
}

void AlertDispatcher::State::on_report(const DeliveryReport& report) {
  count(report);
  log(report);
  publish();
  const bool is_final = report.outcome != Outcome::failed && !report.reminder;
  if (is_final && !report.resolved) {
    tell_stream(report.stream, report.outcome == Outcome::delivered);
  }
  if (!is_idle()) return;
  if (is_final) tell_all_delivered();
  end_drain();
}

void AlertDispatcher::State::tell_stream(const std::string& stream, bool delivered) const {
  for (const StreamAlert* each : streams) {
    if (each->stream_ == stream) return each->handlers_.on_result(delivered);
  }
}

void AlertDispatcher::State::tell_all_delivered() const {
  for (StreamAlert* each : streams) each->on_all_delivered();
}

void StreamAlert::on_all_delivered() {
  if (alert_ && !std::exchange(alert_->delivered, true)) handlers_.on_all_delivered();
}

bool AlertDispatcher::State::is_idle() const {
  return reports_due == 0 && std::all_of(receivers.begin(), receivers.end(),
                                         [](const auto& receiver) { return receiver->idle(); });
}

void AlertDispatcher::State::count(const DeliveryReport& report) {
  if (report.reminder && report.outcome == Outcome::delivered) return;
  for (http::AlertCount& known : counts) {
    if (known.receiver != report.receiver) continue;
    ++known.outcomes[static_cast<std::size_t>(report.outcome)];
  }
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

void AlertDispatcher::State::log_output(bool has_failed) {
  for (const std::string& line : std::exchange(command_output, {})) {
    services.log.write(LogLevel::info, has_failed ? "alert_failed" : "alert_sent", {},
                       services.secrets.mask(line), {{"receiver", std::string_view("command")}});
  }
}

void AlertDispatcher::State::publish() {
  services.snapshots.publish(
      &http::Program::alerts,
      receivers.empty() ? nullptr : std::make_shared<const std::vector<http::AlertCount>>(counts));
}

// ------------------------------------------------------------------------------- settings, end

// What can fail comes first.
void AlertDispatcher::State::set_receivers(const recovery::alerts::Settings& next_settings) {
  auto runner = std::make_shared<AlertCommand>(
      services.loop.executor(), next_settings.command,
      [this](std::string_view line) { command_output.emplace_back(line); });
  std::vector<std::unique_ptr<AlertDelivery>> next;
  for (auto& receiver : recovery::alerts::receivers_of(next_settings, sender)) {
    next.push_back(std::make_unique<AlertDelivery>(services.loop, services.io_thread.thread(),
                                                   std::move(receiver), delivery_handlers(runner)));
  }
  receivers = std::move(next);
  settings = next_settings;
  command = std::move(runner);
  count_from_now();
  publish();
}

void AlertDispatcher::State::count_from_now() {
  std::vector<http::AlertCount> present;
  for (const auto& receiver : receivers) {
    const std::string& name = receiver->receiver();
    const auto known =
        std::find_if(counts.begin(), counts.end(),
                     [&](const http::AlertCount& count) { return count.receiver == name; });
    present.push_back(known == counts.end() ? http::AlertCount{name, {}} : *known);
  }
  counts = std::move(present);
}

AlertDispatcher::AlertDispatcher(const recovery::alerts::Settings& settings,
                                 const Services& services, std::string page)
    : state_(std::make_shared<State>(services, std::move(page))) {
  state_->set_receivers(settings);
}

AlertDispatcher::~AlertDispatcher() {
  state_->services.loop.assert_here();
}

void AlertDispatcher::reconfigure(const recovery::alerts::Settings& settings) {
  state_->set_receivers(settings);
  for (StreamAlert* stream : state_->streams) stream->redeliver();
}

namespace {

// The command, where it is one of them.
bool has_failed(const AlertTest::Answers& answers) {
  return std::ranges::any_of(answers, [](const http::ReceiverAnswer& each) {
    return each.receiver == "command" && !each.delivered;
  });
}

}  // namespace

void AlertDispatcher::test(std::function<void(http::Outcome)> answer) {
  State& state = *state_;
  if (state.receivers.empty()) return answer({409, "no receiver of alerts is configured"});
  if (state.test) return answer({409, "a test is under way"});
  state.test =
      AlertTest::begin(state.services.loop, state.services.io_thread.thread(),
                       recovery::alerts::receivers_of(state.settings, state.sender), state.command,
                       [&state, answer = std::move(answer)](AlertTest::Answers answers) {
                         const auto over = std::exchange(state.test, nullptr);
                         state.log_output(has_failed(answers));
                         answer(state.outcome_of(std::move(answers)));
                       });
}

http::Outcome AlertDispatcher::State::outcome_of(AlertTest::Answers answers) const {
  std::size_t delivered = 0;
  for (http::ReceiverAnswer& each : answers) {
    if (each.delivered) ++delivered;
    each.message = shown_answer(each.message, services.secrets);
  }
  std::string message = std::to_string(delivered) + " of " + std::to_string(answers.size()) +
                        " receivers accepted the test";
  return {200, std::move(message), std::move(answers)};
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

void AlertDispatcher::State::end_drain() {
  drain_limit.cancel();
  if (const auto done = std::exchange(on_drained, nullptr)) done();
}

}  // namespace supervisor
