#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <sys/types.h>

#include "monitor/evidence.hpp"
#include "monitor/ffmpeg/progress.hpp"
#include "monitor/observation.hpp"
#include "monitor/source_look.hpp"
#include "recovery/policy.hpp"
#include "recovery/setup.hpp"

namespace recovery {

// Number of the child, counted from 1. Whatever arrives with an older one is dropped.
using Generation = std::uint64_t;

// Which of the stream's two commands a child runs. The fallback goes on air in the primary's place,
// never beside it.
enum class Role : std::uint8_t { primary, fallback };

// Requested by an operator or the service manager.
struct StartRequested {};
struct StopRequested {
  bool shutdown = false;  // the supervisor itself ends, or
  bool removed = false;   // … this stream does: no later life will close what it leaves open
};
struct RestartRequested {};
struct KillRequested {};  // a second signal: no grace any more

// What the driver reports of a child.
struct Launched {
  Generation generation;
  pid_t pid;
};
struct LaunchFailed {
  Generation generation;
  int error_number;          // errno of fork, pipe or execve
  std::string program = {};  // the command's first word
};
// The command was given a progress pipe, and FFmpeg does not have it: the wrapper has closed it.
// From now on this child is one without progress.
struct ProgressUnavailable {
  Generation generation;
};
struct ProgressSeen {
  Generation generation;
  monitor::Progress progress;
};
// What a witness outside FFmpeg saw of this life.
struct Observed {
  Generation generation;
  monitor::Observation what;
};
// What feeds the input of this FFmpeg has nothing to give, or has again. Of a publisher.
struct InputIdle {
  bool is_idle;
};
// Of a stream whose outputs are held: they deliver what stands in for what the encoder does not
// give; or the encoder's own again, or nothing at all.
struct CoverChanged {
  bool is_covered = false;
  std::string what = {};  // "sound", "picture", "picture and sound"
  bool by_slate = false;  // it stands in for the picture, not the last key frame
};
// One of its outputs' streams goes on with something else. `hole`: that the audience may have seen.
struct Switched {
  bool to_cover = false;  // false: to the encoder
  Duration hole{};
};
// The fallback lives beside the encoder from now on, or does so no more.
struct StandbyChanged {
  bool stands_by = false;
};
struct SignSeen {
  Generation generation;
  monitor::Sign sign;
  std::string text;  // secrets already masked
};
// What became of the supervisor's own stdin and stdout, where the command streams through them: a
// pipe that has ended cannot be started again.
enum class Pipeline : std::uint8_t { open, input_ended, output_closed };
struct Exited {
  Generation generation;
  monitor::ExitStatus status;
  Pipeline pipeline = Pipeline::open;
};

// The answer to a probe of the source or the sink; `number` is that of the action that asked for
// it.
struct SourceProbed {
  std::uint64_t number;
  monitor::SourceLook look;
};
struct SinkProbed {
  std::uint64_t number;
  bool available;
  std::string sentence;     // secrets already masked
  std::string output = {};  // as it was asked
};

// Another play is on air at the station: a boundary. What is launched from now on is of the new
// one.
struct TrackChanged {};

// Of time.
struct Tick {};
// The loop (and perhaps FFmpeg with it) could not run for a while past a deadline: a paused
// container, a suspended machine. Comes before the Tick.
struct Paused {};
// The configuration is another one from now on.
struct Reconfigured {
  Setup setup;
  bool primary_changed = false;  // FFmpeg must be launched anew for it
  bool fallback_changed = false;
};

using Event = std::variant<StartRequested, StopRequested, RestartRequested, KillRequested, Launched,
                           LaunchFailed, ProgressSeen, ProgressUnavailable, Observed, SignSeen,
                           Exited, SourceProbed, SinkProbed, TrackChanged, Tick, Paused,
                           Reconfigured, InputIdle, CoverChanged, Switched, StandbyChanged>;

}  // namespace recovery
