#include "monitor/watch.hpp"

#include <algorithm>
#include <utility>

#include "monitor/judge.hpp"

namespace monitor {

namespace {

constexpr Duration figures_window = 10s;  // of the rates shown to people

}  // namespace

Watch::Watch(const Limits& limits, bool reports_progress, Instant launched_at)
    : reports_progress_(reports_progress),
      limits_(limits),
      freeze_(limits.startup_timeout, limits.freeze_timeout, launched_at),
      bitrate_(limits.bitrate_drop),
      speed_(limits.min_speed),
      cpu_(limits.cpu_percent),
      memory_(limits.memory_mb),
      delivery_(limits.sink_stall_timeout, limits.freeze_timeout),
      arrival_(limits.source_stall_timeout, launched_at),
      reception_(limits.sink_stall_timeout),
      content_(limits.content),
      memory_forecast_(launched_at),
      rates_(figures_window) {
  evidence_.launched_at = launched_at;
  evidence_.last_advance = launched_at;
}

bool Watch::on_progress(const Progress& block, Instant now) {
  if (!reports_progress_) return false;
  evidence_.last_block = now;
  evidence_.progress = block;
  rates_.on_progress(block, now);
  bitrate_.on_progress(block, now);
  speed_.on_progress(block, now);
  if (block.out_time) lag_forecast_.on_progress(*block.out_time, now);
  if (!freeze_.on_progress(block, now)) return false;
  if (!evidence_.first_advance) evidence_.first_advance = now;
  evidence_.last_advance = now;
  arrival_.on_advance(now);
  reception_.on_advance(now);
  return true;
}

void Watch::on_observation(const Observation& what, Instant now) {
  std::visit([this, now](const auto& seen) { on(seen, now); }, what);
}

void Watch::on(const ProcessSample& sample, Instant now) {
  evidence_.sample = sample;
  freeze_.on_sample(sample, now);
  cpu_.on_sample(sample, now);
  memory_.on_sample(sample, now);
  const HostSample host = evidence_.host.value_or(HostSample{});
  memory_forecast_.on_sample(sample.rss_bytes,
                             memory_ceiling(sample.rss_bytes, limits_.memory_mb, host), now);
}

void Watch::on_sign(const Sign& sign, std::string text, Instant now) {
  corruption_.on_sign(sign, now);
  remember(evidence_, {sign, std::move(text), now});
}

void Watch::on(const ConnectionSamples& all, Instant now) {
  connections_ = all;
  delivery_.on_connections(all, has_advanced(), now);
  arrival_.on_connections(all, now);
  refresh_evidence(now);
  if (is_path_silent()) reception_.rebase();
  // What is not taken holds FFmpeg up, and says nothing of its bitrate.
  if (delivery_.is_taking() == false) bitrate_.rebase();
}

void Watch::on(const HostSample& sample, Instant now) {
  if (!evidence_.first_host) evidence_.first_host = sample;
  evidence_.host = sample;
  throttle_.on_host(sample, now);
  evidence_.throttled_share = throttle_.share();
  arrival_.on_host(sample, now);
  refresh_evidence(now);
}

void Watch::on(const std::vector<SpaceSample>& folders, Instant now) {
  space_.on_space(folders, now);
}

void Watch::on(const SinkReport& report, Instant now) {
  reception_.on_report(report, now);
  evidence_.sink_report = report;
  // What never answered is no sign: the URL may be another server's.
  if (!reception_.silent_since()) evidence_.sink_report->silent_for.reset();
  evidence_.sink_is_receiving = reception_.is_receiving();
  delivery_.doubt(reception_.silent_since());
  refresh_evidence(now);
}

void Watch::on(const ContentMark& mark, Instant now) {
  content_.on_mark(mark, now);
}

bool Watch::is_path_silent() const {
  return evidence_.delivery && evidence_.delivery->trouble == DeliveryTrouble::path_silent;
}

void Watch::refresh_evidence(Instant now) {
  evidence_.delivery = delivery_.at(now);
  if (!delivery_.is_taking()) evidence_.delivery.reset();
  evidence_.arrival = arrival_.at(now);
  evidence_.source_has_alibi = arrival_.has_alibi();
  if (corruption_.check(now)) evidence_.corrupt_at = now;
}

std::optional<bool> Watch::sink_is_taking() const {
  const auto taking = delivery_.is_taking();
  const auto receiving = reception_.is_receiving();
  if (!taking || !receiving) return taking ? taking : receiving;
  return *taking && *receiving;
}

Readings Watch::readings(Instant now) const {
  return {.progress = evidence_.progress,
          .process = evidence_.sample,
          .host = evidence_.host,
          .fps = rates_.fps(now),
          .speed = rates_.speed(now),
          .bitrate_bps = rates_.bitrate_bps(now),
          .baseline_bps = bitrate_.baseline_bps(),
          .connections = connections_,
          .delivered_bps = delivery_.bps(),
          .sink_is_taking = sink_is_taking(),
          .witnesses = sentences_of_witnesses(evidence_),
          .memory_growth_bytes_per_second = memory_forecast_.growth_bytes_per_second(),
          .memory_limit_in = memory_forecast_.time_to_limit(),
          .lag = lag_forecast_.lag(),
          .lag_growth = lag_forecast_.growth()};
}

void Watch::on_exit(const ExitStatus& status) {
  evidence_.exit = status;
}

void Watch::on_spawn_error(int error_number) {
  evidence_.spawn_error = error_number;
}

void Watch::rebase(Instant now) {
  freeze_.rebase(now);
  bitrate_.rebase();
  speed_.rebase();
  cpu_.rebase();
  memory_.rebase();
  delivery_.rebase(now);
  arrival_.rebase(now);
  reception_.rebase();
  delivery_.doubt(std::nullopt);
  content_.rebase(now);
  rates_.rebase();
}

void Watch::adjust(const Limits& limits) {
  const Limits before = std::exchange(limits_, limits);
  freeze_.set_limits(limits.startup_timeout, limits.freeze_timeout);
  delivery_.set_limits(limits.sink_stall_timeout, limits.freeze_timeout);
  arrival_.set_limit(limits.source_stall_timeout);
  if (limits.bitrate_drop != before.bitrate_drop) bitrate_ = BitrateDetector(limits.bitrate_drop);
  if (limits.min_speed != before.min_speed) speed_ = SpeedDetector(limits.min_speed);
  if (limits.cpu_percent != before.cpu_percent) cpu_ = CpuDetector(limits.cpu_percent);
  if (limits.memory_mb != before.memory_mb) memory_ = MemoryDetector(limits.memory_mb);
  // Another server's statistics may be read from now on.
  reception_ = ReceptionDetector(limits.sink_stall_timeout);
  evidence_.sink_report.reset();
  evidence_.sink_is_receiving.reset();
  delivery_.doubt(std::nullopt);
}

std::vector<Fault> Watch::check(Instant now) {
  refresh_evidence(now);
  std::vector<Fault> faults;
  const auto add = [&faults](std::optional<Fault> fault) {
    if (fault) faults.push_back(std::move(*fault));
  };
  // What a witness saw tells more than that nothing comes out.
  add(delivery_.check(now));
  // What the network swallows the server has not received: it is given the kernel's patience.
  if (!is_path_silent()) add(reception_.check(now));
  add(space_.check(now));
  if (reports_progress_) {
    add(arrival_.check(now));
    add(freeze_.check(now));
    add(bitrate_.check(now));
    add(speed_.check(now));
  }
  add(cpu_.check(now));
  const auto memory = memory_.check(now);
  add(memory ? memory : memory_forecast_.check());
  add(corruption_.check(now));
  for (Fault& fault : content_.check(now)) faults.push_back(std::move(fault));
  std::stable_partition(faults.begin(), faults.end(),
                        [](const Fault& fault) { return fault.off_air; });
  return faults;
}

Instant Watch::deadline(Instant checked_at) const {
  Instant earliest = never;
  const auto add = [&earliest, checked_at](Instant deadline) {
    if (deadline > checked_at) earliest = std::min(earliest, deadline);
  };
  add(delivery_.deadline());
  add(reception_.deadline());
  add(space_.deadline());
  add(content_.deadline(checked_at));
  if (reports_progress_) {
    add(arrival_.deadline());
    add(freeze_.deadline());
    add(bitrate_.deadline());
    add(speed_.deadline());
  }
  add(cpu_.deadline());
  add(memory_.deadline());
  add(corruption_.deadline());
  return earliest;
}

}  // namespace monitor
