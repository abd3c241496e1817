// Which frame goes where: the rules of a splice.

#include <array>
#include <utility>

#include "recovery/splice/splicer.hpp"

namespace recovery::splice {

void Splicer::take(Source& source, const SourceFrame& frame, Instant now) {
  follow_layout(source, frame, now);
  // What a stand-in was on air with says nothing of its next time.
  if (source.clock().is_anchored() && stands_in(source) && !is_on_air(source)) {
    source.clock().release(frame.dts, clock_.at(now));
  }
  const auto place = programme_.has_begun() ? source.tracks[frame.stream] : std::nullopt;
  Track* const track = place ? &programme_.tracks()[*place] : nullptr;
  // Known before it is needed.
  const bool is_told = track != nullptr && stands_in(source) && track->parameters;
  if (is_told && !fits(source, frame, *track, now)) return;
  const bool is_on = track != nullptr && track->source == source.id();
  if (is_on && frame.kind == Kind::video && frame.after_loss) track->needs_key = true;
  if (is_on && !track->needs_key && source.clock().is_anchored()) {
    follow_drift(source, frame, now);
    go_on(source, frame, *place, now);
  } else if (is_on || (track != nullptr && is_wanted(source, *track, now))) {
    enter(source, frame, *place, now);
  } else if (frame.kind == Kind::audio) {
    source.kept().add(frame);
  }
}

// A stand-in is wanted where there is nothing else.
bool Splicer::is_wanted(const Source& source, const Track& track, Instant now) const {
  if (source.is_retiring) return false;
  if (!stands_in(source)) return selected_ == source.id();
  return track.repeats() && now >= track.makes_way_until;
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
  if (source.is_entry(frame)) begin_programme(source, now);
}

void Splicer::begin_programme(Source& source, Instant now) {
  if (programme_.has_begun()) events_.push_back(ReconnectNeeded{source.id()});
  programme_.begin(source.program(), now);
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

// Of a live source. What is read no faster than the clock allows says nothing of its own.
void Splicer::follow_drift(Source& source, const SourceFrame& frame, Instant now) {
  const Ticks free = to_ticks(options_.lead_limit) - ticks_per_second / 2;
  if (frame.kind == Kind::data || stands_in(source)) return;
  if (source.lead(now, clock_) > free) return source.drift().restart();
  clock_.put_forward(source.drift().note(frame.dts, frame.arrival));
}

void Splicer::go_on(Source& source, const SourceFrame& frame, std::size_t place, Instant now) {
  Track& track = programme_.tracks()[place];
  if (!fits(source, frame, track, now)) return;
  FrameTimes times = source.times_of(frame);
  if (track.is_cut_off(times)) return;
  if (makes_room(source, frame, times)) {
    track.needs_key = true;
    return;
  }
  if (track.has_begun() && !track.is_covered) track.note_lateness(now - shown_until(track), now);
  if (leaves_hole(frame, track, times)) fill_hole(place, times, now);
  if (track.follow(times) && programme_.put(place, times, frame, now)) return;
  ++counts_.unused_frames;
  track.needs_key = frame.kind == Kind::video;
}

void Splicer::enter(Source& source, const SourceFrame& frame, std::size_t place, Instant now) {
  Track& track = programme_.tracks()[place];
  if (track.is_covered && track.covered == source.id()) note_return(track, frame);
  if (frame.kind == Kind::video && !frame.is_key) return;
  const bool is_entry = enters_at(source, frame);
  if (!is_entry && waits_for_entry(source, frame)) {
    if (frame.kind == Kind::audio) source.kept().add(frame);
    return;
  }
  if (!fits(source, frame, track, now)) return;
  if (makes_room(source, frame, source.times_of(frame))) return;
  // An encoder's first frame of sound is its run-up.
  if (frame.kind == Kind::audio && frame.is_first && track.has_begun()) return;
  if (!may_enter(source, frame, is_entry, track)) return;
  FrameTimes times = source.times_of(frame);
  fill_before(place, times, now);
  const Ticks reached = track.kind() == Kind::video ? track.highest_pts() : track.end();
  const Duration hole = track.has_begun() ? to_duration(times.pts - reached) : Duration::zero();
  SourceFrame first = frame;
  if (frame.kind == Kind::video) first.payload = track.cover.as_first(frame.payload);
  if (!track.follow(times) || !programme_.put(place, times, first, now)) {
    ++counts_.unused_frames;
    return;
  }
  if (frame.kind == Kind::video) track.cut_off_before(times.pts);
  track.needs_key = false;
  if (!stands_in(source)) track.is_covered = false;
  source.behind.reset();
  source.waits_since.reset();
  if (track.source != source.id()) {
    events_.push_back(Switched{source.id(), track.source, track.name(), hole});
    track.source = source.id();
  }
  if (source.is_entry(frame)) take_kept(source, now);
}

// Sound comes in with its picture; that of a stand-in by itself where its picture is not wanted.
bool Splicer::enters_at(const Source& source, const SourceFrame& frame) const {
  if (source.is_entry(frame)) return true;
  if (frame.kind != Kind::audio || !stands_in(source)) return false;
  const auto entry = entry_stream(source.program());
  const auto place = entry ? source.tracks[*entry] : std::nullopt;
  if (source.was_refused || !place) return true;
  const Track& picture = programme_.tracks()[*place];
  return picture.source != source.id() && !picture.repeats();
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
    const Track& track = programme_.tracks()[*place];
    if (track.source != source.id() && !is_wanted(source, track, now)) return;
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

}  // namespace recovery::splice
