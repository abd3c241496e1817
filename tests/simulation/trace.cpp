#include "tests/simulation/trace.hpp"

#include <csignal>
#include <cstdio>
#include <type_traits>
#include <variant>

namespace simulation {

using namespace recovery;

namespace {

constexpr const char* event_names[] = {"StartRequested", "StopRequested", "RestartRequested",
                                       "KillRequested",  "Launched",      "LaunchFailed",
                                       "ProgressSeen",   "Sampled",       "SignSeen",
                                       "Exited",         "Tick",          "Paused"};
constexpr const char* notice_names[] = {"CameOnAir",      "WentOffAir",         "FaultDetected",
                                        "IncidentOpened", "IncidentClosed",     "Decided",
                                        "Escalated",      "EscalationResolved", "Unkillable"};
static_assert(std::size(event_names) == std::variant_size_v<Event>);
static_assert(std::size(notice_names) == std::variant_size_v<Notice>);

int detail_of(const Event& event) {
  if (const auto* stop = std::get_if<StopRequested>(&event)) return stop->shutdown ? 1 : 0;
  if (const auto* failed = std::get_if<LaunchFailed>(&event)) return failed->error_number;
  if (const auto* sampled = std::get_if<Sampled>(&event)) return sampled->sample.state;
  if (const auto* exited = std::get_if<Exited>(&event)) {
    return exited->status.code ? *exited->status.code : -*exited->status.signal;
  }
  return 0;
}

char letter_of(const Action& action) {
  if (std::holds_alternative<Launch>(action)) return 'L';
  if (std::holds_alternative<End>(action)) return 'E';
  return std::get<Signal>(action).number == SIGKILL ? 'K' : 'T';
}

}  // namespace

Generation generation_of(const Event& event) {
  return std::visit(
      [](const auto& value) -> Generation {
        if constexpr (requires { value.generation; }) return value.generation;
        return 0;
      },
      event);
}

void Trace::add(const Event& event, const Step& step, const StreamCore& core, Instant now) {
  Line& line = lines_[count_++ % kept];
  line = {};
  line.at = now;
  line.deadline = core.next_deadline();
  line.event = event.index();
  line.generation = generation_of(event);
  line.detail = detail_of(event);
  line.state = core.status().state;
  line.attempts = core.status().attempts;
  for (std::size_t i = 0; i < step.actions.size() && i < line.actions.size(); ++i) {
    line.actions[i] = letter_of(step.actions[i]);
  }
  for (std::size_t i = 0; i < step.notices.size() && i < line.notices.size(); ++i) {
    line.notices[i] = static_cast<char>(step.notices[i].index() + 1);
  }
}

std::string Trace::tell(Instant began) const {
  std::string text;
  for (std::size_t i = count_ < kept ? 0 : count_ - kept; i < count_; ++i) {
    const Line& line = lines_[i % kept];
    char head[200];
    std::snprintf(head, sizeof head, "%16.6f s  %-16s gen %-5llu %5d  → %-12s attempts %u next ",
                  monitor::seconds(line.at - began), event_names[line.event],
                  static_cast<unsigned long long>(line.generation), line.detail,
                  std::string(name(line.state)).c_str(), line.attempts);
    text += head;
    if (line.deadline == monitor::never) {
      text += "never";
    } else {
      std::snprintf(head, sizeof head, "%+.6f", monitor::seconds(line.deadline - line.at));
      text += head;
    }
    for (const char action : line.actions) {
      if (action == 'L') text += " LAUNCH";
      if (action == 'T') text += " TERM";
      if (action == 'K') text += " KILL";
      if (action == 'E') text += " END";
    }
    for (const char notice : line.notices) {
      if (notice != 0) text += std::string(" ") + notice_names[notice - 1];
    }
    text += '\n';
  }
  return text;
}

}  // namespace simulation
