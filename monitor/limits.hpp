#pragma once

#include <cstdint>

#include "monitor/time.hpp"

namespace monitor {

using namespace std::chrono_literals;

// What is done about a condition that is not off air by itself.
enum class OnWarning { alert, restart };

// Each field is the YAML key of the same name below `streams[].monitor`; each value is its default.

struct BitrateDrop {
  double percent = 50;    // below the baseline of health
  Duration window = 10s;  // over which the rate is taken
  Duration hold = 10s;    // how long it must stay below
  OnWarning action = OnWarning::alert;
};

struct MinSpeed {
  double ratio = 0.9;  // of real time
  Duration hold = 30s;
};

struct Limits {
  Duration sample_interval = 1s;   // between readings of /proc
  Duration stats_period = 500ms;   // between progress blocks, as asked of FFmpeg
  Duration startup_timeout = 30s;  // first progress after launch
  Duration freeze_timeout = 30s;
  BitrateDrop bitrate_drop;
  MinSpeed min_speed;
  double cpu_percent = 90;  // of what the process may use
  double memory_mb = 2048;  // resident set, MiB
};

}  // namespace monitor
