#include "recovery/detection.hpp"

#include <algorithm>
#include <variant>

namespace recovery {

namespace {
constexpr Duration first_samples = 2s;  // after the first advance, where the kernel shows any
}

void Detection::begin(const monitor::Limits& limits, bool reports_progress, Instant now,
                      const std::vector<monitor::Output>& outputs) {
  past_totals_ = totals_with_present();
  watch_.emplace(limits, reports_progress, now, outputs);
  observed_at_.reset();
  checked_at_ = now;
}

OutputTotals Detection::totals_with_present() const {
  OutputTotals totals = past_totals_;
  if (!watch_) return totals;
  const std::vector<std::string> names = watch_->outputs().names();
  for (std::size_t number = 0; number < names.size(); ++number) {
    OutputTotal* total = totals.of(names[number]);
    const auto present = watch_->outputs().delivered_bytes(number);
    if (total && present) total->delivered_bytes = total->delivered_bytes.value_or(0) + *present;
  }
  return totals;
}

void Detection::count_restart(const std::string& output) {
  if (OutputTotal* total = past_totals_.of(output)) ++total->restarts;
}

void Detection::idle_input(bool is_idle, Instant now) {
  if (input_is_idle_ && !is_idle && watch_) {
    watch_->rebase(now);
    checked_at_ = now;
  }
  input_is_idle_ = is_idle;
}

std::vector<monitor::Fault> Detection::check(Instant now) {
  if (is_muted()) return {};
  checked_at_ = now;
  return proven_faults(now);
}

std::vector<monitor::Fault> Detection::proven_faults(Instant now) {
  std::vector<monitor::Fault> faults = watch_->check(now);
  for (monitor::Fault& fault : faults) {
    // What began at a time of its own was seen by a witness, which may tell nothing any more.
    const Instant seen_at = fault.since ? observed_at_.value_or(now) : now;
    fault.off_air = fault.off_air && suffices({fault.strength, seen_at}, ending_for(fault), now);
  }
  std::ranges::stable_partition(faults, &monitor::Fault::off_air);
  return faults;
}

Act Detection::ending_for(const monitor::Fault& fault) const {
  if (!watch_->has_advanced()) return Act::end_waiting;
  const bool advances = fault.since && evidence().last_advance > *fault.since;
  return advances ? Act::end_advancing : Act::end_standing;
}

Instant Detection::deadline() const {
  return is_muted() ? monitor::never : watch_->deadline(*checked_at_);
}

void Detection::observe(const monitor::Observation& what, Instant now) {
  watch_->on_observation(what, now);
  observed_at_ = now;
  if (std::holds_alternative<monitor::ConnectionSamples>(what)) kernel_reports_ = true;
}

bool Detection::sink_is_proven(Duration stall_timeout, Instant now) const {
  const auto since = evidence().first_advance;
  const bool waited = since && now - *since >= stall_timeout;
  if (waited || !kernel_reports_ || watch_->outputs().publishes()) return true;
  return watch_->delivery().server_app_reads().value_or(false);
}

Proof Detection::output_is_connected(Instant now) const {
  using monitor::Strength;
  if (watch_->output_is_connected()) return {Strength::proven, now};
  if (kernel_reports_ || watch_->outputs().publishes()) return {Strength::possible, now};
  // The first samples are about to come, or never will.
  const auto since = evidence().first_advance;
  const bool none_come = since && now - *since >= first_samples;
  return {none_come ? Strength::likely : Strength::possible, now};
}

monitor::Verdict Detection::diagnose(const std::optional<monitor::Fault>& fault, Instant now,
                                     bool reports_progress) const {
  // What this FFmpeg shows is not about an output that another one publishes.
  if (fault && watch_->outputs().is_published(fault->output)) {
    return {fault->cause, {fault->sentence}, monitor::Confidence::medium, fault->output};
  }
  return monitor::diagnose(evidence(), fault, now, reports_progress);
}

}  // namespace recovery
