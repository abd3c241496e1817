#include "recovery/published_output.hpp"

namespace recovery {

using monitor::OutputState;

namespace {

bool is_by_request(const Status& publisher) {
  return !publisher.verdict ||
         component_of(publisher.verdict->cause) == monitor::Component::operator_;
}

OutputState state_of(const Status& publisher, bool input_is_idle, bool is_stopped) {
  const bool was_launched = publisher.generation > 0;
  const bool is_to_begin = !was_launched && !is_stopped;
  if (publisher.state == State::stopped && is_to_begin) return OutputState::starting;
  if (publisher.state == State::stopped) return OutputState::stopped;
  if (publisher.state == State::on_air) {
    return input_is_idle ? OutputState::waiting : OutputState::on_air;
  }
  return is_by_request(publisher) ? OutputState::starting : OutputState::lost;
}

// What was seen first, and what FFmpeg said of it where that comes next.
std::string told_by(const monitor::Verdict& verdict) {
  const auto& evidence = verdict.evidence;
  if (evidence.empty()) return std::string(name(verdict.cause));
  return evidence.size() == 1 ? evidence[0] : evidence[0] + ' ' + evidence[1];
}

}  // namespace

monitor::OutputReport report_on(const std::string& output, const Status& publisher,
                                bool input_is_idle, Instant since, bool is_stopped) {
  monitor::OutputReport report{.output = output,
                               .state = state_of(publisher, input_is_idle, is_stopped),
                               .since = since,
                               .is_exhausted = publisher.escalated,
                               .awaits_media = input_is_idle || publisher.generation == 0};
  if (report.state == OutputState::stopped && is_by_request(publisher)) {
    report.cause = monitor::Cause::stop_requested;
    report.sentence = "Output " + output + " is stopped.";
  }
  if (is_by_request(publisher)) return report;
  report.cause = publisher.verdict->cause;
  report.sentence = "Output " + output + ": " + told_by(*publisher.verdict);
  return report;
}

}  // namespace recovery
