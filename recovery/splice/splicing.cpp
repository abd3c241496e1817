// Which frame goes where: the rules of a splice.

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

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
// A source that catches up is waited for no longer than this.
constexpr Duration catches_up_within = std::chrono::seconds(10);

FrameTimes times_of(const Source& source, const SourceFrame& frame) {
  const Ticks shift = source.clock().shift(frame.dts);
  return {frame.pts + shift, frame.dts + shift};
}

bool is_entry(const Source& source, const SourceFrame& frame) {
  return frame.is_key && frame.stream == entry_stream(source.program());
}

}  // namespace

void Splicer::take(Source& source, const SourceFrame& frame, Instant now) {
  follow_layout(source, frame, now);
  const auto place = programme_.has_begun() ? source.tracks[frame.stream] : std::nullopt;
  Track* const track = place ? &programme_.tracks()[*place] : nullptr;
  const bool is_on = track != nullptr && track->source == source.id();
  if (is_on && frame.kind == Kind::video && frame.after_loss) track->needs_key = true;
  if (is_on && !track->needs_key && source.clock().is_anchored()) {
    go_on(source, frame, *place, now);
  } else if (is_on || (track != nullptr && selected_ == source.id())) {
    enter(source, frame, *place, now);
  } else if (frame.kind == Kind::audio) {
    source.kept().add(frame);
  }
}

// A selected source makes the programme, the first time or where its streams are others.
void Splicer::follow_layout(Source& source, const SourceFrame& frame, Instant now) {
  const bool is_mapped = source.tracks_program == source.program_number() &&
                         source.tracks_layout == programme_.layout_number();
  if (!is_mapped) {
    source.tracks_program = source.program_number();
    source.tracks_layout = programme_.layout_number();
    source.tracks = tracks_of(source.program(), programme_.layout());
    source.fits_layout = is_same_layout(source.program(), programme_.layout());
  }
  const bool may_change = source.role() == Role::encoder || !programme_.has_begun();
  if (source.fits_layout || !may_change || selected_ != source.id()) return;
  if (is_entry(source, frame)) begin_programme(source, now);
}

void Splicer::begin_programme(Source& source, Instant now) {
  if (programme_.has_begun()) events_.push_back(ReconnectNeeded{source.id()});
  programme_.begin(source.program());
  parameters_due_ = now + options_.parameters_within;
  source.tracks_program = source.program_number();
  source.tracks_layout = programme_.layout_number();
  source.tracks = tracks_of(source.program(), programme_.layout());
  source.fits_layout = true;
}

// Whether the frame's parameters are those of the track. If not, the programme begins anew with
// them, or cover is refused; in both cases the frame must be looked at again, or not at all.
bool Splicer::fits(Source& source, const SourceFrame& frame, Track& track, Instant now) {
  if (!frame.parameters) return true;
  if (!track.parameters || *track.parameters == *frame.parameters) {
    track.parameters = frame.parameters;
    return true;
  }
  if (source.role() == Role::encoder && selected_ == source.id()) {
    begin_programme(source, now);
    programme_.tracks()[*source.tracks[frame.stream]].parameters = frame.parameters;
    enter(source, frame, *source.tracks[frame.stream], now);
  } else if (!std::exchange(source.was_refused, true)) {
    events_.push_back(Refused{source.id(), track.name()});
  }
  return false;
}

void Splicer::go_on(Source& source, const SourceFrame& frame, std::size_t place, Instant now) {
  Track& track = programme_.tracks()[place];
  if (!fits(source, frame, track, now)) return;
  FrameTimes times = times_of(source, frame);
  if (track.is_cut_off(times)) return;
  if (makes_room(source, frame, times)) {
    track.needs_key = true;
    return;
  }
  if (track.follow(times) && put(frame, place, times, now)) return;
  ++counts_.unused_frames;
  track.needs_key = frame.kind == Kind::video;
}

// Each switch from B-frames to none takes on a lead, as a P-frame has gone ahead. Where much has
// come together, the end of what is on air is left out, from where the next source's key frame will
// lie if it comes when it should.
bool Splicer::makes_room(const Source& source, const SourceFrame& frame, const FrameTimes& times) {
  const bool must = frame.kind == Kind::video && selected_ && selected_ != source.id() &&
                    source.clock().is_anchored() &&
                    source.clock().lead_left(frame.dts) > bearable_lead;
  const Source* const next = must ? find(*selected_) : nullptr;
  const auto key = next != nullptr ? next->next_key() : std::nullopt;
  return key && frame.arrival < *key + key_overdue && times.pts >= clock_.at(*key);
}

void Splicer::enter(Source& source, const SourceFrame& frame, std::size_t place, Instant now) {
  Track& track = programme_.tracks()[place];
  if (frame.kind == Kind::video && !frame.is_key) return;
  if (!is_entry(source, frame) && waits_for_entry(source, frame)) {
    if (frame.kind == Kind::audio) source.kept().add(frame);
    return;
  }
  if (!fits(source, frame, track, now)) return;
  if (makes_room(source, frame, times_of(source, frame))) return;
  // An encoder's first frame of sound is its run-up.
  if (frame.kind == Kind::audio && frame.is_first && track.has_begun()) return;
  if (!source.clock().is_anchored()) {
    anchor(source, frame, track);
    if (track.behind(times_of(source, frame), frame.duration) > 0) return;
  } else if (!may_enter(source, frame, track)) {
    return;
  }
  FrameTimes times = times_of(source, frame);
  const Ticks reached = track.kind() == Kind::video ? track.highest_pts() : track.end();
  const Duration hole = track.has_begun() ? to_duration(times.pts - reached) : Duration::zero();
  if (!track.follow(times) || !put(frame, place, times, now)) {
    ++counts_.unused_frames;
    return;
  }
  if (frame.kind == Kind::video) track.cut_off_before(times.pts);
  track.needs_key = false;
  source.behind.reset();
  source.waits_since.reset();
  if (track.source != source.id()) {
    events_.push_back(Switched{source.id(), track.source, track.name(), hole});
    track.source = source.id();
  }
  if (is_entry(source, frame)) take_kept(source, now);
}

