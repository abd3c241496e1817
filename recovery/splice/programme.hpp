#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "recovery/splice/early_frames.hpp"
#include "recovery/splice/layout.hpp"
#include "recovery/splice/muxer.hpp"
#include "recovery/splice/output_queues.hpp"
#include "recovery/splice/programme_clock.hpp"
#include "recovery/splice/track.hpp"

namespace recovery::splice {

// What the outputs get: the streams, the time that each has reached, and the packets of it all.
//
// The outputs get each frame when it is due, not when it comes. So what a source has sent ahead is
// a reserve: where it ends there is no hole before something else stands in. A player that joins
// has nothing ahead but what it is given.
class Programme {
 public:
  // `clock`: outlives this.
  Programme(const OutputQueues::Limits& limits, const ProgrammeClock& clock)
      : clock_(clock), queues_(limits) {}

  bool has_begun() const { return !tracks_.empty(); }
  // With other streams, or other parameters of them. Time goes on.
  void begin(const Program& source, Instant now);
  const Program& layout() const { return layout_; }
  std::uint64_t layout_number() const { return layout_number_; }
  std::vector<Track>& tracks() { return tracks_; }
  const std::vector<Track>& tracks() const { return tracks_; }

  // Gives the frame to the outputs, at these times. False: it comes too late, or is too big.
  bool put(std::size_t track, const FrameTimes& times, const SourceFrame& frame, Instant now);
  // The outputs get what is due.
  void give_due(Instant now);
  // … next, and a little later: several at once.
  Instant next_due() const;
  // Nothing waits for its time any more, from now on.
  void stop_pacing(Instant now);
  // What is not due yet.
  std::size_t early_bytes() const { return early_.bytes(); }

  // No frame can be given whose DTS lies before.
  Ticks least_dts() const { return muxer_.pcr().value_or(0); }
  // Where time stands: no earlier may a programme with other streams begin.
  Ticks reached() const { return reached_; }
  // All audio and video have shown their parameters.
  bool knows_parameters() const;

  OutputQueues& queues() { return queues_; }
  const OutputQueues& queues() const { return queues_; }
  std::uint64_t late_frames() const { return late_frames_; }
  std::uint64_t frames() const { return frames_; }

 private:
  // A stream that has given nothing for so long no longer holds PCR back: until then what stands in
  // for it still fits behind what was given.
  static constexpr Duration active_within = std::chrono::milliseconds(1300);
  // … of slides: a late one must not be too late.
  static constexpr Duration slow_active_within = std::chrono::seconds(3);

  // Publishers learn of a stream only if it begins so soon behind the frame that they begin with.
  static constexpr Ticks probed = ticks_per_second * 3 / 10;

  // What the outputs were given of a track.
  struct Given {
    bool has_begun = false;
    Ticks dts = 0;
    Instant at{};
  };

  bool is_early(Ticks dts, Instant now) const;
  bool give(std::size_t track, const FrameTimes& times, std::uint8_t stream_id, bool is_key,
            Bytes payload, Instant now);
  void give_all(Instant now);
  void give_next(Instant now);
  Ticks earliest_dts(std::size_t track, Ticks dts, Instant now) const;
  bool is_entry(std::size_t track, bool is_key, Ticks dts) const;

  const ProgrammeClock& clock_;
  Program layout_;
  std::uint64_t layout_number_ = 0;
  std::optional<std::size_t> entry_;
  Ticks last_entry_ = 0;
  std::vector<Track> tracks_;
  std::vector<Given> given_;
  EarlyFrames early_;
  bool is_paced_ = true;
  Ticks reached_ = 0;
  Muxer muxer_;
  OutputQueues queues_;
  std::uint64_t late_frames_ = 0, frames_ = 0;
};

}  // namespace recovery::splice
