// How StreamCore replaces a child with which nothing is wrong: for the next track, and by plan.

#include <algorithm>
#include <string>
#include <utility>

#include "monitor/text/sentence.hpp"
#include "recovery/stream_core.hpp"

namespace recovery {

using monitor::Cause;

namespace {

// Between two launches for tracks: jingles that follow one another share one.
constexpr Duration between_tracks = 5s;

}  // namespace

void StreamCore::on(const TrackChanged&) {
  const bool plays = status_.state == State::starting || status_.state == State::on_air;
  if (!plays) return;
  out_.notices.push_back(TrackSwitchBegun{policy_.restart_on_track_change});
  track_waits_ = policy_.restart_on_track_change;
  restart_if_planned(true);
}

// A restart that is due and can wait for a better moment.
std::optional<StreamCore::Planned> StreamCore::planned_restart() const {
  if (!policy_.enabled) return std::nullopt;
  const auto& every = policy_.planned_restart.every;
  if (every && now_ >= *status_.launched_at + *every) {
    return Planned{*status_.launched_at + *every,
                   monitor::sentence("planned, %.0f s after the launch",
                                     monitor::seconds(now_ - *status_.launched_at))};
  }
  if (!memory_due_since_) return std::nullopt;
  return Planned{
      *memory_due_since_,
      monitor::sentence("planned, as FFmpeg's memory was to meet its limit within %.0f s",
                        monitor::seconds(*policy_.planned_restart.before_memory_limit))};
}

Instant StreamCore::planned_deadline() const {
  Instant due = monitor::never;
  if (track_waits_) due = *status_.launched_at + between_tracks;
  const PlannedRestart& plan = policy_.planned_restart;
  if (!policy_.enabled) return due;
  const Duration wait = plan.at == RestartMoment::any ? Duration::zero() : plan.within;
  if (plan.every) due = std::min(due, *status_.launched_at + *plan.every + wait);
  if (memory_due_since_) due = std::min(due, *memory_due_since_ + wait);
  return due;
}

void StreamCore::note_memory_forecast() {
  const auto& limit = policy_.planned_restart.before_memory_limit;
  if (!limit || memory_due_since_ || status_.state != State::on_air) return;
  const auto left = watch_->memory_forecast().time_to_limit();
  if (left && *left <= *limit) memory_due_since_ = now_;
}

void StreamCore::restart_if_planned(bool at_track_change) {
  if (status_.state != State::on_air) return;
  if (track_waits_ && now_ >= *status_.launched_at + between_tracks) {
    return restart_on_purpose(Cause::track_change);
  }
  const std::optional<Planned> planned = planned_restart();
  if (!planned || (!at_track_change && now_ < planned_deadline())) return;
  decide(DecisionKind::restart_ffmpeg,
         planned->reason + (at_track_change ? ", at a track change" : ""), Duration::zero(), 0);
  restart_on_purpose(Cause::restart_requested);
}

void StreamCore::restart_on_purpose(Cause cause) {
  out_.notices.push_back(RestartedOnPurpose{cause});
  stays_well_ = true;
  begin_stop(After::launch_at_once);
}

}  // namespace recovery
