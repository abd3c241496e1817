#include "recovery/alert.hpp"

#include <algorithm>
#include <chrono>
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

// What was done again and again: its last sentence, and how often.
std::vector<std::string> folded(const std::vector<std::string>& actions) {
  struct Repeated {
    std::string shape;
    std::string last;
    unsigned count = 0;
  };
  std::vector<Repeated> kinds;
  for (const std::string& action : actions) {
    const std::string shape = without_figures(action);
    auto kind = std::ranges::find(kinds, shape, &Repeated::shape);
    if (kind == kinds.end()) kind = kinds.insert(kind, Repeated{.shape = shape, .last = {}});
    kind->last = action;
    ++kind->count;
  }
  std::vector<std::string> sentences;
  for (const auto& [shape, last, count] : kinds) {
    sentences.push_back(count > 1 ? last + " (" + std::to_string(count) + " times)" : last);
  }
  return sentences;
}

// "sink unreachable", "output youtube: sink lost"
std::string words_of(const monitor::Verdict& verdict) {
  std::string cause(name(verdict.cause));
  std::ranges::replace(cause, '_', ' ');
  return verdict.output.empty() ? cause : "output " + verdict.output + ": " + cause;
}

std::string begun_as_a_sentence(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] -= 'a' - 'A';
  return text;
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
  alert.summary = stream + " is off air: " + words_of(alerted.verdict) + ". " +
                  begun_as_a_sentence(alerted.reason);
  alert.evidence = alerted.verdict.evidence;
  alert.tried = folded(alerted.actions);
  alert.starts_at = wall;
  return alert;
}

}  // namespace recovery
