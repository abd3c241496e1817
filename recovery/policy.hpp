#pragma once

#include <cstdint>
#include <optional>

#include "monitor/limits.hpp"
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

// When a planned restart may happen.
enum class RestartMoment : std::uint8_t { any, track_change };

// Restarts of FFmpeg that can wait for a good moment. Neither incidents nor attempts.
struct PlannedRestart {
  std::optional<Duration> every;  // since the launch; empty: none
  std::optional<Duration>
      before_memory_limit;  // once the forecast is nearer than this; empty: none
  RestartMoment at = RestartMoment::track_change;
  Duration within = 20min;  // at the latest so long after it was due, whatever plays

  bool operator==(const PlannedRestart&) const = default;
};

struct Policy {
  bool enabled = true;
  unsigned max_restart_attempts = 3;
  Duration restart_cooldown = 60s;
  RestartDelay restart_delay;  // capped by restart_cooldown
  Duration stop_grace = 5s;    // from SIGTERM to SIGKILL
  OnExhausted on_exhausted = OnExhausted::keep_trying;
  AudioStream audio_stream;
  PlannedRestart planned_restart;
  Restart restart = Restart::always;  // the stream's own key, beside `recovery`
  Duration probe_interval = 5s;       // `monitor.probe_interval`: of source and sink
  // An output that FFmpeg goes on without; `restart`: once its server is back. The stream's own key
  // `sink.on_partial`.
  monitor::OnWarning on_partial = monitor::OnWarning::alert;
  bool restart_on_track_change = false;  // the stream's own `tracks.on_change: restart`
  // The program's `alerts.after`: off air for so long alerts, whatever recovery still tries. Empty:
  // only an escalation does.
  std::optional<Duration> alert_after;

  bool operator==(const Policy&) const = default;
};

}  // namespace recovery
