#include "recovery/stream_recorder.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "recovery/alert.hpp"

namespace recovery {

namespace {

// What a counter grew beyond the highest value seen in this life.
std::uint64_t growth(const std::optional<std::int64_t>& value, std::uint64_t& highest) {
  if (!value || *value < 0) return 0;
  const auto counted = static_cast<std::uint64_t>(*value);
  if (counted <= highest) return 0;
  return counted - std::exchange(highest, counted);
}

// What arrives of a child that is gone counts no more than it decides.
bool lives(const Status& status, Generation generation) {
  return status.pid && status.generation == generation;
}

bool holds_came_on_air(const Step& step) {
  return std::any_of(step.notices.begin(), step.notices.end(), [](const Notice& notice) {
    return std::holds_alternative<CameOnAir>(notice);
  });
}

double off_air_seconds(const Incident& incident) {
  if (!incident.off_air) return 0;
  return monitor::seconds(incident.resolved_at.value_or(incident.detected_at) -
                          incident.last_good_at);
}

// That of an earlier life. The wall clock may have been set back since.
void resolve(IncidentRecord& record, WallTime at) {
  record.resolved_at = at;
  if (!record.off_air) return;
  const std::chrono::duration<double> lasted = at - record.last_good_at;
  record.off_air_seconds = std::max(0.0, lasted.count());
}

}  // namespace

Histogram::Histogram(std::vector<double> upper_bounds)
    : bounds(std::move(upper_bounds)), counts(bounds.size() + 1) {
}

void Histogram::observe(double value) {
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    if (value <= bounds[i]) ++counts[i];
  }
  ++counts.back();
  sum += value;
}

WallTime StreamRecorder::ClockReading::of(Instant instant) const {
  return wall - std::chrono::duration_cast<WallTime::duration>(now - instant);
}

StreamRecorder::StreamRecorder(std::string stream, std::size_t max_incidents)
    : stream_(std::move(stream)), incidents_(max_incidents) {
}

void StreamRecorder::record(const Event& event, const Step& step, const Status& status, Instant now,
                            WallTime wall) {
  anomalies_.on(event, step, status, now);
  covered_ = status.covered_total + covered_since_settled(status, now);
  if (const auto took = track_switch_.on(event, step, status, now)) {
    totals_.track_switch_seconds.observe(monitor::seconds(*took));
  }
  // Nearly every call is this one, with nothing in the step.
  if (const auto* seen = std::get_if<ProgressSeen>(&event)) {
    if (lives(status, seen->generation)) count(seen->progress, seen->generation);
    if (step.actions.empty() && step.notices.empty()) return;
  }
  if (const auto* seen = std::get_if<Observed>(&event)) {
    const auto* connections = std::get_if<monitor::ConnectionSamples>(&seen->what);
    if (connections && lives(status, seen->generation)) count(*connections);
  }
  if (const auto* switched = std::get_if<Switched>(&event)) count(*switched);
  const ClockReading moment{now, wall};
  if (const auto* launched = std::get_if<Launched>(&event)) {
    const bool is_primary = status.role == Role::primary;
    if (is_primary && lives(status, launched->generation)) count(*launched, moment);
  }
  outcomes_.on(event);
  const bool came_on_air = holds_came_on_air(step);
  for (const Notice& notice : step.notices) note(notice, came_on_air, moment);
  for (const Action& action : step.actions) {
    if (const auto* launch = std::get_if<Launch>(&action)) outcomes_.on(*launch);
  }
  if (status.state == State::stopped) outcomes_.on_stopped();
}

void StreamRecorder::count(const Launched&, const ClockReading& moment) {
  if (totals_.launches++ == 0) return;
  ++totals_.restarts;
  if (anomalies_.launch_was_asked_for()) ++totals_.restarts_on_purpose;
  last_restart_at_ = moment.wall;
}

void StreamRecorder::count(const monitor::ConnectionSamples& connections) {
  traffic_.on_connections(connections);
  totals_.sink_delivered_bytes = traffic_.delivered_bytes();
  totals_.sink_retransmits = traffic_.retransmits();
  totals_.source_received_bytes = traffic_.received_bytes();
}

void StreamRecorder::count(const Switched& event) {
  ++(event.to_cover ? totals_.switches_to_cover : totals_.switches_to_encoder);
  totals_.hole_seconds.observe(std::max(0.0, monitor::seconds(event.hole)));
}

void StreamRecorder::count(const monitor::Progress& progress, Generation generation) {
  if (generation != counted_generation_) {
    counted_generation_ = generation;
    counted_frames_ = counted_dropped_ = counted_duplicated_ = counted_bytes_ = 0;
  }
  totals_.frames += growth(progress.frame, counted_frames_);
  totals_.dropped_frames += growth(progress.drop_frames, counted_dropped_);
  totals_.duplicated_frames += growth(progress.dup_frames, counted_duplicated_);
  totals_.output_bytes += growth(progress.total_size_bytes, counted_bytes_);
}

