#pragma once

#include <optional>

#include "monitor/evidence.hpp"
#include "monitor/ffmpeg/progress.hpp"
#include "recovery/event.hpp"
#include "tests/simulation/scenario.hpp"

namespace simulation {

// What will become of a child.
enum class Trouble {
  exits,         // with a code
  crashes,       // by a signal
  ends,          // exit code 0, its work done
  loses_source,  // says so, exit code 0 or 1
  loses_sink,    // says so, with a code
  name_taken,    // the sink says so, with a code
  goes_silent,   // hangs, no blocks (5.1)
  freezes,       // hangs, the blocks go on (7.1)
  is_stopped,    // state T
  starves,       // the bitrate falls
  is_wrong,      // says that the command is, exit code 1
  never_starts,  // hangs before the first output
};

enum class OnTerm { ends, ends_slowly, ends_at_the_second, ignores };

// A model FFmpeg: a value with a fate. The world asks it when things happen and what it says.
struct Child {
  recovery::Generation generation = 0;
  recovery::Role role = recovery::Role::primary;
  bool running = false;  // launched and not gone
  bool leaving = false;  // its exit has its time
  bool hung = false;
  bool starved = false;
  bool said_permanent = false;
  bool said_lost = false;      // that the source or sink failed, near its end
  bool blames_source = false;  // … the source, and nothing else
  bool publishes = false;      // the sink has let it in
  unsigned fates = 0;          // how often its fate has changed: a trouble of an older is void
  Trouble trouble = Trouble::exits;
  OnTerm on_term = OnTerm::ends;
  bool resists_kill = false;  // in uninterruptible sleep for a while
  unsigned terms = 0;
  Duration cpu_time{};  // as its samples show them
  std::uint64_t written_bytes = 0;
  Duration startup{};  // until the first block
  Duration life{};     // until the trouble
  monitor::ExitStatus fate{};
  double media_seconds = 0;
  double media_bytes = 0;

  bool advanced() const { return media_seconds > 0; }
};

// Longest time until the first block of a healthy child.
inline constexpr Duration startup_limit = std::chrono::seconds(4);

Child make_child(recovery::Generation generation, bool bad_times, const Scenario& scenario,
                 Dice& dice);
Child make_fallback(recovery::Generation generation, const Scenario& scenario, Dice& dice);

// Something befalls it from outside.
void doom(Child& child, Trouble trouble, Dice& dice);

enum class Kind { video, audio, null_output };  // which counters its blocks carry
monitor::Progress block_of(const Child& child, Kind kind);

// What it has done since the sample before. After a TERM one that ends slowly works on; one that
// waits for the second or ignores it stands still.
void work(Child& child, Dice& dice);

// How long until it ends after this signal; empty: it does not care.
std::optional<Duration> ends_after(Child& child, int signal, Dice& dice);

}  // namespace simulation
