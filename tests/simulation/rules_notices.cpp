// What people are told: on and off air, incidents, escalations.

#include <algorithm>
#include <cerrno>
#include <utility>

#include "tests/simulation/rules.hpp"

namespace simulation {

using namespace recovery;
using namespace std::chrono_literals;

void Rules::check_notice(const Notice& notice) {
  if (const auto* decided = std::get_if<Decided>(&notice)) check_decision(*decided);
  if (std::holds_alternative<CameOnAir>(notice)) {
    sink_lost_since_.reset();
    if (scenario_.command.source_can_be_probed) source_.watch(policy_.probe_interval, now_);
    require(!is_before(State::on_air) && primary_is_alive(), "on air once", "CameOnAir");
    require(!scenario_.command.reports_progress || truth_.advanced, "on air with an advance",
            "CameOnAir");
    ever_on_air_ = true;
    child_.on_air_since = child_.advanced_at = now_;
    child_.well_since = carried_well_since_.value_or(now_);
    carried_well_since_.reset();
  } else if (const auto* restarted = std::get_if<RestartedOnPurpose>(&notice)) {
    check_purpose(*restarted);
  } else if (std::holds_alternative<WentOffAir>(notice)) {
    require(is_before(State::on_air) && !is(State::on_air), "off air once", "WentOffAir");
  } else if (const auto* opened = std::get_if<IncidentOpened>(&notice)) {
    check_incident(*opened);
  } else if (const auto* closed = std::get_if<IncidentClosed>(&notice)) {
    require(open_incidents_-- > 0 && closed->incident.resolved_at == now_, "closed once", "");
    if (closed->incident.off_air) off_air_incident_ = false;
  } else if (const auto* escalated = std::get_if<Escalated>(&notice)) {
    check_escalated(*escalated);
  } else if (std::holds_alternative<EscalationResolved>(notice)) {
    check_resolved();
  } else if (const auto* alerted = std::get_if<Alerted>(&notice)) {
    check_alerted(*alerted);
  } else if (std::holds_alternative<AlertResolved>(notice)) {
    check_alert_resolved();
  } else if (std::holds_alternative<FallbackOnAir>(notice)) {
    ++tally_.fallbacks_on_air;
    require(is(State::fallback) && child_.role == Role::fallback && child_.alive &&
                !child_.on_air_since,
            "the fallback comes on air once", "FallbackOnAir");
    require(truth_.advanced || !reports_progress(), "on air with an advance", "FallbackOnAir");
    child_.on_air_since = now_;
  } else if (std::holds_alternative<FallbackFailed>(notice)) {
    require(is_before(State::fallback), "a fallback that runs may fail", "none ran");
  } else if (std::holds_alternative<Unkillable>(notice)) {
    require(stop_ && stop_->killed_at, "unkillable after KILL", "no KILL was sent");
  }
  const auto* decided = std::get_if<Decided>(&notice);
  if (decided && decided->kind == DecisionKind::none && after_failed_fallback_ &&
      fallback_failed_at_ == now_) {
    require(!gone_.on_air_since && (scenario_.fallback == Fallback::is_wrong ||
                                    (launch_failed_ && launch_failed_->error_number != EAGAIN)),
            "only a wrong fallback is given up", "another");
    ++tally_.fallbacks_wrong;
    fallback_is_wrong_ = true;
  }
}

bool Rules::is_on_purpose() const {
  return std::any_of(step_->notices.begin(), step_->notices.end(), [](const Notice& notice) {
    return std::holds_alternative<RestartedOnPurpose>(notice);
  });
}

// A child with which nothing is wrong is replaced for a track, or by plan; else it is left alone.
void Rules::check_purpose(const RestartedOnPurpose& restarted) {
  require(is_before(State::on_air) && primary_is_alive(), "only what is on air is replaced", "");
  require(status_.attempts <= before_.attempts && !off_air_incident_,
          "restarts on purpose spend no attempts and are no incidents", "this one");
  const Duration age = now_ - child_.launched_at;
  const bool at_track = std::holds_alternative<TrackChanged>(*event_);
  const PlannedRestart& plan = policy_.planned_restart;
  if (restarted.cause == monitor::Cause::track_change) {
    ++tally_.track_restarts;
    require(policy_.restart_on_track_change && child_.track_changed,
            "a restart for a track follows its change", "none changed");
    require(age >= 5s, "jingles share a restart", "the last launch was too close");
  } else {
    ++tally_.planned_restarts;
    if (at_track) ++tally_.planned_at_tracks;
    require(policy_.enabled && plan.every && age >= *plan.every, "a planned restart is due", "no");
    require(at_track || plan.at == RestartMoment::any || age >= *plan.every + plan.within,
            "a planned restart waits for a track within its bound", "it did not");
  }
  on_purpose_ = launch_is_asked_ = true;
  carried_well_since_ = child_.well_since;
}

void Rules::check_incident(const IncidentOpened& opened) {
  require(opened.incident.number == ++incidents_, "incidents count up", "a gap");
  require(!opened.incident.evidence.empty(), "an incident has evidence", "none");
  require(!(opened.incident.off_air && off_air_incident_), "one off-air incident", "a second");
  off_air_incident_ = off_air_incident_ || opened.incident.off_air;
  if (opened.incident.off_air) carried_well_since_.reset();
  ++open_incidents_;
}

// Once until it is resolved, over all lives, and with a reason.
void Rules::check_escalated(const Escalated& escalated) {
  ++tally_.escalations;
  escalates_ = !alerted_;
  require(!std::exchange(escalated_, true), "every escalation is told once", "again");
  escalated_by_earlier_life_ = resolved_by_people_ = false;
  const bool by_attempts = status_.attempts > policy_.max_restart_attempts;
  const bool by_source = wait_ && status_.source_retries >= policy_.audio_stream.max_retries &&
                         (exited_ || std::holds_alternative<SourceProbed>(*event_));
  require(by_attempts || by_source || !policy_.enabled, "escalated for a reason", "without one");
  require(!by_attempts || escalated.attempts == policy_.max_restart_attempts,
          "the restarts that did not help are told", "another number");
  if (by_source) ++tally_.escalations_by_source;
  if (std::holds_alternative<StartRequested>(*event_)) ++tally_.escalated_by_crashes;
}

void Rules::check_resolved() {
  ++tally_.resolutions;
  if (escalated_by_earlier_life_) ++tally_.resolutions_of_earlier_life;
  escalated_by_earlier_life_ = false;
  require(std::exchange(escalated_, false), "every escalation is resolved once", "none was open");
  resolved_by_people_ = !people_want_it_;
  require(is_rightly_resolved(), "resolved by a whole healthy cooldown, or by people who stop it",
          "too early");
}

bool Rules::is_rightly_resolved() const {
  const bool is_healthy = primary_is_alive() && child_.well_since &&
                          now_ - *child_.well_since >= policy_.restart_cooldown;
  const bool was_healthy = (exited_ || launch_failed_) && !scenario_.command.reports_progress &&
                           gone_.role == Role::primary && gone_.well_since &&
                           now_ - *gone_.well_since >= policy_.restart_cooldown;
  return is_healthy || was_healthy || !people_want_it_;
}

// One outage, one alert, by an escalation or by its length, whichever comes first.
void Rules::check_alerted(const Alerted& alerted) {
  require(!std::exchange(alerted_, true), "one outage, one alert", "a second");
  require(!alerted.verdict.evidence.empty(), "an alert has evidence", "none");
  if (std::exchange(escalates_, false)) return;
  ++tally_.alerts_of_long_outages;
  require(policy_.alert_after && !is(State::on_air), "alerted for a reason", "without one");
  for (const Incident& incident : core_->open_incidents()) {
    // The incident of a launch that failed begins with it; it was wanted before.
    const Instant since = std::min(incident.last_good_at, not_off_air_at_);
    require(!incident.off_air || now_ - since >= *policy_.alert_after,
            "an alert leaves a short outage alone", "too early");
  }
}

void Rules::check_alert_resolved() {
  require(std::exchange(alerted_, false), "every alert is resolved once", "none was open");
  require(!status_.escalated, "an escalation is resolved before its alert", "it is open");
  require(is_rightly_resolved(), "an alert is resolved by health, or by people", "too early");
}

void Rules::check_alert() {
  // What has failed for good is off air.
  const bool is_stopped = is(State::stopped) && !status_.failed;
  const bool is_as_asked = is_stopped || !people_want_it_ || shutdown_at_;
  const bool was_as_asked = std::exchange(as_asked_, is_as_asked);  // up to now
  const bool was_on_air = is_before(State::on_air) && !scenario_.command.reports_progress;
  const bool is_over = is(State::on_air) || is_as_asked;
  if (is_over || was_as_asked || was_on_air) not_off_air_at_ = now_;
  require(alerted_ || !escalated_, "an escalation alerts", "it does not");
  require(!alerted_ || people_want_it_ || shutdown_at_ || !is(State::stopped) || status_.ended,
          "a stop asked for resolves the alert", "it fires");
  if (!policy_.alert_after || alerted_) return;
  const Instant due = not_off_air_at_ + *policy_.alert_after;
  require(now_ < due, "an outage that lasts alerts, whatever recovery tries", "nobody is told");
  if (is_over) return;
  require(core_->next_deadline() <= due, "no sleep over an alert", "the deadline is later");
}

void Rules::check_escalation() const {
  const Duration cooldown = policy_.restart_cooldown;
  const bool is_healthy =
      is(State::on_air) &&
      (scenario_.command.reports_progress ? child_.advanced_at - *child_.on_air_since >= cooldown
                                          : is_past(*child_.on_air_since + cooldown));
  require(!is_healthy || (!escalated_ && status_.attempts == 0 && status_.source_retries == 0),
          "a whole healthy cooldown resolves and starts afresh", "it does not");
  const bool is_stopped_now =
      is(State::stopped) &&
      (!is_before(State::stopped) || std::holds_alternative<StopRequested>(*event_));
  require(!is_stopped_now || people_want_it_ || shutdown_at_ || !escalated_,
          "a stop asked for resolves", "it does not");
  require(status_.escalated == escalated_, "escalated is told by the status", "not so");
  require(escalated_ || resolved_by_people_ || status_.attempts <= policy_.max_restart_attempts,
          "escalated when the attempts are spent", "not so");
}

}  // namespace simulation
