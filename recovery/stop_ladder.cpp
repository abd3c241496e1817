#include "recovery/stop_ladder.hpp"

#include <csignal>
#include <variant>

namespace recovery {

using monitor::Strength;

namespace {

constexpr Duration until_unkillable = std::chrono::seconds(2);  // a killed process is gone in ms

// Runs, or waits for a disk: it does something, whatever its counters say yet.
bool is_at_work(const monitor::ProcessSample& sample) {
  return sample.state == 'R' || sample.state == 'D';
}

}  // namespace

int StopLadder::begin(bool at_once, Instant now) {
  rung_ = Rung::none;
  work_.reset();
  acked_bytes_.reset();
  if (at_once) return *kill(now);
  rung_ = Rung::first_term;
  due_at_ = now + grace_;
  return SIGTERM;
}

std::optional<int> StopLadder::observe(const monitor::Observation& what, Instant now) {
  if (rung_ != Rung::first_term) return std::nullopt;
  if (const auto* connections = std::get_if<monitor::ConnectionSamples>(&what)) {
    observe_connections(*connections, now);
  }
  const auto* sample = std::get_if<monitor::ProcessSample>(&what);
  return sample ? observe_process(*sample, now) : std::nullopt;
}

std::optional<int> StopLadder::observe_process(const monitor::ProcessSample& sample, Instant now) {
  if (!suffices(standstill(sample, now), Act::send_second_term, now)) return std::nullopt;
  rung_ = Rung::second_term;
  return SIGTERM;
}

// That FFmpeg does nothing any more.
Proof StopLadder::standstill(const monitor::ProcessSample& sample, Instant now) {
  if (!sample.written_bytes) {  // it cannot be seen
    work_.reset();
    return {Strength::possible, now};
  }
  const Work work{sample.cpu_time, *sample.written_bytes};
  if (work_ != work || is_at_work(sample)) {
    work_ = work;
    still_since_ = now;
    return {Strength::possible, now};
  }
  const bool for_long = now - still_since_ >= still_before_second_term;
  return {for_long ? Strength::proven : Strength::likely, now};
}

void StopLadder::observe_connections(const monitor::ConnectionSamples& samples, Instant now) {
  std::uint64_t acked = 0;
  for (const monitor::ConnectionSample& sample : samples) acked += sample.acked_bytes;
  if (acked_bytes_ && *acked_bytes_ != acked) still_since_ = now;
  acked_bytes_ = acked;
}

std::optional<int> StopLadder::climb(Instant now) {
  if (now < due_at_) return std::nullopt;
  switch (rung_) {
    case Rung::none:
      return std::nullopt;
    case Rung::first_term:
    case Rung::second_term:
      return kill(now);
    case Rung::killed:
    case Rung::unkillable:
      rung_ = Rung::unkillable;
      due_at_ = now + until_unkillable;
      return SIGKILL;
  }
  return std::nullopt;
}

std::optional<int> StopLadder::kill(Instant now) {
  if (rung_ == Rung::killed || rung_ == Rung::unkillable) return std::nullopt;
  rung_ = Rung::killed;
  due_at_ = now + until_unkillable;
  return SIGKILL;
}

}  // namespace recovery