void StreamRecorder::note(const Notice& notice, bool came_on_air, const ClockReading& moment) {
  outcomes_.on(notice);
  if (const auto* decided = std::get_if<Decided>(&notice)) {
    note(*decided, moment);
  } else if (const auto* opened = std::get_if<IncidentOpened>(&notice)) {
    open(opened->incident, moment);
  } else if (const auto* changed = std::get_if<IncidentChanged>(&notice)) {
    note(*changed);
  } else if (const auto* closed = std::get_if<IncidentClosed>(&notice)) {
    close(closed->incident, came_on_air, moment);
  } else if (std::holds_alternative<Escalated>(notice)) {
    ++totals_.errors_critical;
  } else if (std::holds_alternative<CameOnAir>(notice)) {
    close_adopted(moment);
  }
}

void StreamRecorder::note(const Decided& decision, const ClockReading& moment) {
  ++totals_.actions[static_cast<std::size_t>(decision.kind)];
  HistoryEntry entry;
  entry.action = decision.kind;
  entry.timestamp = moment.wall;
  entry.reason = decision.reason;
  entry.delay_seconds = monitor::seconds(decision.delay);
  entry.attempt = decision.attempt;
  history_.add(std::move(entry));
  outcomes_.on(decision);
}

void StreamRecorder::open(const Incident& incident, const ClockReading& moment) {
  ++totals_.incidents[static_cast<std::size_t>(incident.cause)];
  ++(incident.off_air ? totals_.errors_error : totals_.errors_warning);
  if (incident.off_air) {
    totals_.detection_seconds.observe(
        monitor::seconds(incident.detected_at - incident.last_good_at));
  }
  IncidentRecord record;
  record.off_air = incident.off_air;
  record.cause = incident.cause;
  record.output = incident.output;
  record.last_good_at = moment.of(incident.last_good_at);
  record.detected_at = moment.of(incident.detected_at);
  record.evidence = incident.evidence;
  record.actions = incident.actions;
  record.off_air_seconds = off_air_seconds(incident);
  record.id = id_of(stream_, record.detected_at) + "-" + std::to_string(incident.number);
  mark_changed(record.id);
  open_incidents_.push_back({incident.number, record.id, covered_});
  incidents_.add(std::move(record));
}

void StreamRecorder::close(const Incident& incident, bool came_on_air, const ClockReading& moment) {
  if (incident.off_air && came_on_air) {
    totals_.off_air_seconds.observe(off_air_seconds(incident));
  }
  if (IncidentRecord* record = find_open(incident.number)) {
    record->cause = incident.cause;
    record->resolved_at = moment.of(incident.resolved_at.value_or(moment.now));
    record->evidence = incident.evidence;
    record->actions = incident.actions;
    record->off_air_seconds = off_air_seconds(incident);
    record->covered_seconds = covered_within(incident);
    mark_changed(record->id);
  }
  std::erase_if(open_incidents_,
                [&](const OpenIncident& open) { return open.number == incident.number; });
}

double StreamRecorder::covered_within(const Incident& incident) const {
  const auto open = std::ranges::find(open_incidents_, incident.number, &OpenIncident::number);
  if (open == open_incidents_.end() || !incident.off_air) return 0;
  return std::min(monitor::seconds(covered_ - open->covered_before), off_air_seconds(incident));
}

void StreamRecorder::adopt(const PersistedState& past, WallTime wall) {
  for (auto record = past.incidents.rbegin(); record != past.incidents.rend(); ++record) {
    IncidentRecord adopted = *record;
    const bool stays_open = !adopted.resolved_at && adopted.off_air && !past.stopped_as_asked;
    if (stays_open) {
      adopted_ = adopted.id;
    } else if (!adopted.resolved_at) {
      // Its child ended with that life, and with it what a warning was about.
      resolve(adopted, std::min(past.alive_at.value_or(wall), wall));
      mark_changed(adopted.id);
    }
    incidents_.add(std::move(adopted));
  }
}

void StreamRecorder::close_adopted(const ClockReading& moment) {
  if (!adopted_) return;
  if (IncidentRecord* record = find(*adopted_)) {
    resolve(*record, moment.wall);
    mark_changed(*adopted_);
  }
  adopted_.reset();
}

void StreamRecorder::mark_changed(const std::string& id) {
  if (std::find(changed_.begin(), changed_.end(), id) == changed_.end()) changed_.push_back(id);
}

std::vector<IncidentRecord> StreamRecorder::take_changed() {
  std::vector<IncidentRecord> records;
  for (const std::string& id : std::exchange(changed_, {})) {
    if (const IncidentRecord* record = find(id)) records.push_back(*record);
  }
  return records;
}

void StreamRecorder::note(const IncidentChanged& changed) {
  IncidentRecord* record = find_open(changed.number);
  if (!record) return;
  record->actions = changed.actions;
  record->cause = changed.cause;
  record->evidence = changed.evidence;
  mark_changed(record->id);
}

IncidentRecord* StreamRecorder::find_open(std::uint64_t number) {
  const auto opened =
      std::find_if(open_incidents_.begin(), open_incidents_.end(),
                   [number](const OpenIncident& open) { return open.number == number; });
  return opened == open_incidents_.end() ? nullptr : find(opened->id);
}

IncidentRecord* StreamRecorder::find(const std::string& id) {
  return incidents_.find([&](const IncidentRecord& record) { return record.id == id; });
}

}  // namespace recovery
