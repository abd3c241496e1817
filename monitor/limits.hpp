#pragma once

#include <cstdint>
#include <optional>

#include "monitor/time.hpp"

namespace monitor {

using namespace std::chrono_literals;

// What is done about a condition that is not off air by itself.
enum class OnWarning { alert, restart };
// … about dead air. `fallback`: that goes on air, and the primary is tried again each cooldown.
enum class OnDeadAir { alert, restart, fallback };

// Each field is the YAML key of the same name below `streams[].monitor`; each value is its default.

struct BitrateDrop {
  double percent = 50;    // below the baseline of health
  Duration window = 10s;  // over which the rate is taken
  Duration hold = 10s;    // how long it must stay below
  OnWarning action = OnWarning::alert;

  bool operator==(const BitrateDrop&) const = default;
};

struct MinSpeed {
  double ratio = 0.9;  // of real time
  Duration hold = 30s;

  bool operator==(const MinSpeed&) const = default;
};

// Dead air, where it is asked for. Each empty: not looked for.
struct Content {
  struct Silence {
    double noise_db = -50;  // all channels below this
    Duration duration = 15s;

    bool operator==(const Silence&) const = default;
  };
  struct FrozenPicture {
    double noise_db = -60;  // less difference between two frames than this
    Duration duration = 15s;

    bool operator==(const FrozenPicture&) const = default;
  };
  struct Black {
    Duration duration = 15s;

    bool operator==(const Black&) const = default;
  };
  std::optional<Silence> silence;
  std::optional<FrozenPicture> frozen_picture;
  std::optional<Black> black;
  OnDeadAir action = OnDeadAir::alert;

  bool any() const { return silence || frozen_picture || black; }
  bool operator==(const Content&) const = default;
};

// What is shown of what goes out, where it is asked for.
struct Preview {
  std::optional<Duration> picture;  // from one to the next; empty: none is made
  bool level = false;               // of the sound

  bool any() const { return picture || level; }
  bool operator==(const Preview&) const = default;
};

// Which witnesses count. `progress`: FFmpeg's progress blocks and its end alone.
enum class Witnesses { all, progress };

struct Limits {
  Duration sample_interval = 1s;   // between readings of /proc
  Duration stats_period = 500ms;   // between progress blocks, as asked of FFmpeg
  Duration startup_timeout = 30s;  // first progress after launch
  Duration freeze_timeout = 30s;
  BitrateDrop bitrate_drop;
  MinSpeed min_speed;
  double cpu_percent = 90;              // of what the process may use
  double memory_mb = 2048;              // resident set, MiB
  Duration sink_stall_timeout = 10s;    // the receiving server takes nothing
  Duration source_stall_timeout = 10s;  // nothing arrives from the source
  Content content;
  Preview preview;
  Witnesses witnesses = Witnesses::all;
  // No key: by the command's own options, how much longer its inputs may be analysed before the
  // first block. It counts only while the source is read.
  Duration analysis{};

  bool operator==(const Limits&) const = default;
};

}  // namespace monitor
