#pragma once

#include <cstdint>

#include "monitor/time.hpp"

namespace recovery {

using monitor::Duration;
using monitor::Instant;

// When to look whether an endpoint is there: at a steady pace while nobody waits for it, often when
// its return is awaited. A value; it decides when, never what follows.
//
// While waited for, looks follow each other within 0.5 % of the time waited so far (at least
// `shortest`, at most the pace given), so that the return is noticed within that share of the
// outage. With 200 ms, an outage of a minute costs its server 280 short requests.
class ProbeSchedule {
 public:
  // `known` false: nothing can be looked at, no look is ever due. `shortest`: between two looks.
  ProbeSchedule(bool known, Duration shortest) : known_(known), shortest_(shortest) {}

  // Whether anything can be looked at, from now on.
  void set_known(bool known) {
    known_ = known;
    if (!known) rest();
  }
  // One look each `pace`, the first after one.
  void watch(Duration pace, Instant now);
  // Its return is awaited from now on; the first look is due at once.
  void await(Duration pace, Instant now);
  // It was just seen to be gone: its return is awaited, the next look comes in a moment.
  void hasten(Instant now);
  // No looks.
  void rest();

  // When the next look is due, or at the latest an answer; `monitor::never` at rest.
  Instant deadline() const { return due_at_; }
  // Begins a look; the number to be found in its answer.
  std::uint64_t begin(Instant now);
  // False for an answer to a look that another has replaced, or that nobody waits for any more.
  bool accept(std::uint64_t number, Instant now);

  bool is_known() const { return known_; }

 private:
  Duration interval(Instant now) const;

  bool known_;
  Duration shortest_;
  bool awaits_ = false;
  bool under_way_ = false;
  Duration pace_{};
  Instant awaits_since_{};
  Instant due_at_ = monitor::never;
  std::uint64_t number_ = 0;
};

}  // namespace recovery
