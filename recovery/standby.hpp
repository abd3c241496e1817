#pragma once

#include <cstdint>
#include <optional>

#include "monitor/time.hpp"

namespace recovery {

using monitor::Duration;
using monitor::Instant;
using namespace std::chrono_literals;

// `fallback_standby`.
enum class StandbyChoice : std::uint8_t { automatic, always, never };

// Whether the fallback of a held stream stands by: lives beside the encoder, so that it is there in
// the moment in which it is needed. It costs the CPU of a second encoder all the time: by itself it
// does so only where there is room. A value; it launches nothing.
class Standby {
 public:
  // There is room for it where no more than this is used without it …
  static constexpr double roomy = 0.6;
  // … and none where this is used with it.
  static constexpr double crowded = 0.9;
  static constexpr Duration roomy_for = 10s;
  static constexpr Duration crowded_for = 30s;
  // After there was no room it is not tried again for so long.
  static constexpr Duration rest = 10min;

  // What is known of the stream. `cpu_used`: of what the encoder, or the machine, may use,
  // whichever is more; empty: not known.
  struct Situation {
    bool is_wanted = false;  // the stream runs, or is to
    bool encoder_is_on_air = false;
    bool stands_in = false;  // the fallback is what the outputs carry
    std::optional<double> cpu_used;
  };

  bool stands_by() const { return stands_by_; }
  // Whether it stands by from now on.
  bool follow(StandbyChoice choice, const Situation& situation, Instant now);

 private:
  bool leave();
  bool has_room(const Situation& situation, Instant now);
  bool is_crowded(const Situation& situation, Instant now);

  bool stands_by_ = false;
  std::optional<Instant> roomy_since_, crowded_since_;
  Instant not_before_ = Instant::min();
};

}  // namespace recovery
