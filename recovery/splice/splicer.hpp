#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "recovery/splice/cover_policy.hpp"
#include "recovery/splice/event.hpp"
#include "recovery/splice/output_queues.hpp"
#include "recovery/splice/packet.hpp"
#include "recovery/splice/programme.hpp"
#include "recovery/splice/programme_clock.hpp"
#include "recovery/splice/source.hpp"

namespace recovery::splice {

struct Options {
  QueueLimits queue;
  Duration silent_after = std::chrono::seconds(1);
  Duration lead_limit = std::chrono::seconds(5);          // of a source, before the wall
  std::size_t early_bytes = 4 << 20;                      // … and what of it may be held
  Duration parameters_within = std::chrono::seconds(10);  // of all streams, from the first on
  Ticks origin = 10 * ticks_per_second;                   // of the programme's time stamps
};

struct SplicerCounts {
  std::uint64_t frames = 0;         // given to the outputs
  std::uint64_t late_frames = 0;    // came when the clock was past them
  std::uint64_t unused_frames = 0;  // of sources on air: did not fit behind what was given
  std::uint64_t anchored_anew = 0;  // sources whose own time could not be kept
};

// Joins the MPEG-TS of successive sources (encoders, fallback, cover) into one for all outputs,
// such as one encoder that never ends would write: one clock, counters that never jump, changes
// only where a decoder can follow. The outputs get each frame at its time: what a source sends
// ahead is held until then. Pure: bytes and times in, bytes to write out. Never blocks, never holds
// more than Demuxer::held_limit for each source, Options::queue for all outputs, and, where no more
// is read than read_after() allows, Options::early_bytes and what one read had.
//
// Events are those of this call and valid until the next.
class Splicer {
 public:
  using Events = std::span<const Event>;

  Splicer(const Options& options, Instant now);
  Splicer(const Splicer&) = delete;  // its programme refers to its clock
  Splicer& operator=(const Splicer&) = delete;

  // --- sources

  SourceId add(Role role);
  void drop(SourceId source);
  // The programme goes over to this source, each stream of it as soon as it can: a picture at a key
  // frame, sound on the frame grid. What was on air goes on until then, if it lives.
  void select(SourceId source);
  Events feed(SourceId source, Bytes bytes, Instant now);
  // It has been told to end: what is its own on air goes on, and nothing else is switched to it.
  // FFmpeg then lets go of all that it had held back, at once. A stand-in is left at once.
  void retire(SourceId source);
  // Its pipe is at its end. A frame that may be torn is dropped.
  Events end(SourceId source, Instant now);
  // Before this time no more should be read of it: it runs ahead of the wall.
  Instant read_after(SourceId source, Instant now) const;
  // How far its media lies before the wall.
  Duration lead(SourceId source, Instant now) const;
  const Source* find(SourceId source) const;

  // --- cover

  // From now on.
  void allow_cover(const CoverPolicy& policy);
  // What stands in for pictures of its parameters, in place of their last key frame; null: nothing.
  void set_slate(std::shared_ptr<const Slate> slate);
  bool shows_slate() const;
  // The streams of the programme for which something stands in: a source of the role cover that is
  // not selected and gives at that time, else the last picture and silence.
  std::vector<StreamName> covered() const;
  // Of those, whether such a source gives them all.
  bool has_stand_in() const;
  // … and for all that have begun.
  bool covers_all() const;

  // --- time

  Events tick(Instant now);
  Instant next_deadline() const;

  // The outputs are about to end: from now on they get all at once.
  void stop_pacing(Instant now);

  // --- outputs: see OutputQueues

  OutputId attach() { return programme_.queues().attach(); }
  OutputId attach(const QueueLimits& limits) { return programme_.queues().attach(limits); }
  void limit(OutputId output, const QueueLimits& limits) {
    programme_.queues().limit(output, limits);
  }
  void detach(OutputId output) { programme_.queues().detach(output); }
  std::size_t gather(OutputId output, std::span<Bytes> pieces) const {
    return programme_.queues().gather(output, pieces);
  }
  void written(OutputId output, std::size_t bytes) { programme_.queues().written(output, bytes); }
  OutputState state(OutputId output) const { return programme_.queues().state(output); }

  const Programme& programme() const { return programme_; }
  SplicerCounts counts() const;

 private:
  // --- splicer.cpp
  Source* source_of(SourceId source);
  bool stands_in(const Source& source) const;
  Duration lead_limit(const Source& source) const;
  void begin_call();
  void finish_call(Instant now);
  void announce(Source& source, const SourceFrame& frame);
  void check_silence(Source& source, Instant now);
  Instant silence_deadline(const Source& source, std::size_t stream) const;

  // --- splicing.cpp
  void take(Source& source, const SourceFrame& frame, Instant now);
  bool is_wanted(const Source& source, const Track& track, Instant now) const;
  bool enters_at(const Source& source, const SourceFrame& frame) const;
  void follow_layout(Source& source, const SourceFrame& frame, Instant now);
  void begin_programme(Source& source, Instant now);
  bool fits(Source& source, const SourceFrame& frame, Track& track, Instant now);
  void follow_drift(Source& source, const SourceFrame& frame, Instant now);
  void go_on(Source& source, const SourceFrame& frame, std::size_t track, Instant now);
  void enter(Source& source, const SourceFrame& frame, std::size_t track, Instant now);
  void take_kept(Source& source, Instant now);

  // --- covering.cpp
  Instant shown_until(const Track& track) const;
  Instant cover_deadline(const Track& track) const;
  void cover(Instant now);
  void begin_cover(Track& track, Instant now);
  void release(Track& track);
  bool can_cover(const Track& track) const;
  Duration patience(const Track& track) const;
  bool leaves_hole(const SourceFrame& frame, const Track& track, const FrameTimes& times) const;
  void fill_hole(std::size_t track, const FrameTimes& times, Instant now);
  void fill(std::size_t track, Ticks since, Ticks until, Instant now);
  void fill_before(std::size_t track, const FrameTimes& times, Instant now);
  Ticks repeat(std::size_t track, Ticks at, Instant now);
  static void note_return(Track& track, const SourceFrame& frame);
  static bool has_returned(const Track& track, Duration span);

  // --- anchoring.cpp
  bool makes_room(const Source& source, const SourceFrame& frame, const FrameTimes& times) const;
  bool waits_for_entry(Source& source, const SourceFrame& frame) const;
  bool may_enter(Source& source, const SourceFrame& frame, bool is_entry, Track& track);
  bool place(Source& source, const SourceFrame& frame, const Track& track);
  std::optional<Ticks> least_pts(const Track& track) const;
  bool stays_behind(Source& source, const SourceFrame& frame, Ticks behind);
  bool is_on_air(const Source& source) const;

  Options options_;
  CoverPolicy cover_;
  std::shared_ptr<const Slate> slate_;
  ProgrammeClock clock_;
  Programme programme_;
  std::vector<std::unique_ptr<Source>> sources_;
  std::optional<SourceId> selected_;
  std::uint32_t next_source_ = 1;
  std::vector<Event> events_;
  std::optional<Instant> parameters_due_;
  SplicerCounts counts_;
};

}  // namespace recovery::splice
