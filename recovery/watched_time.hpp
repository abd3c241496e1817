#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "recovery/persisted_state.hpp"
#include "recovery/wall_time.hpp"

namespace recovery {

// A supervisor that was stopped for less than this has missed little.
constexpr auto shortest_unwatched = std::chrono::seconds(5);

// Since when a stream is known, and the times since then in which no supervisor ran, or one that
// was stopped (SIGSTOP, a frozen container). A value; pure.
class WatchedTime {
 public:
  // This life begins at `wall`. From the last sign of the life before, nobody watched.
  void begin(const PersistedState& past, WallTime wall);

  // The supervisor itself did not run for `lasted` and goes on at `until`.
  void pause(Duration lasted, WallTime until);

  // Empty before `begin`.
  std::optional<WallTime> since() const { return since_; }
  const std::vector<UnwatchedSpan>& unwatched() const { return unwatched_; }  // newest first

  // What the journal does not hold yet; then it does.
  std::vector<UnwatchedSpan> take_new() { return std::exchange(new_, {}); }

 private:
  void add(UnwatchedSpan span);

  std::optional<WallTime> since_;
  std::vector<UnwatchedSpan> unwatched_;
  std::vector<UnwatchedSpan> new_;
};

}  // namespace recovery
