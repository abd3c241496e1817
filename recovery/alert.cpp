#include "recovery/alert.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "monitor/text/ascii.hpp"
#include "recovery/action.hpp"

namespace recovery {

namespace {

// Two sentences that differ in figures only say the same.
std::string without_figures(std::string text) {
  std::erase_if(text, monitor::is_digit);
  return text;
}

// "restart_ffmpeg" for people.
std::string_view words_of(DecisionKind kind) {
  switch (kind) {
    case DecisionKind::restart_ffmpeg:
      return "Restarted FFmpeg";
    case DecisionKind::wait_for_source:
      return "Waited for the source";
    case DecisionKind::start_fallback:
      return "Started the fallback";
    case DecisionKind::escalate_alert:
      return "Told people";
    case DecisionKind::none:
      break;
  }
  return {};
}

// An incident's action, `restart_ffmpeg: FFmpeg ended`, in words.
std::string in_words(const std::string& action) {
  for (std::size_t i = 0; i < decision_kind_count; ++i) {
    const auto kind = static_cast<DecisionKind>(i);
    const std::string prefix = std::string(name(kind)) + ": ";
    if (!action.starts_with(prefix)) continue;
    const std::string reason = action.substr(prefix.size());
    const std::string words(words_of(kind));
    return words.empty() ? reason : words + ": " + reason;
  }
  return action;
}

// What was done again and again: its last sentence, and how often.
std::vector<std::string> folded(const std::vector<std::string>& actions) {
  struct Repeated {
    std::string shape;
    std::string last;
    unsigned count = 0;
  };
  std::vector<Repeated> kinds;
  for (const std::string& action : actions) {
    const std::string words = in_words(action);
    const std::string shape = without_figures(words);
    auto kind = std::ranges::find(kinds, shape, &Repeated::shape);
    if (kind == kinds.end()) kind = kinds.insert(kind, Repeated{.shape = shape, .last = {}});
    kind->last = words;
    ++kind->count;
  }
  std::vector<std::string> sentences;
  for (const auto& [shape, last, count] : kinds) {
    sentences.push_back(count > 1 ? last + " (" + std::to_string(count) + " times)" : last);
  }
  return sentences;
}

// "sink unreachable", "output youtube: sink lost"
std::string words_of(const Alert& alert) {
  std::string cause(name(alert.cause));
  std::ranges::replace(cause, '_', ' ');
  return alert.output.empty() ? cause : "output " + alert.output + ": " + cause;
}

// "1 h 2 min", "2 min 5 s", "5 s"
std::string span(Duration length) {
  const auto seconds = std::chrono::round<std::chrono::seconds>(length).count();
  const auto h = seconds / 3600;
  const auto min = seconds / 60 % 60;
  if (h > 0) return std::to_string(h) + " h " + std::to_string(min) + " min";
  const std::string rest = std::to_string(seconds % 60) + " s";
  return min > 0 ? std::to_string(min) + " min " + rest : rest;
}

// Held outputs may have carried their cover all the time.
std::string after_off_air(const std::optional<Duration>& lasted) {
  constexpr Duration least = std::chrono::milliseconds(500);
  return lasted && *lasted >= least ? " after " + span(*lasted) + " off air" : "";
}

}  // namespace

std::string id_of(const std::string& stream, WallTime time) {
  const auto since_epoch =
      std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch());
  return stream + "-" + std::to_string(since_epoch.count());
}

Alert alert_of(const std::string& stream, const Alerted& alerted, WallTime wall,
               const StreamServers& servers) {
  Alert alert;
  alert.id = id_of(stream, wall);
  alert.stream = stream;
  alert.cause = alerted.verdict.cause;
  alert.output = alerted.verdict.output;
  alert.servers = servers;
  alert.is_local = alerted.verdict.is_local;
  alert.summary = stream + " is off air: " + words_of(alert) + ". " + alerted.reason;
  alert.evidence = alerted.verdict.evidence;
  alert.tried = folded(alerted.actions);
  alert.starts_at = wall;
  return alert;
}

void resolve(Alert& alert, const AlertResolved& how, WallTime wall) {
  alert.ends_at = wall;
  alert.delivered = false;
  alert.summary = alert.stream + (how.on_air ? " is on air again" : " is stopped as asked") +
                  after_off_air(how.off_air_for) + ": " + words_of(alert) + '.';
  if (!alert.evidence.empty()) alert.summary += ' ' + alert.evidence.front();
}

}  // namespace recovery
