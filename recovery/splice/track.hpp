#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "recovery/splice/cover.hpp"
#include "recovery/splice/parameters.hpp"
#include "recovery/splice/recent_longest.hpp"
#include "recovery/splice/source.hpp"

namespace recovery::splice {

// One stream of the programme: what was given so far, and what may follow it.
class Track {
 public:
  // Between the last picture before a splice and the first behind it, at least.
  static constexpr Ticks smallest_step = ticks_per_second / 500;
  // Between two DTS, where they would not rise.
  static constexpr Ticks squeezed_step = ticks_per_second / 1000;

  explicit Track(const ProgramStream& stream, StreamName name) : kind_(stream.kind), name_(name) {}

  Kind kind() const { return kind_; }
  const StreamName& name() const { return name_; }
  bool has_begun() const { return has_begun_; }
  Ticks end() const { return end_; }
  Ticks highest_pts() const { return highest_pts_; }
  Ticks last_dts() const { return last_dts_; }
  Instant last_at() const { return last_at_; }

  // How far the frame lies before where another source's may begin; 0 or less: it may.
  Ticks behind(const FrameTimes& times, Ticks duration) const {
    if (!has_begun_) return 0;
    if (kind_ == Kind::video) return highest_pts_ + smallest_step - times.pts;
    // On the frame grid: half a frame too early or too late.
    const Ticks since_end = end_ - duration / 2 - times.pts;
    return std::max(since_end, highest_pts_ + squeezed_step - times.pts);
  }
  // A picture that refers to what was cut off by the splice.
  bool is_cut_off(const FrameTimes& times) const { return times.pts < floor_; }
  void cut_off_before(Ticks pts) { floor_ = pts; }

  // Makes DTS rise as it must. B-frames begin before their key frame is shown: behind a source
  // without them there is less room for DTS than they had. False: the frame does not fit.
  bool follow(FrameTimes& times) const {
    if (!has_begun_) return times.dts <= times.pts;
    if (kind_ != Kind::video && times.pts <= highest_pts_) return false;
    times.dts = std::max(times.dts, last_dts_ + squeezed_step);
    return times.dts <= times.pts;
  }
  // `is_own`: no cover, whose pace says nothing of the stream's.
  void note(const FrameTimes& times, Ticks duration, bool is_own, Instant now) {
    if (has_begun_ && !repeats() && is_own)
      note_step(duration > 0 ? duration : times.dts - last_dts_);
    if (!std::exchange(has_begun_, true)) begun_at_ = now;
    last_dts_ = times.dts;
    highest_pts_ = std::max(highest_pts_, times.pts);
    end_ = std::max(end_, times.pts + duration);
    last_at_ = now;
  }

  // What was given has been shown then.
  Ticks shown_until() const { return std::max(end_, highest_pts_); }
  // The longest time but one that one of its last frames was shown.
  Ticks longest_step() const { return longest_step_; }
  // How long a frame came after what was given before it had been shown, and what is usual:
  // FFmpeg writes the sound of a slide with it.
  void note_lateness(Duration late, Instant now) { lateness_.note(late, now); }
  Duration usual_lateness() const { return lateness_.longest_but_one(); }
  Instant begun_at() const { return begun_at_; }
  // To stand in for it, where it fits what the stream carries; null: none.
  void offer(const std::shared_ptr<const Slate>& slate) {
    const auto* video = parameters ? std::get_if<VideoParameters>(&*parameters) : nullptr;
    const bool fits = slate && video && slate->parameters == *video;
    cover.set_slate(fits ? slate : nullptr);
  }

  std::optional<Parameters> parameters;  // of what it carries
  std::optional<SourceId> source;        // whose frames it carries
  bool needs_key = false;                // a frame is missing: what refers to it cannot be shown
  Cover cover;                           // what may stand in for it
  bool is_covered = false;               // it does, or a source that stands in
  std::optional<SourceId> covered;       // … for this source
  // Of that source's frames under cover: since when they have come, and the last.
  std::optional<Instant> returns_since;
  Instant returned_at{};
  Ticks cover_at = 0;  // … next
  Instant makes_way_until = Instant::min();
  // Nothing is left but to repeat what was seen.
  bool repeats() const { return is_covered && !source; }

 private:
  static constexpr Ticks none = std::numeric_limits<Ticks>::min();
  static constexpr Ticks longest_shown = 10 * ticks_per_second;  // believed of one frame

  // One that stands out is a jump of the time stamps.
  void note_step(Ticks step) {
    if (step <= 0) return;
    steps_[next_step_++ % steps_.size()] = std::min(step, longest_shown);
    Ticks longest = 0;
    longest_step_ = 0;
    for (const Ticks each : steps_) {
      longest_step_ = std::max(longest_step_, std::min(each, longest));
      longest = std::max(longest, each);
    }
  }

  Kind kind_;
  StreamName name_;
  bool has_begun_ = false;
  Ticks last_dts_ = none, highest_pts_ = none, end_ = none, floor_ = none;
  Instant last_at_{}, begun_at_{};
  static constexpr Ticks unknown_step = 5 * ticks_per_second;  // a slide may stay for long
  std::array<Ticks, 8> steps_ = {unknown_step, unknown_step, unknown_step, unknown_step,
                                 unknown_step, unknown_step, unknown_step, unknown_step};
  std::size_t next_step_ = 0;
  Ticks longest_step_ = unknown_step;
  RecentLongest lateness_;
};

}  // namespace recovery::splice
