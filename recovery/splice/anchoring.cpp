// Where a source's time lies on the programme's clock, and when it may come in.

#include <algorithm>
#include <cstdlib>

#include "recovery/splice/splicer.hpp"

namespace recovery::splice {

namespace {

// A source so near to the programme gives live, and may be moved by as much; one that lies further
// behind works off what it has held back, and would run ahead if it were moved.
constexpr Ticks live_within = ticks_per_second / 2;
// Of a lead that a source took on, more is worth a few pictures at its end to be rid of.
constexpr Ticks bearable_lead = ticks_per_second * 15 / 100;
// A key frame that is overdue by so much is no longer waited for.
constexpr Duration key_overdue = std::chrono::milliseconds(200);
// Sound waits so long for the frame that fits, rather than begin early.
constexpr Ticks sound_waits = ticks_per_second;
// Sound of a source that was on air waits so long for the key frame.
constexpr Duration picture_comes_within = std::chrono::seconds(1);
// What returns under cover must have come for so long: FFmpeg flushes what it has as it ends.
constexpr Duration steady_for = std::chrono::milliseconds(300);
// Sound that comes again and stays behind its picture, as FFmpeg goes on counting where a source
// broke off, is taken as it comes.
constexpr Duration lags_after = std::chrono::seconds(5);
// A stand-in leaves the sound to what waits to be let in.
constexpr Duration makes_way_for = std::chrono::milliseconds(500);
constexpr Duration cover_room = std::chrono::milliseconds(100);
// A source that catches up is waited for no longer than this.
constexpr Duration catches_up_within = std::chrono::seconds(10);

}  // namespace

// Each switch from B-frames to none takes on a lead, as a P-frame has gone ahead. Where much has
// come together, the end of what is on air is left out, from where the next source's key frame will
// lie if it comes when it should.
bool Splicer::makes_room(const Source& source, const SourceFrame& frame,
                         const FrameTimes& times) const {
  const bool must = frame.kind == Kind::video && selected_ && selected_ != source.id() &&
                    source.clock().is_anchored() &&
                    source.clock().lead_left(frame.dts) > bearable_lead;
  const Source* const next = must ? find(*selected_) : nullptr;
  const auto key = next != nullptr ? next->next_key() : std::nullopt;
  return key && frame.arrival < *key + key_overdue && times.pts >= clock_.at(*key);
}

// Sound comes in with its picture; by itself only where its source was on air before, its next key
// frame is long in coming, and what is seen meanwhile is no other encoder, or stands in.
bool Splicer::waits_for_entry(Source& source, const SourceFrame& frame) const {
  if (!source.clock().is_anchored()) return true;
  if (is_on_air(source)) return false;
  if (!source.waits_since) source.waits_since = frame.arrival;
  if (frame.arrival - *source.waits_since <= picture_comes_within) return true;
  const Track& picture = programme_.tracks()[*entry_stream(programme_.layout())];
  if (picture.is_covered) return false;
  const auto seen = picture.source;
  const Source* const shown = seen ? find(*seen) : nullptr;
  return shown != nullptr && shown->role() == Role::encoder && !shown->has_ended();
}

// Whether the frame may follow what the track has given. Its source is moved, as little as will do.
bool Splicer::may_enter(Source& source, const SourceFrame& frame, bool is_entry, Track& track) {
  if (frame.kind == Kind::data) return true;
  const bool returns = track.is_covered && track.covered == source.id();
  if (returns && !has_returned(track, steady_for)) return false;
  const Ticks behind = track.behind(source.times_of(frame), frame.duration);
  if (is_entry) {
    if (behind <= 0 && source.clock().is_anchored() && is_on_air(source)) return true;
    return place(source, frame, track);
  }
  if (behind <= 0) return true;
  if (returns && has_returned(track, lags_after)) {
    source.streams()[frame.stream].lag += behind + to_ticks(cover_room);
    return track.behind(source.times_of(frame), frame.duration) <= 0;
  }
  // What another source goes on giving would never let this one in.
  if (selected_ == source.id() && track.source != source.id()) {
    release(track);
    track.makes_way_until = frame.arrival + makes_way_for;
  }
  return false;
}

// A source keeps its time: one that is late now, on a busy machine, will catch up. One that gives
// early is as good as its last arrival: only what was late can seem early. What it must be moved
// by, it gives back. One that lies far behind works off a backlog, and is waited for.
bool Splicer::place(Source& source, const SourceFrame& frame, const Track& track) {
  const Ticks wall = clock_.at(frame.arrival);
  const Ticks kept = source.times_of(frame).pts;
  const bool keeps_lead = source.clock().is_anchored() && kept - wall > live_within;
  Ticks target = keeps_lead ? kept : std::min(kept, wall);
  const Ticks least = least_pts(track).value_or(target);
  const bool is_live = target >= wall - live_within;
  // What is repeated may go on: nothing real is lost by waiting.
  const Ticks early = least - target;
  if (track.repeats() ? early > bearable_lead : early > live_within && !is_live) {
    if (!stays_behind(source, frame, wall - target)) return false;
    target = wall;
  }
  source.behind.reset();
  const bool waits = track.kind() == Kind::audio && least - target <= sound_waits;
  const Ticks pts = waits ? target : std::max(target, least);
  source.clock().anchor(frame.pts, pts, pts - target);
  return track.behind(source.times_of(frame), frame.duration) <= 0;
}

// Before this nothing may come that does not belong to what the track has given.
std::optional<Ticks> Splicer::least_pts(const Track& track) const {
  if (!track.has_begun()) {
    return programme_.frames() > 0 ? std::optional(programme_.reached()) : std::nullopt;
  }
  return track.kind() == Kind::video ? track.highest_pts() + Track::smallest_step : track.end();
}

// For more than a group of pictures not caught up with the wall. What is on air may stand still.
bool Splicer::stays_behind(Source& source, const SourceFrame& frame, Ticks behind) {
  // FFmpeg holds a picture back while its sound is missing, and lets go of all of it at once.
  if (source.lacks_stream()) return false;
  if (!source.behind) source.behind = Source::Behind{frame.arrival, behind};
  const Duration waited = frame.arrival - source.behind->since;
  const bool catches_up = source.behind->by - behind > to_ticks(waited) / 4;
  if (waited <= to_duration(source.group_length())) return false;
  if (catches_up && waited <= catches_up_within) return false;
  ++counts_.anchored_anew;
  return true;
}

bool Splicer::is_on_air(const Source& source) const {
  return std::any_of(programme_.tracks().begin(), programme_.tracks().end(),
                     [&](const Track& each) { return each.source == source.id(); });
}

}  // namespace recovery::splice
