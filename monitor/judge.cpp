#include "monitor/judge.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>

#include "monitor/text/sentence.hpp"

namespace monitor {
namespace {

using std::chrono_literals::operator""s;
using Sink = DeliveryTrouble;
using Source = Arrival::Trouble;

constexpr Duration telling_silence = 3s;
constexpr double telling_throttle = 0.1;    // of wall time, where a stream is slow
constexpr double crippling_throttle = 0.5;  // … where it stands still
constexpr double busy_cpu_share = 0.8;      // of what it may use
constexpr double idle_cpu_share =
    0.5;  // of what it may use: an encoder below this waits for something

std::optional<Cause> cause_of(const std::optional<Delivery>& delivery) {
  if (!delivery) return std::nullopt;
  switch (delivery->trouble) {
    case Sink::none:
    case Sink::too_slow:
      return std::nullopt;
    case Sink::unanswered:
      return Cause::sink_unreachable;
    case Sink::not_read:
    case Sink::mute:
      return Cause::sink_stalled;
    case Sink::path_silent:
    case Sink::disconnected:
      return Cause::sink_lost;
  }
  return std::nullopt;
}

std::optional<Cause> cause_of(const std::optional<Arrival>& arrival) {
  if (!arrival) return std::nullopt;
  switch (arrival->trouble) {
    case Source::none:
      return std::nullopt;
    case Source::unanswered:
      return Cause::source_unreachable;
    case Source::silent:
    case Source::nothing_new:
    case Source::empty_pipe:
      return Cause::source_stalled;
    case Source::disconnected:
      return Cause::source_ended;
  }
  return std::nullopt;
}

// What began long after the output stood is not what it stands for.
bool explains_standstill(Instant since, const Evidence& evidence, Instant now) {
  const Duration lasted = now - since;
  return lasted >= telling_silence || lasted * 2 >= now - evidence.last_advance;
}

// All the CPU it may use since its launch, and nothing out yet.
bool is_overtaxed(const Evidence& evidence) {
  const auto& sample = evidence.sample;
  return !evidence.first_advance && sample &&
         sample->cpu_percent >= sample->cpus_allowed * 100 * busy_cpu_share;
}

bool uses_little_cpu(const Evidence& evidence) {
  const auto& sample = evidence.sample;
  return sample && sample->cpu_percent < sample->cpus_allowed * 100 * idle_cpu_share;
}

// What a sink does not take waits in FFmpeg's socket.
bool is_held_back_by_sink(const Evidence& evidence) {
  if (!evidence.delivery) return false;
  return evidence.delivery->trouble == Sink::too_slow || evidence.delivery->send_queue_held;
}

// It has read all that came. One that is slow itself leaves bytes of its source unread.
bool is_held_back_by_source(const Evidence& evidence) {
  return evidence.waits_for_source && uses_little_cpu(evidence) &&
         evidence.throttled_share < telling_throttle && !is_held_back_by_sink(evidence);
}

}  // namespace

Attribution attribute_stall(const Evidence& evidence, Instant now) {
  if (const auto cause = cause_of(evidence.delivery)) {
    const bool hangs = evidence.sink_report && evidence.sink_report->silent_for;
    const bool agreed = hangs || evidence.sink_is_receiving == false || evidence.has_input_backlog;
    return {cause, agreed ? Confidence::high : Confidence::medium};
  }
  if (evidence.sink_is_receiving == false && evidence.has_input_backlog) {
    return {Cause::sink_stalled, Confidence::medium};
  }
  if (evidence.output_pipe && explains_standstill(evidence.output_pipe->since, evidence, now)) {
    const bool has_reader = evidence.output_pipe->has_reader;
    return {has_reader ? Cause::sink_stalled : Cause::sink_unreachable, Confidence::high};
  }
  const auto source = cause_of(evidence.arrival);
  if (source && explains_standstill(evidence.arrival->since, evidence, now)) {
    return {source, evidence.delivery ? Confidence::high : Confidence::medium};
  }
  if (evidence.throttled_share >= crippling_throttle) {
    return {Cause::host_cpu_throttled, Confidence::medium};
  }
  if (is_overtaxed(evidence)) return {Cause::encoder_slow, Confidence::medium};
  // Both ends are in order: what stands still is between them.
  const bool both_ruled_out = evidence.has_input_backlog && evidence.delivery;
  return {std::nullopt, both_ruled_out ? Confidence::high : Confidence::low};
}

Attribution attribute_slowness(const Evidence& evidence, Instant now) {
  // First: for a second or two a window can be down under a sink that reads.
  if (is_held_back_by_source(evidence)) return {Cause::source_stalled, Confidence::medium};
  if (const auto cause = cause_of(evidence.delivery)) return {cause, Confidence::medium};
  if (evidence.delivery && evidence.delivery->trouble == Sink::too_slow) {
    return {Cause::sink_stalled, Confidence::high};
  }
  if (evidence.delivery && evidence.delivery->send_queue_held && uses_little_cpu(evidence)) {
    return {Cause::sink_stalled, Confidence::medium};
  }
  if (evidence.throttled_share >= telling_throttle) {
    return {Cause::host_cpu_throttled, Confidence::high};
  }
  // Between two bursts every source is silent.
  const auto source = cause_of(evidence.arrival);
  const bool lasts = source && now - evidence.arrival->since >= telling_silence;
  if (lasts && uses_little_cpu(evidence)) return {source, Confidence::medium};
  return {std::nullopt, evidence.has_input_backlog ? Confidence::high : Confidence::medium};
}

bool was_out_of_memory(const Evidence& evidence) {
  if (!evidence.exit || evidence.exit->signal != SIGKILL) return false;
  if (!evidence.host) return false;
  const auto& before = evidence.oom_kills_before;
  const auto& after = evidence.host->oom_kills;
  return before && after && *after > *before;
}

std::vector<std::string> sentences_of_witnesses(const Evidence& evidence,
                                                std::optional<Cause> verdict) {
  std::vector<std::string> sentences;
  if (evidence.delivery && evidence.delivery->trouble != Sink::none) {
    sentences.push_back(evidence.delivery->sentence);
  }
  if (evidence.output_pipe) sentences.push_back(evidence.output_pipe->sentence);
  if (evidence.arrival && evidence.arrival->trouble != Source::none) {
    sentences.push_back(evidence.arrival->sentence);
  }
  if (was_out_of_memory(evidence)) {
    sentences.push_back(
        sentence("The kernel's count of out-of-memory kills went "
                 "from %llu to %llu.",
                 static_cast<unsigned long long>(*evidence.oom_kills_before),
                 static_cast<unsigned long long>(*evidence.host->oom_kills)));
  }
  if (evidence.throttled_share >= telling_throttle) {
    sentences.push_back(
        sentence("The control group's CPU quota kept it from running %.0f %% of the "
                 "time.",
                 evidence.throttled_share * 100));
  }
  if (evidence.sink_report) sentences.push_back(evidence.sink_report->sentence);
  if (evidence.read_in_vain_bytes) {
    sentences.push_back(sentence("FFmpeg has read %.1f kB of its source since then.",
                                 static_cast<double>(*evidence.read_in_vain_bytes) / 1e3));
  }
  const bool has_losses = evidence.arrival && !evidence.arrival->losses.empty();
  if (has_losses) sentences.push_back(evidence.arrival->losses);
  if (evidence.has_input_backlog && !has_losses) {
    sentences.emplace_back("The source delivers: bytes of it wait to be read by FFmpeg.");
  }
  if (evidence.waits_for_source) {
    sentences.emplace_back(
        "FFmpeg waits for its source: most of the time it has read all that came.");
  }
  if (evidence.stood_for_source > Duration::zero()) {
    sentences.push_back(
        sentence("In the last seconds the output stood for %.1f s as nothing came from the source.",
                 seconds(evidence.stood_for_source)));
  }
  if (evidence.delivery && evidence.delivery->send_queue_held) {
    sentences.emplace_back("FFmpeg's socket has held unsent data all the time.");
  }
  // The kernel's last word may be older than what went wrong.
  const bool is_sink = verdict && component_of(*verdict) == Component::sink;
  const bool sink_is_well =
      !is_sink && evidence.delivery && evidence.delivery->trouble == Sink::none;
  if (sink_is_well && !evidence.delivery->send_queue_held && evidence.first_advance) {
    sentences.emplace_back("The sink takes all data: FFmpeg's socket holds none unsent.");
  }
  return sentences;
}

}  // namespace monitor
