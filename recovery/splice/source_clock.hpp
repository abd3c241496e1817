#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "recovery/splice/programme_clock.hpp"

namespace recovery::splice {

// A source's time stamps on the programme's clock: one shift for all its PIDs, kept as long as its
// time stamps go on. For its drift see Drift.
class SourceClock {
 public:
  // A step of more than this, beside what passed meanwhile, is a new time line.
  static constexpr Ticks longest_step = 10 * ticks_per_second;
  // So is what lies further ahead of the wall: reading is paced long before.
  static constexpr Ticks furthest_lead = 15 * ticks_per_second;
  // A lead taken on at a splice is given back by one tick in so many: half a percent, not heard.
  static constexpr Ticks give_back = 200;

  // The time that the 33 bits of a DTS mean. Of audio and video only: data may say anything.
  Ticks read(std::uint64_t stamp, Instant arrival, const ProgrammeClock& programme) {
    const Ticks time = unwrapped(stamp, latest_.value_or(static_cast<Ticks>(stamp)));
    if (latest_) {
      const Ticks step = time - *latest_;
      const Ticks passed = std::max<Ticks>(0, to_ticks(arrival - latest_at_));
      const bool goes_on = step > -longest_step && step < longest_step + passed &&
                           time + shift(time) - programme.at(arrival) < furthest_lead;
      if (goes_on) {
        latest_ = std::max(*latest_, time);
        latest_at_ = std::max(latest_at_, arrival);
        return time;
      }
    }
    return begin(stamp, arrival, programme);
  }
  // Counts time lines: times of different ones have nothing to do with each other.
  std::uint64_t line() const { return line_; }
  // The latest DTS.
  Ticks latest() const { return latest_.value_or(0); }

  // Whether the shift is that of material on air, not of a guess by its first arrival.
  bool is_anchored() const { return is_anchored_; }
  // From `time` on, `time` comes at `programme`; of that, `lead` is too early and given back.
  void anchor(Ticks time, Ticks programme, Ticks lead) {
    is_anchored_ = true;
    anchor_ = time;
    shift_ = programme - time;
    lead_ = std::max<Ticks>(0, lead);
  }
  // It is not on air any more: `time` has come at `programme`, which is a guess.
  void release(Ticks time, Ticks programme) {
    anchor(time, programme, 0);
    is_anchored_ = false;
  }
  Ticks shift(Ticks time) const { return shift_ - (lead_ - lead_left(time)); }
  // What is not given back yet.
  Ticks lead_left(Ticks time) const {
    const Ticks elapsed = std::max<Ticks>(0, time - anchor_);
    return lead_ - std::min(lead_, elapsed / give_back);
  }

 private:
  Ticks begin(std::uint64_t stamp, Instant arrival, const ProgrammeClock& programme) {
    const auto time = static_cast<Ticks>(stamp);
    latest_ = time;
    latest_at_ = arrival;
    anchor(time, programme.at(arrival), 0);
    is_anchored_ = false;
    ++line_;
    return time;
  }

  std::optional<Ticks> latest_;
  Instant latest_at_{};
  std::uint64_t line_ = 0;
  bool is_anchored_ = false;
  Ticks anchor_ = 0, shift_ = 0, lead_ = 0;
};

}  // namespace recovery::splice
