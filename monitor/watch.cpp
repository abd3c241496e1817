#include "monitor/watch.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "monitor/judge.hpp"

namespace monitor {

namespace {

constexpr Duration usual_block = 3s;               // at the latest, one comes
constexpr std::uint64_t telling_read = 32 * 1024;  // bytes; an answer to a keep-alive is less

constexpr Duration kill_is_seen = 3s;  // by the kernel's count, after the end
constexpr std::size_t oom_kills_limit = 32;

constexpr Duration delivers_lately = 2s;  // the kernel is asked each second
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
  note_gap(now);
  if (!evidence_.first_advance) evidence_.first_advance = now;
  evidence_.last_advance = now;
  detectors_.outputs.on_advance(now);
  detectors_.unpublished.on_advance(detectors_.outputs.awaits_media(), now);
  detectors_.arrival.on_advance(now);
  detectors_.reception.on_advance(now);
  pipe_output_.on_advance();
  return true;
}

void Watch::on_observation(const Observation& what, Instant now) {
  std::visit([this, now](const auto& seen) { on(seen, now); }, what);
}

void Watch::on(const ProcessSample& sample, Instant now) {
  evidence_.sample = sample;
  input_flow_.on_sample(sample, now);
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
  note_gap(now);
  connections_ = all;
  const auto acknowledged = detectors_.delivery.acknowledged_bytes();
  detectors_.delivery.await_answer(waits_for_sink() && !makes_first_frame(now), now);
  detectors_.outputs.on_connections(all, now);
  detectors_.delivery.on_connections(all, has_advanced(), now);
  if (const auto present = detectors_.delivery.acknowledged_bytes()) {
    // What FFmpeg holds back (its muxer, until a missing stream's time has come) cannot arrive.
    const bool grew = *present > acknowledged.value_or(0);
    detectors_.reception.on_acknowledged(grew || detectors_.delivery.has_sent_all(), now);
  }
  detectors_.arrival.on_connections(all, now);
  input_flow_.on_connections(all, now);
  refresh_evidence(now);
  if (is_path_silent()) detectors_.reception.rebase();
  // A sink that takes nothing slows FFmpeg down: its bitrate is then not judged.
  if (detectors_.delivery.is_taking() == false) detectors_.bitrate.rebase();
}

void Watch::on(const HostSample& sample, Instant now) {
  // A kill of long ago is another process's.
  while (oom_kills_.size() > 1 && now - oom_kills_[1].at >= kill_is_seen) oom_kills_.pop_front();
  if (oom_kills_.size() == oom_kills_limit) oom_kills_.pop_back();
  oom_kills_.push_back({now, sample.oom_kills});
  evidence_.oom_kills_before = oom_kills_.front().count;
  evidence_.host = sample;
  throttle_.on_host(sample, now);
  evidence_.throttled_share = throttle_.share();
  refresh_evidence(now);
}

void Watch::on(const WaitSample& sample, Instant now) {
  note_gap(now);
  evidence_.waited_for_pipe |= sample.reads_pipe;
  detectors_.arrival.on_waits(sample, now);
  pipe_output_.on_waits(sample, now);
  input_flow_.on_waits(sample, now);
  refresh_evidence(now);
}

void Watch::on(const SinkReport& report, Instant now) {
  detectors_.reception.on_report(report, now);
  evidence_.sink_report = report;
  // What never answered is no sign: the URL may be another server's.
  if (!detectors_.reception.silent_since()) evidence_.sink_report->silent_for.reset();
  evidence_.sink_is_receiving = detectors_.reception.is_receiving();
  detectors_.delivery.suspect(detectors_.reception.silent_since());
  detectors_.delivery.acquit(detectors_.reception.receives_until());
  refresh_evidence(now);
}

// FFmpeg opens its inputs before its outputs and reports nothing until all of them are open and
// have a first frame. So it waits for an output where nothing is reported and its source has
// something for it that it does not take: unread bytes, or it is no connection and no pipe.
bool Watch::waits_for_sink() const {
  if (!reports_progress_ || evidence_.last_block || has_advanced()) return false;
  const auto is_source = [](const ConnectionSample& each) {
    return each.side == Side::input || each.kind == ConnectionSample::Kind::udp;
  };
  const auto waits = [](const ConnectionSample& each) { return each.unread_bytes > 0; };
  const bool is_local = std::ranges::none_of(connections_, is_source);
  if (is_local) return evidence_.host && !evidence_.waited_for_pipe;
  return std::ranges::all_of(
      connections_, [&](const ConnectionSample& each) { return !is_source(each) || waits(each); });
}

// Of a connection that FFmpeg has read, `since` is when it last delivered.
bool Watch::source_delivers(Instant now) const {
  const auto& arrival = evidence_.arrival;
  return arrival && arrival->trouble == Arrival::Trouble::silent && arrival->is_connected &&
         now - arrival->since < delivers_lately;
}

// By what was seen last: what comes now ends the gap. While the sink holds FFmpeg up, a source that
// was read whole is silent, too.
void Watch::note_gap(Instant now) {
  const auto& arrival = evidence_.arrival;
  const auto& delivery = evidence_.delivery;
  if (!evidence_.first_advance || !arrival || arrival->trouble == Arrival::Trouble::none) return;
  if (evidence_.has_input_backlog || evidence_.output_pipe) return;
  if (delivery && (delivery->trouble != DeliveryTrouble::none || delivery->send_queue_held)) return;
  source_gaps_.note(std::max(arrival->since, evidence_.last_advance), now);
}

Duration Watch::explained_by_source(Instant now) const {
  const std::optional<double> speed = rates_.speed(now);
  if (!speed) return {};
  const Duration stood = source_gaps_.total(now);
  return seconds(stood) * 2 >= seconds(figures_window) * (1 - *speed) ? stood : Duration{};
}

// The first frame can take longer than an answer: one each 9 s, or after a long file's beginning.
bool Watch::makes_first_frame(Instant now) const {
  const Delivery delivery = detectors_.delivery.at(now);
  return delivery.trouble == DeliveryTrouble::mute && input_flow_.is_at_work(delivery.since);
}

bool Watch::is_path_silent() const {
  return evidence_.delivery && evidence_.delivery->trouble == DeliveryTrouble::path_silent;
}

void Watch::refresh_evidence(Instant now) {
  evidence_.delivery = detectors_.delivery.at(now);
  evidence_.troubled_output = detectors_.outputs.name_of(evidence_.delivery->connection);
  if (!detectors_.delivery.is_taking()) evidence_.delivery.reset();
  evidence_.output_pipe = pipe_output_.at(now);
  evidence_.arrival = detectors_.arrival.at(now);
  evidence_.has_input_backlog = detectors_.arrival.has_backlog();
  if (detectors_.corruption.check(now)) evidence_.corrupt_at = now;
  evidence_.waits_for_source = input_flow_.waits_for_source();
  evidence_.stood_for_source = explained_by_source(now);
  const std::uint64_t read = input_flow_.read_bytes(evidence_.last_advance);
  const bool in_vain = read >= telling_read && input_flow_.is_taken_in(evidence_.last_advance, now);
  evidence_.read_in_vain_bytes = in_vain ? std::optional(read) : std::nullopt;
}

// A connection of an unknown side can be the output's: a redirect, a name with several addresses.
bool Watch::output_is_connected() const {
  if (detectors_.outputs.is_known()) return detectors_.outputs.is_connected();
  return std::ranges::any_of(connections_, [](const ConnectionSample& each) {
    return each.kind == ConnectionSample::Kind::tcp && each.side != Side::input &&
           each.phase == ConnectionSample::Phase::established && each.acked_bytes > 0;
  });
}

bool Watch::has_opened_output() const {
  return std::ranges::any_of(connections_, [](const ConnectionSample& each) {
    return each.kind == ConnectionSample::Kind::tcp && each.side == Side::output;
  });
}

bool Watch::has_silent_datagram_output() const {
  if (!reports_progress_ || evidence_.last_block) return false;
  return std::ranges::any_of(connections_, [](const ConnectionSample& each) {
    return each.kind == ConnectionSample::Kind::udp && each.side == Side::output;
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

void Watch::on_spawn_error(int error_number, const std::string& program) {
  evidence_.spawn_error = error_number;
  evidence_.spawned_program = program;
}

void Watch::rebase(Instant now) {
  for_each(Detectors::all(detectors_), [now](auto& detector) {
    if constexpr (requires { detector.rebase(now); })
      detector.rebase(now);
    else
      detector.rebase();
  });
  detectors_.delivery.suspect(std::nullopt);
  pipe_output_.rebase();
  source_gaps_.clear();
  detectors_.delivery.acquit(std::nullopt);
  rates_.rebase();
  input_flow_.rebase(now);
  refresh_evidence(now);
}

void Watch::adjust(const Limits& limits) {
  limits_ = limits;
  for_each(Detectors::all(detectors_), [&limits](auto& detector) { detector.adjust(limits); });
  evidence_.sink_report.reset();
  evidence_.sink_is_receiving.reset();
  detectors_.delivery.suspect(std::nullopt);
  detectors_.delivery.acquit(std::nullopt);
}

std::vector<Fault> Watch::check(Instant now) {
  refresh_evidence(now);
  std::vector<Fault> faults;
  for_each(Detectors::all(detectors_), [&](const auto& detector) {
    if (counts(detector)) add(faults, find(detector, now));
  });
  // A limit that is passed already needs no forecast.
  if (!has_cause(faults, Cause::memory_high)) add(faults, memory_forecast_.check());
  std::ranges::stable_partition(faults, &Fault::off_air);
  name_outputs(faults, now);
  return faults;
}

// While its inputs are opened FFmpeg reports nothing.
bool Watch::is_analysing(Instant now) const {
  return !evidence_.last_block &&
         now < evidence_.launched_at + limits_.startup_timeout + limits_.analysis &&
         input_flow_.is_read(evidence_.launched_at, now);
}

// Everything is at work: blocks come, the source is read, nothing of it piles up, no output is in
// trouble.
bool Watch::goes_on(Instant now) const {
  const Duration usual = std::max<Duration>(usual_block, 3 * limits_.stats_period);
  const bool reports = evidence_.last_block && now - *evidence_.last_block < usual;
  const auto& delivery = evidence_.delivery;
  const bool sink_is_well = !delivery || delivery->trouble <= DeliveryTrouble::too_slow;
  const bool is_stopped = evidence_.sample && monitor::is_stopped(*evidence_.sample);
  const bool is_corrupt = evidence_.corrupt_at && *evidence_.corrupt_at > evidence_.last_advance;
  return reports && sink_is_well && !is_stopped && !is_corrupt &&
         input_flow_.is_read(evidence_.last_advance, now);
}

// Few frames can be meant: one a minute, one for each change of the scene. A source without its
// picture gives none either. To launch FFmpeg again helps in neither case.
std::optional<Fault> Watch::find(const FreezeDetector& freeze, Instant now) const {
  std::optional<Fault> fault = freeze.check(now);
  if (!fault) return fault;
  if (!freeze.has_advanced() && is_analysing(now)) return std::nullopt;
  if (!goes_on(now)) return fault;
  fault->strength = Strength::possible;
  if (freeze.is_picture_alone()) fault->cause = Cause::source_frozen_picture;
  fault->sentence += " FFmpeg goes on reading its source, and nothing piles up.";
  return fault;
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
