#pragma once

#include <cstdint>
#include <optional>

#include "recovery/policy.hpp"

namespace recovery {

// What follows for the primary: once the present child is gone, or while none of its children
// runs. One value, because no two of these are ever true at once: a stop that ends in a launch has
// no time to wait for, and the wait behind a fallback that is being stopped goes on.
struct Plan {
  enum class Kind : std::uint8_t {
    none,     // the primary runs, or nothing does and nothing will by itself
    resume,   // the supervisor's previous life ended without a stop: start by the budget
    launch,   // at once
    at_time,  // launch at `at`
    source,   // launch when the source is there
    recover,  // judge what is to be done when the child is gone
    give_up,  // by `on_exhausted`
    reject,   // end: what the command asks for is wrong
    stop      // nothing: a stop was asked for
  };

  Kind kind = Kind::none;
  Instant at{};  // of `at_time`

  static Plan launch_in(Duration delay, Instant now) {
    if (delay == Duration::zero()) return {Kind::launch};
    return {Kind::at_time, now + delay};
  }

  bool awaits_time() const { return kind == Kind::at_time; }
  bool awaits_source() const { return kind == Kind::source; }
  // The primary waits; the fallback may be on air, or be stopped, meanwhile.
  bool waits() const { return awaits_time() || awaits_source(); }

  // Empty where the launch has no time of its own.
  std::optional<Instant> launch_at() const {
    return awaits_time() ? std::optional(at) : std::nullopt;
  }
  // `monitor::never` where it has none.
  Instant deadline() const { return launch_at().value_or(monitor::never); }

  bool operator==(const Plan&) const = default;
};

}  // namespace recovery
