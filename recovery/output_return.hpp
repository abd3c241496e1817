#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "monitor/backoff.hpp"
#include "recovery/policy.hpp"
#include "recovery/probe_schedule.hpp"

namespace recovery {

// Outputs that FFmpeg goes on without and does not connect anew: their servers are looked at in
// turn, so that FFmpeg can be launched again once one takes connections. A value; it never decides
// what follows.
//
// A launch interrupts the outputs that are left. Where it did not bring the output back, the next
// one comes later, each time.
class OutputReturn {
 public:
  // Between two looks at least; a connection costs less than a request.
  static constexpr Duration between_looks = 1s;
  static constexpr Duration longest_pause = 1h;  // between two launches

  // What is lost at present, by name; empty: nothing. `pace`: between two looks at most.
  void await(std::vector<std::string> outputs, Duration pace, Instant now);

  Instant deadline() const { return looks_.deadline(); }
  struct Look {
    std::uint64_t number;
    std::string output;
  };
  Look begin_look(Instant now);
  // False for an answer that is not awaited.
  bool accept(std::uint64_t number, const std::string& output, Instant now);

  // Whether FFmpeg may be launched for it already: `first` after a launch in vain, then rarer, up
  // to `longest`.
  bool may_launch(Duration first, Duration longest, Instant now) const;
  void on_launch(Instant now);
  // The stream has been well for a whole cooldown. With nothing lost it begins afresh.
  void on_healthy();

 private:
  std::vector<std::string> awaited_;
  std::size_t next_ = 0;
  ProbeSchedule looks_{true, between_looks};
  unsigned launches_ = 0;  // that did not help, in a row
  Instant launched_at_{};
};

}  // namespace recovery
