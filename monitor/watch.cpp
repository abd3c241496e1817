#include "monitor/watch.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "monitor/judge.hpp"

namespace monitor {

namespace {

constexpr Duration figures_window = 10s;  // of the rates that are shown

template <class Detectors, class Function>
void for_each(Detectors detectors, Function function) {
  std::apply([&function](auto&... each) { (function(each), ...); }, detectors);
}

void add(std::vector<Fault>& faults, std::optional<Fault> fault) {
  if (fault) faults.push_back(std::move(*fault));
}

void add(std::vector<Fault>& faults, std::vector<Fault> more) {
  std::ranges::move(more, std::back_inserter(faults));
}

bool has_cause(const std::vector<Fault>& faults, Cause cause) {
  return std::ranges::find(faults, cause, &Fault::cause) != faults.end();
}

// One that may find several faults knows the next of them.
template <class Detector>
Instant deadline_of(const Detector& detector, Instant checked_at) {
  if constexpr (requires { detector.deadline(checked_at); })
    return detector.deadline(checked_at);
  else
    return detector.deadline();
}

}  // namespace

Watch::Watch(const Limits& limits, bool reports_progress, Instant launched_at,
             std::vector<Output> outputs)
    : reports_progress_(reports_progress),
      limits_(limits),
      detectors_(limits, launched_at, std::move(outputs)),
      memory_forecast_(launched_at),
      rates_(figures_window) {
  evidence_.launched_at = launched_at;
  evidence_.last_advance = launched_at;
  evidence_.outputs = detectors_.outputs.names();
  if (detectors_.outputs.is_known()) detectors_.delivery.leave_losses();
  if (!reports_progress) detectors_.outputs.on_advance(launched_at);
}

bool Watch::on_progress(const Progress& block, Instant now) {
  if (!reports_progress_) return false;
  evidence_.last_block = now;
  evidence_.progress = block;
  rates_.on_progress(block, now);
  detectors_.bitrate.on_progress(block, now);
  detectors_.speed.on_progress(block, now);
  if (block.out_time) lag_forecast_.on_progress(*block.out_time, now);
  if (!detectors_.freeze.on_progress(block, now)) return false;
  if (!evidence_.first_advance) evidence_.first_advance = now;
  evidence_.last_advance = now;
  detectors_.outputs.on_advance(now);
  detectors_.arrival.on_advance(now);
  detectors_.reception.on_advance(now);
  return true;
}

void Watch::on_observation(const Observation& what, Instant now) {
  std::visit([this, now](const auto& seen) { on(seen, now); }, what);
}

void Watch::on(const ProcessSample& sample, Instant now) {
  evidence_.sample = sample;
  detectors_.freeze.on_sample(sample, now);
  detectors_.cpu.on_sample(sample, now);
  detectors_.memory.on_sample(sample, now);
  const HostSample host = evidence_.host.value_or(HostSample{});
  memory_forecast_.on_sample(sample.rss_bytes,
                             memory_ceiling(sample.rss_bytes, limits_.memory_mb, host), now);
}

void Watch::on_sign(const Sign& sign, std::string text, Instant now) {
  detectors_.corruption.on_sign(sign, now);
  detectors_.outputs.on_sign(sign, now);
  remember(evidence_, {sign, std::move(text), now});
}

void Watch::on(const ConnectionSamples& all, Instant now) {
  connections_ = all;
  const auto acknowledged = detectors_.delivery.acknowledged_bytes();
  detectors_.outputs.on_connections(all, now);
  detectors_.delivery.on_connections(all, has_advanced(), now);
  if (const auto present = detectors_.delivery.acknowledged_bytes()) {
    detectors_.reception.on_acknowledged(*present > acknowledged.value_or(0), now);
  }
  detectors_.arrival.on_connections(all, now);
  refresh_evidence(now);
  if (is_path_silent()) detectors_.reception.rebase();
  // A sink that takes nothing slows FFmpeg down: its bitrate is then not judged.
  if (detectors_.delivery.is_taking() == false) detectors_.bitrate.rebase();
}

void Watch::on(const HostSample& sample, Instant now) {
  if (!evidence_.first_host) evidence_.first_host = sample;
  evidence_.host = sample;
  throttle_.on_host(sample, now);
  evidence_.throttled_share = throttle_.share();
  detectors_.arrival.on_host(sample, now);
  refresh_evidence(now);
}

void Watch::on(const SinkReport& report, Instant now) {
  detectors_.reception.on_report(report, now);
  evidence_.sink_report = report;
  // What never answered is no sign: the URL may be another server's.
  if (!detectors_.reception.silent_since()) evidence_.sink_report->silent_for.reset();
  evidence_.sink_is_receiving = detectors_.reception.is_receiving();
  detectors_.delivery.suspect(detectors_.reception.silent_since());
  refresh_evidence(now);
}

bool Watch::is_path_silent() const {
  return evidence_.delivery && evidence_.delivery->trouble == DeliveryTrouble::path_silent;
}

void Watch::refresh_evidence(Instant now) {
  evidence_.delivery = detectors_.delivery.at(now);
  evidence_.troubled_output = detectors_.outputs.name_of(evidence_.delivery->connection);
  if (!detectors_.delivery.is_taking()) evidence_.delivery.reset();
  evidence_.arrival = detectors_.arrival.at(now);
  evidence_.has_input_backlog = detectors_.arrival.has_backlog();
  if (detectors_.corruption.check(now)) evidence_.corrupt_at = now;
}

// A connection of an unknown side can be the output's: a redirect, a name with several addresses.
bool Watch::output_is_connected() const {
  if (detectors_.outputs.is_known()) return detectors_.outputs.is_connected();
  return std::ranges::any_of(connections_, [](const ConnectionSample& each) {
    return each.kind == ConnectionSample::Kind::tcp && each.side != Side::input &&
           each.phase == ConnectionSample::Phase::established && each.acked_bytes > 0;
  });
}

// The kernel's counters come first: the server's statistics may show another worker's view.
std::optional<bool> Watch::sink_is_taking() const {
  const auto taking = detectors_.delivery.is_taking();
  return taking ? taking : detectors_.reception.is_receiving();
}

// A connection that is there and takes nothing is no better than none.
std::vector<OutputReading> Watch::output_readings(Instant now) const {
  std::vector<OutputReading> readings = detectors_.outputs.readings(now);
  if (detectors_.delivery.is_taking().value_or(true)) return readings;
  const Delivery delivery = detectors_.delivery.at(now);
  const std::string_view troubled = detectors_.outputs.name_of(delivery.connection);
  for (OutputReading& reading : readings) {
    if (reading.name != troubled || reading.state != OutputState::on_air) continue;
    reading.state = OutputState::lost;
    reading.sentence = delivery.sentence;
  }
  return readings;
}

Readings Watch::readings(Instant now) const {
  return {.progress = evidence_.progress,
          .process = evidence_.sample,
          .host = evidence_.host,
          .fps = rates_.fps(now),
          .speed = rates_.speed(now),
          .bitrate_bps = rates_.bitrate_bps(now),
          .baseline_bps = detectors_.bitrate.baseline_bps(),
          .connections = connections_,
          .delivered_bps = detectors_.delivery.bps(),
          .sink_is_taking = sink_is_taking(),
          .outputs = output_readings(now),
          .witnesses = sentences(),
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
  for_each(Detectors::all(detectors_), [now](auto& detector) {
    if constexpr (requires { detector.rebase(now); })
      detector.rebase(now);
    else
      detector.rebase();
  });
  detectors_.delivery.suspect(std::nullopt);
  rates_.rebase();
}

void Watch::adjust(const Limits& limits) {
  limits_ = limits;
  for_each(Detectors::all(detectors_), [&limits](auto& detector) { detector.adjust(limits); });
  evidence_.sink_report.reset();
  evidence_.sink_is_receiving.reset();
  detectors_.delivery.suspect(std::nullopt);
}

std::vector<Fault> Watch::check(Instant now) {
  refresh_evidence(now);
  std::vector<Fault> faults;
  for_each(Detectors::all(detectors_), [&](const auto& detector) {
    if (counts(detector)) add(faults, detector.check(now));
  });
  // A limit that is passed already needs no forecast.
  if (!has_cause(faults, Cause::memory_high)) add(faults, memory_forecast_.check());
  std::ranges::stable_partition(faults, &Fault::off_air);
  name_outputs(faults, now);
  return faults;
}

// What the counters of a connection show is about the output that it serves.
void Watch::name_outputs(std::vector<Fault>& faults, Instant now) const {
  for (Fault& fault : faults) {
    if (component_of(fault.cause) != Component::sink || !fault.output.empty()) continue;
    fault.output = detectors_.outputs.name_of(detectors_.delivery.at(now).connection);
    if (fault.output.empty() && evidence_.outputs.size() == 1) {
      fault.output = evidence_.outputs.front();
    }
  }
}

std::vector<std::string> Watch::sentences() const {
  std::vector<std::string> all = sentences_of_witnesses(evidence_);
  std::ranges::move(detectors_.outputs.unseen(), std::back_inserter(all));
  return all;
}

Instant Watch::deadline(Instant checked_at) const {
  Instant earliest = never;
  for_each(Detectors::all(detectors_), [&](const auto& detector) {
    if (!counts(detector)) return;
    const Instant due = deadline_of(detector, checked_at);
    if (due > checked_at) earliest = std::min(earliest, due);
  });
  return earliest;
}

}  // namespace monitor