// Sound comes in with its picture; by itself only where its source was on air before, its next key
// frame is long in coming, and what is seen meanwhile is no other encoder.
bool Splicer::waits_for_entry(Source& source, const SourceFrame& frame) {
  if (!source.clock().is_anchored()) return true;
  if (is_on_air(source)) return false;
  if (!source.waits_since) source.waits_since = frame.arrival;
  if (frame.arrival - *source.waits_since <= picture_comes_within) return true;
  const auto entry = entry_stream(programme_.layout());
  const auto seen = programme_.tracks()[*entry].source;
  const Source* const shown = seen ? find(*seen) : nullptr;
  return shown != nullptr && shown->role() == Role::encoder && !shown->has_ended();
}

// Whether the frame lies behind what the track has given; else the source is moved, where it may.
bool Splicer::may_enter(Source& source, const SourceFrame& frame, Track& track) {
  if (frame.kind == Kind::data) return true;
  const FrameTimes times = times_of(source, frame);
  const Ticks behind = track.behind(times, frame.duration);
  if (is_entry(source, frame)) {
    if (behind <= 0 && (!is_live(frame, times, track) || is_on_air(source))) return true;
    if (!anchor_again(source, frame, track, behind)) return false;
    return track.behind(times_of(source, frame), frame.duration) <= 0;
  }
  if (behind <= 0) return true;
  // What another source goes on giving would never let this one in.
  if (selected_ == source.id() && track.source != source.id()) track.source.reset();
  return false;
}

bool Splicer::is_live(const SourceFrame& frame, const FrameTimes& times, const Track& track) const {
  const Ticks wall = clock_.at(frame.arrival);
  const Ticks reached = track.has_begun() ? std::max(wall, track.highest_pts()) : wall;
  return times.pts >= wall - live_within && times.pts <= reached + live_within;
}

// Live, or for more than a group of pictures not caught up: the source's time is set anew.
bool Splicer::anchor_again(Source& source, const SourceFrame& frame, Track& track, Ticks behind) {
  const bool is_sound = track.kind() == Kind::audio;
  const bool gives_live = is_live(frame, times_of(source, frame), track);
  if (gives_live && is_sound && behind <= sound_waits) return behind <= 0;
  if (!gives_live) {
    if (!source.behind) source.behind = Source::Behind{frame.arrival, behind};
    const Duration waited = frame.arrival - source.behind->since;
    const bool catches_up = source.behind->by - behind > to_ticks(waited) / 4;
    if (waited <= to_duration(source.group_length())) return false;
    if (catches_up && waited <= catches_up_within) return false;
    ++counts_.anchored_anew;
  }
  source.behind.reset();
  anchor(source, frame, track);
  return true;
}

// Where the frame comes on the programme's clock: when it arrived, or next, whichever is later.
void Splicer::anchor(Source& source, const SourceFrame& frame, const Track& track) {
  const Ticks wall = clock_.at(frame.arrival);
  Ticks pts = wall;
  if (!track.has_begun()) {
    if (programme_.frames() > 0) pts = std::max(wall, programme_.reached());
  } else if (track.kind() == Kind::video) {
    pts = std::max(wall, track.highest_pts() + Track::smallest_step);
  } else if (track.end() - wall > sound_waits) {
    pts = track.end();
  }
  source.clock().anchor(frame.pts, pts, pts - wall);
}

// Sound that came before the picture's key frame, as far as it fits behind what was given.
void Splicer::take_kept(Source& source, Instant now) {
  std::array<bool, streams_limit> was_on{};  // has all of its sound already
  for (std::size_t i = 0; i < programme_.tracks().size(); ++i) {
    was_on[i] = programme_.tracks()[i].source == source.id();
  }
  source.kept().each([&](const KeptFrame& kept) {
    const auto place = source.tracks[kept.stream];
    if (!place || was_on[*place]) return;
    SourceFrame frame;
    frame.stream = kept.stream;
    frame.kind = Kind::audio;
    frame.pts = kept.pts;
    frame.dts = kept.dts;
    frame.duration = kept.duration;
    frame.stream_id = kept.stream_id;
    frame.is_key = true;
    frame.is_first = kept.is_first;
    frame.arrival = kept.arrival;
    frame.payload = kept.payload;
    frame.parameters = source.streams()[kept.stream].parameters;
    take(source, frame, now);
  });
  source.kept().clear();
}

bool Splicer::put(const SourceFrame& frame, std::size_t track, FrameTimes times, Instant now) {
  return programme_.put(track, times, frame, now);
}

bool Splicer::is_on_air(const Source& source) const {
  return std::any_of(programme_.tracks().begin(), programme_.tracks().end(),
                     [&](const Track& each) { return each.source == source.id(); });
}

}  // namespace recovery::splice
