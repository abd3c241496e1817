#include "tests/simulation/trace.hpp"

#include <csignal>
#include <cstdio>
#include <iostream>
#include <type_traits>
#include <variant>

namespace simulation {

using namespace recovery;

namespace {

constexpr const char* event_names[] = {
    "StartRequested", "StopRequested", "RestartRequested",    "KillRequested", "Launched",
    "LaunchFailed",   "ProgressSeen",  "ProgressUnavailable", "Observed",      "SignSeen",
    "Exited",         "SourceProbed",  "SinkProbed",          "TrackChanged",  "Tick",
    "Paused",         "Reconfigured",  "InputIdle",           "CoverChanged",  "Switched",
    "StandbyChanged"};
constexpr const char* observation_names[] = {"ProcessSample", "ConnectionSamples", "HostSample",
                                             "WaitSample",    "SpaceSamples",      "SinkReport",
                                             "ContentMark",   "OutputReports"};
static_assert(std::size(observation_names) == std::variant_size_v<monitor::Observation>);
constexpr const char* notice_names[] = {"CameOnAir",        "WentOffAir",         "FaultDetected",
                                        "IncidentOpened",   "IncidentClosed",     "Decided",
                                        "Escalated",        "EscalationResolved", "SourceChanged",
                                        "FallbackOnAir",    "FallbackFailed",     "Unkillable",
                                        "TrackSwitchBegun", "RestartedOnPurpose", "IncidentChanged",
                                        "CoverBegan",       "CoverEnded",         "Alerted",
                                        "AlertResolved"};
static_assert(std::size(event_names) == std::variant_size_v<Event>);
static_assert(std::size(notice_names) == std::variant_size_v<Notice>);

// An index into event_names, or behind them into observation_names.
std::size_t kind_of(const Event& event) {
  const auto* seen = std::get_if<Observed>(&event);
  return seen ? std::size(event_names) + seen->what.index() : event.index();
}

const char* name_of_kind(std::size_t kind) {
  constexpr std::size_t events = std::size(event_names);
  return kind < events ? event_names[kind] : observation_names[kind - events];
}

int detail_of(const Event& event) {
  if (const auto* stop = std::get_if<StopRequested>(&event)) return stop->shutdown ? 1 : 0;
  if (const auto* failed = std::get_if<LaunchFailed>(&event)) return failed->error_number;
  if (const auto* sample = process_sample_of(event)) return sample->state;
  if (const auto* seen = std::get_if<SignSeen>(&event)) return static_cast<int>(seen->sign.cause);
  if (const auto* probed = std::get_if<SourceProbed>(&event))
    return static_cast<int>(probed->look.answer);
  if (const auto* probed = std::get_if<SinkProbed>(&event)) return probed->available ? 1 : 0;
  if (const auto* exited = std::get_if<Exited>(&event)) {
    return exited->status.code ? *exited->status.code : -*exited->status.signal;
  }
  return 0;
}

std::uint64_t number_of(const Event& event) {
  if (const auto* probed = std::get_if<SourceProbed>(&event)) return probed->number;
  if (const auto* probed = std::get_if<SinkProbed>(&event)) return probed->number;
  return generation_of(event);
}

struct ActionName {
  char letter;
  const char* name;
};
constexpr ActionName names_of_actions[] = {
    {'L', "LAUNCH"}, {'F', "LAUNCH-FALLBACK"}, {'T', "TERM"},        {'K', "KILL"},
    {'E', "END"},    {'S', "look-at-source"},  {'N', "look-at-sink"}};

char letter_of(const Action& action) {
  if (const auto* launch = std::get_if<Launch>(&action)) {
    return launch->role == Role::primary ? 'L' : 'F';
  }
  if (std::holds_alternative<End>(action)) return 'E';
  if (std::holds_alternative<ProbeSource>(action)) return 'S';
  if (std::holds_alternative<ProbeSink>(action)) return 'N';
  return std::get<Signal>(action).number == SIGKILL ? 'K' : 'T';
}

}  // namespace

const monitor::ProcessSample* process_sample_of(const Event& event) {
  const auto* seen = std::get_if<Observed>(&event);
  return seen ? std::get_if<monitor::ProcessSample>(&seen->what) : nullptr;
}

Generation generation_of(const Event& event) {
  return std::visit(
      [](const auto& value) -> Generation {
        if constexpr (requires { value.generation; }) return value.generation;
        return 0;
      },
      event);
}

void Trace::say(const Scenario& scenario) const {
  if (aloud_) std::cout << scenario;
}

void Trace::say(const char* what, Instant now) {
  Line line{};
  line.at = now;
  line.text = what;
  add(line);
}

void Trace::add(const Event& event, const Step& step, const StreamCore& core, Instant now) {
  const State state = core.status().state;
  const bool is_usual =
      std::holds_alternative<ProgressSeen>(event) || process_sample_of(event) != nullptr;
  if (is_usual && step.actions.empty() && step.notices.empty() && state == state_) return;
  state_ = state;
  Line line{};
  line.at = now;
  line.deadline = core.next_deadline();
  line.event = kind_of(event);
  line.number = number_of(event);
  line.detail = detail_of(event);
  line.state = state;
  line.attempts = core.status().attempts;
  line.retries = core.status().source_retries;
  for (std::size_t i = 0; i < step.actions.size() && i < line.actions.size(); ++i) {
    line.actions[i] = letter_of(step.actions[i]);
  }
  for (std::size_t i = 0; i < step.notices.size() && i < line.notices.size(); ++i) {
    line.notices[i] = static_cast<char>(step.notices[i].index() + 1);
  }
  add(line);
  if (!aloud_) return;
  for (const Notice& notice : step.notices) {
    if (const auto* found = std::get_if<FaultDetected>(&notice)) {
      std::cout << "                    " << found->fault.sentence << '\n';
    }
    if (const auto* decided = std::get_if<Decided>(&notice)) {
      std::cout << "                    " << name(decided->kind) << " in "
                << monitor::seconds(decided->delay) << " s, attempt " << decided->attempt << ": "
                << decided->reason << '\n';
    }
  }
}

void Trace::add(const Line& line) {
  lines_[count_++ % kept] = line;
  if (aloud_) std::cout << describe(line);
}

std::string Trace::describe() const {
  std::string text;
  for (std::size_t i = count_ < kept ? 0 : count_ - kept; i < count_; ++i) {
    text += describe(lines_[i % kept]);
  }
  return text;
}

std::string Trace::describe(const Line& line) const {
  char head[200];
  std::snprintf(head, sizeof head, "%18.9f s  ", monitor::seconds(line.at - began_));
  std::string text = head + (name_.empty() ? name_ : name_ + ": ");
  if (line.text) return text + "· " + line.text + '\n';
  std::snprintf(head, sizeof head, "%-16s #%-4llu %4d → %-18s attempts %u retries %u next ",
                name_of_kind(line.event), static_cast<unsigned long long>(line.number), line.detail,
                std::string(name(line.state)).c_str(), line.attempts, line.retries);
  text += head;
  if (line.deadline == monitor::never) {
    text += "never";
  } else {
    std::snprintf(head, sizeof head, "%+.6f", monitor::seconds(line.deadline - line.at));
    text += head;
  }
  for (const char action : line.actions) {
    for (const auto& [letter, action_name] : names_of_actions) {
      if (action == letter) text += std::string(" ") + action_name;
    }
  }
  for (const char notice : line.notices) {
    if (notice != 0) text += std::string(" ") + notice_names[notice - 1];
  }
  return text + '\n';
}

}  // namespace simulation
