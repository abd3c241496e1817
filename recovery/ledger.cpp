#include "recovery/ledger.hpp"

#include <algorithm>
#include <utility>
#include <variant>

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

WallTime Ledger::Moment::of(Instant instant) const {
  return wall - std::chrono::duration_cast<WallTime::duration>(now - instant);
}

Ledger::Ledger(std::string stream, std::size_t max_incidents)
    : stream_(std::move(stream)), incidents_(max_incidents) {
}

void Ledger::record(const Event& event, const Step& step, const Status& status, Instant now,
                    WallTime wall) {
  // Nearly every call is this one, with nothing in the step.
  if (const auto* seen = std::get_if<ProgressSeen>(&event)) {
    if (lives(status, seen->generation)) count(seen->progress, seen->generation);
    if (step.actions.empty() && step.notices.empty()) return;
  }
  const Moment moment{now, wall};
  if (const auto* launched = std::get_if<Launched>(&event)) {
    if (lives(status, launched->generation)) count(*launched, moment);
  }
  judge_restart(event);
  const bool came_on_air = holds_came_on_air(step);
  for (const Notice& notice : step.notices) note(notice, came_on_air, moment);
  for (const Action& action : step.actions) {
    const auto* launch = std::get_if<Launch>(&action);
    if (launch && open_restart_) open_restart_->launched = launch->generation;
  }
  if (status.state == State::stopped) finish_restart(false);
}

unsigned Ledger::recent_attempts(WallTime wall) const {
  const auto is_recent = [&](const HistoryEntry& entry) {
    return entry.action == DecisionKind::restart_ffmpeg &&
           wall - entry.timestamp < std::chrono::hours(1);
  };
  const auto& entries = history_.entries();
  return static_cast<unsigned>(std::count_if(entries.begin(), entries.end(), is_recent));
}

void Ledger::count(const Launched&, const Moment& moment) {
  if (totals_.launches++ == 0) return;
  ++totals_.restarts;
  last_restart_at_ = moment.wall;
}

void Ledger::count(const monitor::Progress& progress, Generation generation) {
  if (generation != counted_generation_) {
    counted_generation_ = generation;
    counted_frames_ = counted_dropped_ = counted_duplicated_ = counted_bytes_ = 0;
  }
  totals_.frames += growth(progress.frame, counted_frames_);
  totals_.dropped_frames += growth(progress.drop_frames, counted_dropped_);
  totals_.duplicated_frames += growth(progress.dup_frames, counted_duplicated_);
  totals_.output_bytes += growth(progress.total_size_bytes, counted_bytes_);
}

void Ledger::note(const Notice& notice, bool came_on_air, const Moment& moment) {
  if (std::holds_alternative<CameOnAir>(notice)) {
    finish_restart(true);
  } else if (const auto* detected = std::get_if<FaultDetected>(&notice)) {
    if (detected->fault.off_air && open_restart_ && open_restart_->launched) finish_restart(false);
  } else if (const auto* decided = std::get_if<Decided>(&notice)) {
    note(*decided, moment);
  } else if (const auto* opened = std::get_if<IncidentOpened>(&notice)) {
    open(opened->incident, moment);
  } else if (const auto* closed = std::get_if<IncidentClosed>(&notice)) {
    close(closed->incident, came_on_air, moment);
  } else if (std::holds_alternative<Escalated>(notice)) {
    ++totals_.errors_critical;
  }
}

void Ledger::note(const Decided& decision, const Moment& moment) {
  ++totals_.actions[static_cast<std::size_t>(decision.kind)];
  add_action(decision);
  const bool is_restart = decision.kind == DecisionKind::restart_ffmpeg;
  if (is_restart) finish_restart(false);
  HistoryEntry entry;
  entry.action = decision.kind;
  entry.timestamp = moment.wall;
  entry.reason = decision.reason;
  entry.delay_seconds = monitor::seconds(decision.delay);
  entry.attempt = decision.attempt;
  history_.add(std::move(entry));
  if (is_restart) open_restart_.emplace();
}

void Ledger::open(const Incident& incident, const Moment& moment) {
  ++totals_.incidents[static_cast<std::size_t>(incident.cause)];
  ++(incident.off_air ? totals_.errors_error : totals_.errors_warning);
  if (incident.off_air) {
    totals_.detection_seconds.observe(
        monitor::seconds(incident.detected_at - incident.last_good_at));
  }
  IncidentRecord record;
  record.off_air = incident.off_air;
  record.cause = incident.cause;
  record.last_good_at = moment.of(incident.last_good_at);
  record.detected_at = moment.of(incident.detected_at);
  record.evidence = incident.evidence;
  record.actions = incident.actions;
  record.off_air_seconds = off_air_seconds(incident);
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(record.detected_at.time_since_epoch());
  record.id =
      stream_ + "-" + std::to_string(milliseconds.count()) + "-" + std::to_string(incident.number);
  open_incidents_.push_back({incident.number, record.id, incident.off_air});
  incidents_.add(std::move(record));
}

void Ledger::close(const Incident& incident, bool came_on_air, const Moment& moment) {
  if (incident.off_air && came_on_air) {
    totals_.off_air_seconds.observe(off_air_seconds(incident));
  }
  const auto opened =
      std::find_if(open_incidents_.begin(), open_incidents_.end(),
                   [&](const OpenIncident& open) { return open.number == incident.number; });
  if (opened == open_incidents_.end()) return;
  if (IncidentRecord* record = find(opened->id)) {
    record->cause = incident.cause;
    record->resolved_at = moment.of(incident.resolved_at.value_or(moment.now));
    record->evidence = incident.evidence;
    record->actions = incident.actions;
    record->off_air_seconds = off_air_seconds(incident);
  }
  open_incidents_.erase(opened);
}

void Ledger::judge_restart(const Event& event) {
  if (!open_restart_ || !open_restart_->launched) return;
  const Generation generation = *open_restart_->launched;
  const auto* exited = std::get_if<Exited>(&event);
  const auto* failed = std::get_if<LaunchFailed>(&event);
  if ((exited && exited->generation == generation) ||
      (failed && failed->generation == generation)) {
    finish_restart(false);
  }
}

void Ledger::finish_restart(bool success) {
  if (!open_restart_) return;
  open_restart_.reset();
  HistoryEntry* entry = history_.find([](const HistoryEntry& candidate) {
    return candidate.action == DecisionKind::restart_ffmpeg;
  });
  if (entry) entry->success = success;
}

// The core adds it to its open incident too, but shows that only when the incident closes, which
// may be hours away.
void Ledger::add_action(const Decided& decision) {
  const auto opened = std::find_if(open_incidents_.begin(), open_incidents_.end(),
                                   [](const OpenIncident& open) { return open.off_air; });
  if (opened == open_incidents_.end()) return;
  IncidentRecord* record = find(opened->id);
  if (!record) return;
  if (record->actions.size() == Incident::actions_limit) {
    record->actions.erase(record->actions.begin());
  }
  record->actions.push_back(std::string(name(decision.kind)) + ": " + decision.reason);
}

IncidentRecord* Ledger::find(const std::string& id) {
  return incidents_.find([&](const IncidentRecord& record) { return record.id == id; });
}

}  // namespace recovery
