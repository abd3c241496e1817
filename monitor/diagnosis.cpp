#include "monitor/diagnosis.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "monitor/judge.hpp"
#include "monitor/launch_error.hpp"
#include "monitor/text/sentence.hpp"

namespace monitor {
namespace {

using std::chrono_literals::operator""s;

double megabytes(std::int64_t bytes) {
  return static_cast<double>(bytes) / 1e6;
}

// Since 6.1 the exit code is the low byte of FFmpeg's negative error (256 - 28 is ENOSPC); 69, 123
// and 255 are older.
struct ExitCode {
  int code;
  const char* meaning;
  std::optional<Cause> cause;
};
constexpr std::array exit_codes{
    ExitCode{69, "too large a share of the packets could not be decoded", Cause::source_corrupt},
    ExitCode{123, "it gave up a clean stop after four signals", {}},
    ExitCode{145, "connection refused", {}},
    ExitCode{146, "connection timed out", {}},
    ExitCode{152, "connection reset", {}},
    ExitCode{155, "network unreachable", {}},
    ExitCode{183, "invalid data", {}},
    ExitCode{224, "broken pipe", Cause::sink_lost},  // only who writes meets it
    ExitCode{228, "no space left on device", Cause::host_disk_full},
    ExitCode{234, "invalid argument", {}},
    ExitCode{244, "out of memory", Cause::host_out_of_memory},
    ExitCode{251, "input/output error", {}},
    ExitCode{254, "no such file or directory", {}},
    ExitCode{255, "a signal stopped it, or an operation was not permitted", {}},
};

const ExitCode* known_code(const Evidence& evidence) {
  const auto* row = std::find_if(exit_codes.begin(), exit_codes.end(), [&](const ExitCode& known) {
    return known.code == evidence.exit->code;
  });
  return row == exit_codes.end() ? nullptr : row;
}

bool is_stopped(const Evidence& evidence) {
  return evidence.sample && is_stopped(*evidence.sample);
}

// Those that count, the strongest first, the earlier of equals first.
std::vector<const SignSeen*> counting_signs(const Evidence& evidence) {
  std::vector<const SignSeen*> signs;
  for (const auto& seen : evidence.signs) {
    const bool late_command = seen.sign.cause == Cause::command_invalid && evidence.first_advance;
    if (!late_command && !is_stale(seen, evidence)) signs.push_back(&seen);
  }
  std::stable_sort(signs.begin(), signs.end(), [](const SignSeen* a, const SignSeen* b) {
    return a->sign.rank > b->sign.rank;
  });
  return signs;
}

// A server that closes the connection within this time of the first output has rejected the stream.
// nginx-rtmp does so where publishing is denied.
constexpr Duration rejected_within = 1s;

// A command without progress that has lived so long has put something out.
constexpr Duration begins_within = 3s;

std::optional<Instant> first_output(const Evidence& evidence, bool reports_progress) {
  if (reports_progress) return evidence.first_advance;
  return evidence.launched_at + begins_within;
}

// A loss before the first advance has another cause; FFmpeg's message is the same for both.
Cause refined(const SignSeen& seen, const Evidence& evidence, bool reports_progress) {
  const std::optional<Instant> first = first_output(evidence, reports_progress);
  const bool had = first && seen.at >= *first;
  switch (seen.sign.cause) {
    case Cause::source_stalled:
    case Cause::source_ended:
      return had ? seen.sign.cause : Cause::source_unreachable;
    case Cause::sink_stalled:
      return had ? seen.sign.cause : Cause::sink_unreachable;
    case Cause::sink_lost:
      return had && (!reports_progress || seen.at - *first > rejected_within)
                 ? Cause::sink_lost
                 : Cause::sink_rejected;
    default:
      return seen.sign.cause;
  }
}

// Empty where no sign may decide.
const SignSeen* deciding_sign(const Evidence& evidence, const std::vector<const SignSeen*>& signs,
                              const std::optional<Fault>& fault) {
  if (signs.empty()) return nullptr;
  const SignSeen* first = signs.front();
  const bool conclusive = first->sign.rank >= Sign::conclusive;
  if (fault) {
    if (!fault->off_air || !conclusive || is_stopped(evidence)) return nullptr;
    // What a witness saw is not explained by messages about another component.
    const Component named = component_of(fault->cause);
    const bool agrees = component_of(first->sign.cause) == named;
    return named == Component::encoder || agrees ? first : nullptr;
  }
  if (!evidence.exit || evidence.exit->signal) return nullptr;
  return conclusive || evidence.exit->code != 0 ? first : nullptr;
}

Cause cause_of_exit(const Evidence& evidence, bool reports_progress) {
  if (!evidence.exit || evidence.exit->signal) return Cause::encoder_crashed;
  if (!reports_progress) return Cause::encoder_failed;
  if (evidence.exit->code == 0) return Cause::source_ended;
  const ExitCode* known = known_code(evidence);
  return known && known->cause ? *known->cause : Cause::encoder_failed;
}

bool exceeded_file_size(const Evidence& evidence) {
  return evidence.exit && evidence.exit->signal == SIGXFSZ;
}

std::string sentence_of_exit(const Evidence& evidence, Instant now, bool reports_progress) {
  std::string text = reports_progress ? "FFmpeg ended with " : "The command ended with ";
  if (!evidence.exit) return text + "an unknown status.";
  text += describe(*evidence.exit) + sentence(" after %.1f s", seconds(now - evidence.launched_at));
  if (exceeded_file_size(evidence)) {
    return text + ": a file it wrote to reached the limit of a file's size (ulimit -f).";
  }
  const ExitCode* known = reports_progress ? known_code(evidence) : nullptr;
  return text + (known ? std::string(": ") + known->meaning + "." : ".");
}

void add_signs(std::vector<std::string>& sentences, const std::vector<const SignSeen*>& signs) {
  constexpr std::size_t quotes_limit = 3;  // leaves room for the figures
  std::size_t quoted = 0;
  for (const auto* seen : signs) {
    std::string sentence = "FFmpeg logged: \"" + seen->text + "\"";
    if (std::find(sentences.begin(), sentences.end(), sentence) != sentences.end()) continue;
    sentences.push_back(std::move(sentence));
    if (++quoted == quotes_limit) return;
  }
}

std::string sentence_of_output(const Evidence& evidence, Instant now) {
  if (!evidence.first_advance) return "It never produced any output.";
  std::string text = "It had put out ";
  if (const auto& progress = evidence.progress) {
    if (progress->frame) text += std::to_string(*progress->frame) + " frames, ";
    if (progress->out_time) text += clock_time(*progress->out_time) + ", ";
    if (progress->total_size_bytes) {
      text += sentence("%.1f MB, ", megabytes(*progress->total_size_bytes));
    }
  }
  return text + sentence("the last %.1f s before.", seconds(now - evidence.last_advance));
}

std::string sentence_of_process(const ProcessSample& sample, bool has_ended) {
  if (is_stopped(sample)) {
    return sentence("Process state %c (stopped by a %s).", sample.state,
                    sample.state == 'T' ? "signal" : "debugger");
  }
  const char* meaning = sample.state == 'D' ? " (uninterruptible: it waits for a device)" : "";
  return sentence("%s state %c%s, CPU %.0f %% of %.0f %%, %.0f MB resident.",
                  has_ended ? "Last seen in" : "Process", sample.state, meaning, sample.cpu_percent,
                  sample.cpus_allowed * 100, megabytes(sample.rss_bytes));
}

std::string first_sentence(const Evidence& evidence, const std::optional<Fault>& fault, Instant now,
                           bool reports_progress) {
  if (evidence.spawn_error != 0) {
    return describe_launch_error(evidence.spawn_error, evidence.spawned_program);
  }
  return fault ? fault->sentence : sentence_of_exit(evidence, now, reports_progress);
}

constexpr Duration corrupt_lasts = 10s;

// Which output a sink's verdict is about: what a witness saw, what FFmpeg named, the only one.
std::string output_of(Cause cause, const Evidence& evidence, const std::optional<Fault>& fault,
                      const std::vector<const SignSeen*>& signs) {
  if (fault && !fault->output.empty()) return fault->output;
  if (component_of(cause) != Component::sink) return {};
  for (const SignSeen* seen : signs) {
    const auto& number = seen->sign.output;
    if (number && *number < evidence.outputs.size()) return evidence.outputs[*number];
  }
  if (!evidence.troubled_output.empty()) return evidence.troubled_output;
  return evidence.outputs.size() == 1 ? evidence.outputs.front() : std::string();
}

// What FFmpeg said of the cause is about a file or device of this machine.
bool is_local(Cause cause, const std::vector<const SignSeen*>& signs) {
  return std::ranges::any_of(signs, [cause](const SignSeen* seen) {
    return seen->sign.is_local && seen->sign.cause == cause;
  });
}

struct Judgement {
  Cause cause;
  Confidence confidence;
};

Judgement or_else(const Attribution& attribution, Cause cause) {
  return {attribution.cause.value_or(cause), attribution.confidence};
}

// Data that FFmpeg complains of and goes on with is no failure, until it stands still and no
// witness names another cause.
Judgement judge_standstill(const Evidence& evidence, Instant now) {
  if (is_stopped(evidence)) return {Cause::encoder_frozen, Confidence::high};
  const Attribution attribution = attribute_stall(evidence, now);
  const bool is_corrupt =
      evidence.corrupt_at && *evidence.corrupt_at + corrupt_lasts >= evidence.last_advance;
  const bool in_vain = evidence.read_in_vain_bytes.has_value();
  if (!attribution.cause && (is_corrupt || in_vain))
    return {Cause::source_corrupt, Confidence::medium};
  return or_else(attribution, Cause::encoder_frozen);
}

Judgement judge_fault(const Evidence& evidence, const Fault& fault, Instant now) {
  switch (fault.cause) {
    case Cause::encoder_frozen:
      if (!fault.off_air) return {fault.cause, Confidence::low};
      return judge_standstill(evidence, now);
    case Cause::encoder_slow:
      if (evidence.stood_for_source > Duration::zero())
        return {Cause::source_stalled, Confidence::medium};
      [[fallthrough]];
    case Cause::cpu_high:
      return or_else(attribute_slowness(evidence, now), fault.cause);
    default:
      break;
  }
  // A witness outside FFmpeg saw it; with another that agrees there is no doubt.
  const Attribution attribution = attribute_stall(evidence, now);
  const bool agreed =
      attribution.cause == fault.cause && attribution.confidence == Confidence::high;
  return {fault.cause, agreed ? Confidence::high : Confidence::medium};
}

// FFmpeg ended without a conclusive message. Its code counts where it is a cause's own; else a
// sink or source in trouble explains it better than a number.
Judgement judge_exit(const Evidence& evidence, bool reports_progress, Instant now) {
  const Cause cause = cause_of_exit(evidence, reports_progress);
  if (cause != Cause::encoder_failed) return {cause, Confidence::medium};
  const Attribution attribution = attribute_stall(evidence, now);
  // Without progress it is not known that the output stood, and silence alone ends no FFmpeg.
  if (!reports_progress && attribution.cause == Cause::source_stalled) {
    return {cause, Confidence::low};
  }
  return or_else(attribution, cause);
}

Judgement judge(const Evidence& evidence, const std::optional<Fault>& fault,
                const std::vector<const SignSeen*>& signs, bool reports_progress, Instant now) {
  if (evidence.spawn_error != 0) return {Cause::host_spawn_failed, Confidence::high};
  if (was_out_of_memory(evidence)) return {Cause::host_out_of_memory, Confidence::high};
  if (exceeded_file_size(evidence)) return {Cause::host_disk_full, Confidence::high};
  if (const SignSeen* sign = deciding_sign(evidence, signs, fault)) {
    const bool conclusive = sign->sign.rank >= Sign::conclusive;
    return {refined(*sign, evidence, reports_progress),
            conclusive ? Confidence::high : Confidence::medium};
  }
  if (fault) return judge_fault(evidence, *fault, now);
  if (evidence.exit && evidence.exit->signal) return {Cause::encoder_crashed, Confidence::high};
  return judge_exit(evidence, reports_progress, now);
}

void add_witnesses(const Evidence& evidence, Verdict& verdict) {
  std::vector<std::string>& sentences = verdict.evidence;
  for (std::string& sentence : sentences_of_witnesses(evidence, verdict.cause)) {
    const bool known = std::find(sentences.begin(), sentences.end(), sentence) != sentences.end();
    if (!known && sentences.size() < evidence_limit) sentences.push_back(std::move(sentence));
  }
}

}  // namespace

Verdict diagnose(const Evidence& evidence, const std::optional<Fault>& fault, Instant now,
                 bool reports_progress) {
  const auto signs = counting_signs(evidence);
  const Judgement judgement = judge(evidence, fault, signs, reports_progress, now);
  Verdict verdict{judgement.cause,
                  {first_sentence(evidence, fault, now, reports_progress)},
                  judgement.confidence,
                  output_of(judgement.cause, evidence, fault, signs),
                  is_local(judgement.cause, signs)};
  if (evidence.spawn_error != 0) return verdict;

  add_signs(verdict.evidence, signs);
  if (reports_progress) verdict.evidence.push_back(sentence_of_output(evidence, now));
  if (evidence.sample) {
    verdict.evidence.push_back(sentence_of_process(*evidence.sample, evidence.exit.has_value()));
  }
  add_witnesses(evidence, verdict);
  return verdict;
}

Strength permanence(const Evidence& evidence) {
  const auto signs = counting_signs(evidence);
  if (signs.empty() || signs.front()->sign.cause != Cause::command_invalid) {
    return Strength::possible;
  }
  if (evidence.first_advance || !evidence.exit || !evidence.exit->code) return Strength::possible;
  const bool names_it =
      std::ranges::any_of(signs, [](const SignSeen* seen) { return !seen->sign.retryable; });
  return names_it ? Strength::proven : Strength::likely;
}

bool ended_well(const Evidence& evidence) {
  if (!evidence.exit || evidence.exit->code != 0) return false;
  const auto signs = counting_signs(evidence);
  return signs.empty() || signs.front()->sign.rank < Sign::conclusive;
}

}  // namespace monitor
