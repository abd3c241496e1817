#pragma once

#include <cstdint>

#include "monitor/time.hpp"

namespace recovery {

using monitor::Duration;
using monitor::Instant;

// When to probe an endpoint: at a steady pace while its return is not awaited, often while it is. A
// value; it decides when, never what follows.
//
// While it is awaited, the time between two probes is `shortest` at first and grows with the square
// root of the time since it went missing, up to the pace given. With 200 ms, probes are 0.9 s apart
// after a minute of outage, which has cost its server 140 short requests by then.
class ProbeSchedule {
 public:
  // `known` false: it cannot be probed, no probe is ever due. `shortest`: between two probes.
  ProbeSchedule(bool known, Duration shortest) : known_(known), shortest_(shortest) {}

  // Whether it can be probed, from now on.
  void set_known(bool known) {
    known_ = known;
    if (!known) rest();
  }
  // One probe each `pace`, the first after one.
  void watch(Duration pace, Instant now);
  // … the first as soon as the pace since the last one allows; one that is under way counts.
  void watch_at_once(Duration pace, Instant now);
  // Its return is awaited from now on; the first probe is due at once. `missing_since`: of the
  // whole outage, not of this wait: what has been awaited before is not asked as often as at first.
  void await(Duration pace, Instant missing_since, Instant now);
  // It was just seen to be gone: its return is awaited, the next probe comes after `shortest`.
  void hasten(Instant now);
  // No probes.
  void rest();

  // When the next probe is due, or at the latest an answer; `monitor::never` at rest.
  Instant deadline() const { return due_at_; }
  // Begins a probe; the number to be found in its answer.
  std::uint64_t begin(Instant now);
  // False for an answer to a probe that another has replaced, or that is not awaited any more.
  bool accept(std::uint64_t number, Instant now);

  bool is_known() const { return known_; }

 private:
  Duration interval(Instant now) const;

  bool known_;
  Duration shortest_;
  bool awaits_ = false;
  bool under_way_ = false;
  Duration pace_{};
  Instant missing_since_{};
  Instant begun_at_ = Instant::min();  // the last probe
  Instant due_at_ = monitor::never;
  std::uint64_t number_ = 0;
};

}  // namespace recovery
