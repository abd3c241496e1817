#pragma once

#include <cstdint>

#include "monitor/time.hpp"

namespace recovery {

using monitor::Duration;
using monitor::Instant;
using namespace std::chrono_literals;

enum class Restart : std::uint8_t { always, on_failure, never };
enum class OnExhausted : std::uint8_t { keep_trying, exit, stop };

// Each field is the YAML key of the same name below `streams[].recovery`; each value is its
// default.

struct RestartDelay {
  Duration initial = 0s;  // before the first restart of a stream that was healthy
  Duration step = 1s;     // before the second
  double multiplier = 2;  // from each to the next
  double jitter = 0.1;    // ± this share

  bool operator==(const RestartDelay&) const = default;
};

// While the source is missing.
struct AudioStream {
  Duration retry_interval = 30s;
  unsigned max_retries = 20;  // then it escalates, and goes on

  bool operator==(const AudioStream&) const = default;
};

struct Policy {
  bool enabled = true;
  unsigned max_restart_attempts = 3;
  Duration restart_cooldown = 60s;
  RestartDelay restart_delay;  // capped by restart_cooldown
  Duration stop_grace = 5s;    // from SIGTERM to SIGKILL
  OnExhausted on_exhausted = OnExhausted::keep_trying;
  AudioStream audio_stream;
  Restart restart = Restart::always;  // the stream's own key, beside `recovery`
  Duration probe_interval = 5s;       // `monitor.probe_interval`: of source and sink

  bool operator==(const Policy&) const = default;
};

}  // namespace recovery
