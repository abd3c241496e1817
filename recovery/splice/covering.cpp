// Standing in for the streams of the programme that get nothing, each for itself.

#include <algorithm>
#include <utility>

#include "recovery/splice/splicer.hpp"

namespace recovery::splice {

namespace {

// Behind the wall, so that what returns a little late still fits behind it.
constexpr Duration cover_lag = std::chrono::milliseconds(150);
// Silence is given in pieces of so long: no wake-up for each frame of sound.
constexpr Duration silence_piece = std::chrono::milliseconds(60);
// Of two that are covered within this time the later one is covered at once.
constexpr Duration together = std::chrono::milliseconds(150);
// What lies further back is not filled: the machine slept, or nobody was there to see it.
constexpr Ticks longest_fill = 3 * ticks_per_second;
// What comes no more often than this may come as much later: of slides nobody misses one.
constexpr Duration slow = std::chrono::milliseconds(500);
// What is usual is known after this time.
constexpr Duration young = std::chrono::seconds(5);
// A hole in a source's own time stamps, beside its usual steps, that is filled.
constexpr Ticks hole_filled = ticks_per_second * 3 / 10;
// Between two frames of a source that is coming back.
constexpr Duration longest_break = std::chrono::seconds(3);
// Before a picture that returns comes one repeat more.
constexpr Ticks before_return = ticks_per_second / 25;

Ticks cover_begins(Track& track) {
  if (track.kind() == Kind::audio) return track.end();
  return track.highest_pts() + std::min(track.longest_step(), track.cover.step());
}

}  // namespace

void Splicer::allow_cover(const CoverPolicy& policy) {
  cover_ = policy;
  if (policy.is_allowed) return;
  for (Track& each : programme_.tracks()) each.is_covered = false;
}

void Splicer::set_slate(std::shared_ptr<const Slate> slate) {
  slate_ = std::move(slate);
  for (Track& each : programme_.tracks()) each.offer(slate_);
}

bool Splicer::shows_slate() const {
  return std::ranges::any_of(programme_.tracks(), [](const Track& each) {
    return each.repeats() && each.cover.has_slate();
  });
}

std::vector<StreamName> Splicer::covered() const {
  std::vector<StreamName> names;
  for (const Track& each : programme_.tracks()) {
    if (each.is_covered) names.push_back(each.name());
  }
  return names;
}

bool Splicer::has_stand_in() const {
  const auto& tracks = programme_.tracks();
  return std::ranges::any_of(tracks, &Track::is_covered) &&
         std::ranges::none_of(tracks, &Track::repeats);
}

bool Splicer::covers_all() const {
  const auto is_own = [](const Track& each) {
    return each.kind() != Kind::data && each.has_begun() && !each.is_covered;
  };
  return std::ranges::none_of(programme_.tracks(), is_own);
}

Instant Splicer::shown_until(const Track& track) const {
  return std::max(track.last_at(), clock_.when(track.shown_until()));
}

bool Splicer::can_cover(const Track& track) const {
  return cover_.is_allowed && track.has_begun() && track.cover.is_there();
}

// A hole begins where what was given has been shown. What was given, not what came: frames that
// cannot be used fill none.
Instant Splicer::cover_deadline(const Track& track) const {
  if (!can_cover(track)) return monitor::never;
  if (track.repeats()) return clock_.when(track.cover_at) + cover_lag + silence_piece;
  const Source* const source = track.source ? find(*track.source) : nullptr;
  // What had come before its end may last longer than is waited for after that.
  if (source == nullptr || source->has_ended()) {
    return std::max(clock_.when(track.shown_until()), track.last_at() + cover_.after_end);
  }
  return shown_until(track) + patience(track);
}

// How long a source that lives may give nothing: of what it is used to, and of a pause.
Duration Splicer::patience(const Track& track) const {
  const Duration unknown = shown_until(track) - track.begun_at() < young ? slow : Duration::zero();
  const Duration usual =
      std::max({to_duration(track.longest_step()), track.usual_lateness(), unknown});
  return (usual < slow ? usual : 2 * usual) + cover_.after_pause;
}

// The source's own time stamps leave something out, as where segments have gone from a playlist
// before they were read. A picture that refers to those before can follow no other.
bool Splicer::leaves_hole(const SourceFrame& frame, const Track& track,
                          const FrameTimes& times) const {
  if (!can_cover(track) || frame.kind == Kind::data || !frame.is_key) return false;
  return times.pts - track.shown_until() > 2 * track.longest_step() + hole_filled;
}

void Splicer::fill_hole(std::size_t place, const FrameTimes& times, Instant now) {
  Track& track = programme_.tracks()[place];
  track.cover.rewind();
  track.offer(slate_);
  track.cover_at = cover_begins(track);
  const bool is_sound = track.kind() == Kind::audio;
  fill(place, track.cover_at, is_sound ? times.pts : times.dts - before_return, now);
}

void Splicer::cover(Instant now) {
  const bool begins = std::ranges::any_of(programme_.tracks(), [&](const Track& each) {
    return !each.is_covered && cover_deadline(each) <= now;
  });
  for (std::size_t i = 0; i < programme_.tracks().size(); ++i) {
    Track& track = programme_.tracks()[i];
    const Instant due = cover_deadline(track);
    if (due > (begins && !track.is_covered ? now + together : now)) continue;
    if (track.cover.step() <= 0) continue;
    if (!track.is_covered) begin_cover(track, now);
    if (!track.repeats()) release(track);
    const Ticks until = clock_.at(now - cover_lag);
    fill(i, until - longest_fill, until, now);
  }
}

void Splicer::begin_cover(Track& track, Instant now) {
  track.is_covered = true;
  track.covered = track.source;
  track.returns_since.reset();
  release(track);
  events_.push_back(Covered{track.name(), to_duration(clock_.at(now) - track.shown_until())});
}

// Its source gives nothing more to it.
void Splicer::release(Track& track) {
  track.source.reset();
  track.cover.rewind();
  track.offer(slate_);
  track.cover_at = cover_begins(track);
}

// `since`: what lies before is left out.
void Splicer::fill(std::size_t place, Ticks since, Ticks until, Instant now) {
  Track& track = programme_.tracks()[place];
  const Ticks half = track.kind() == Kind::audio ? track.cover.step() / 2 : 0;
  const Ticks earliest = std::max(programme_.least_dts(), since);
  track.cover_at = std::max(track.cover_at, earliest);
  while (track.cover_at + half <= until) {
    const Ticks lasts = repeat(place, track.cover_at, now);
    if (lasts <= 0) break;
    track.cover_at += lasts;
  }
  // Whatever could not be given: the next attempt has its time.
  track.cover_at = std::max(track.cover_at, until + 1 - half);
}

// How long it stands; 0: there is nothing, or it does not fit.
Ticks Splicer::repeat(std::size_t place, Ticks at, Instant now) {
  Track& track = programme_.tracks()[place];
  std::optional<SourceFrame> frame = track.cover.next();
  if (!frame) return 0;
  FrameTimes times{at, at};
  const Ticks lasts = frame->duration;
  if (frame->kind == Kind::video) frame->duration = 0;  // it is shown until something follows
  if (!track.follow(times) || !programme_.put(place, times, *frame, now)) return 0;
  return lasts;
}

// The source for which something stands in gives again. What FFmpeg writes as it ends, all at once,
// is no return.
void Splicer::note_return(Track& track, const SourceFrame& frame) {
  const bool is_new = !track.returns_since || frame.arrival - track.returned_at > longest_break;
  if (is_new) track.returns_since = frame.arrival;
  track.returned_at = frame.arrival;
}

bool Splicer::has_returned(const Track& track, Duration span) {
  return track.returns_since && track.returned_at - *track.returns_since >= span;
}

// Up to where a source comes in.
void Splicer::fill_before(std::size_t place, const FrameTimes& times, Instant now) {
  constexpr Ticks furthest = SourceClock::furthest_lead;
  Track& track = programme_.tracks()[place];
  if (!track.repeats()) return;
  if (track.kind() == Kind::audio) return fill(place, times.pts - furthest, times.pts, now);
  const Ticks last = times.dts - before_return;
  if (last <= track.highest_pts() + before_return) return;
  fill(place, last - furthest, last - before_return, now);
  repeat(place, last, now);
}

}  // namespace recovery::splice
