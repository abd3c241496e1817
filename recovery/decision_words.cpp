#include "recovery/decision_words.hpp"

#include "monitor/text/sentence.hpp"
#include "monitor/time.hpp"

namespace recovery {

namespace {

using monitor::seconds;
using monitor::sentence;

// A step that is further away has no time of its own.
constexpr Duration longest_told = std::chrono::hours(24);

// "20 s", "1.5 s"
std::string amount(Duration time) {
  const double value = seconds(time);
  return sentence(value < 10 ? "%.2g s" : "%.0f s", value);
}

std::string words_of_restart(const Decided& decided) {
  const bool is_at_once = decided.delay <= Duration::zero();
  const bool is_counted = decided.attempt > 0 && decided.attempt <= decided.attempts_max;
  const std::string count = sentence("%u of %u", decided.attempt, decided.attempts_max);
  if (is_at_once) return is_counted ? "Restarting at once, attempt " + count : "Restarting at once";
  if (decided.attempt == 0) return "Restarting in " + amount(decided.delay);
  const std::string words = "Next attempt in " + amount(decided.delay);
  return is_counted ? words + " (" + count + ')' : words;
}

std::string words_of_wait(const Decided& decided) {
  const bool has_time = decided.delay > Duration::zero() && decided.delay < longest_told;
  const std::string time = has_time ? amount(decided.delay) : "";
  if (decided.in_place) {
    const std::string words = "FFmpeg is left waiting";
    return has_time ? words + "; it is started anew in " + time + " at the latest" : words;
  }
  std::string words = "Waiting for the source";
  if (decided.looks_every) {
    return words + "; probing it at least every " + amount(*decided.looks_every);
  }
  return has_time ? words + "; FFmpeg itself tries it in " + time : words;
}

}  // namespace

std::string words_of(const Decided& decided) {
  switch (decided.kind) {
    case DecisionKind::restart_ffmpeg:
      return words_of_restart(decided);
    case DecisionKind::wait_for_source:
      return words_of_wait(decided);
    case DecisionKind::start_fallback:
      return "Starting the fallback";
    case DecisionKind::escalate_alert:
      return "Escalating: the stream does not come back by itself";
    case DecisionKind::none:
      break;
  }
  return "Nothing is done";
}

}  // namespace recovery
