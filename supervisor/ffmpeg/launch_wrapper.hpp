#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/time.hpp"

namespace supervisor {

// How a wrapper starts its command; the later, the worse for supervision.
enum class WrapperKind : std::uint8_t {
  in_place,  // execs it: the child stays the process that was started
  forks,     // stays as its parent
  unknown,   // a program that may start it in any way
  cuts_off,  // closes descriptors above 2: the progress pipe does not arrive
  escapes,   // takes it out of the process group: signals do not arrive
};

// The program that a command starts, seen through wrappers (`nice -n 5 env A=b ffmpeg …`).
struct LaunchedProgram {
  std::size_t at = 0;  // its word; the number of words where a wrapper has no command
  WrapperKind kind = WrapperKind::in_place;  // the worst on the way
  std::string_view wrapper;                  // that has this way; empty when in place
};

// Looks only through wrappers it knows: their own arguments are separated from the command by their
// options, so the user name in `gosu ffmpeg ffmpeg …` is no FFmpeg. Views into `argv`.
LaunchedProgram find_launched_program(const std::vector<std::string>& argv);

// The words of the wrappers that set how the command runs and are gone then: `nice -n 5`, `env
// A=b`. Those that stay as its parent are left out: they end it, lock or wait for it.
std::vector<std::string> lasting_wrappers(const std::vector<std::string>& argv);

// The words of all wrappers under which FFmpeg can be supervised: without `sudo`, `setsid`.
std::vector<std::string> wrappers_to_keep(const std::vector<std::string>& argv);

// How long `timeout DURATION` lets the command live; of several the shortest, empty without one.
std::optional<monitor::Duration> time_limit_of(const std::vector<std::string>& argv);

// The program runs its command on another machine, in another container or in a session that
// outlives it (`screen`), where no descriptor of this one arrives.
bool runs_elsewhere(std::string_view program);

// The last component of a path.
std::string_view base_name(std::string_view path);

}  // namespace supervisor
