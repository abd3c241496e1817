#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "supervisor/thread/thread.hpp"

namespace supervisor {

// Paces launches: each takes a millisecond of the supervising loop, and where every stream is to be
// launched at once, health, signals and stops must not wait for all of them. One that is alone is
// launched at once. For the loop's thread.
class LaunchQueue {
 public:
  // A turn of the loop runs what was ready when it began.
  static constexpr std::size_t launches_a_turn = 20;

  explicit LaunchQueue(const Thread& loop);

  // Calls it, from within this function or in a later turn, in the order they were put. Bounded by
  // the streams and their outputs, of which each waits for one launch.
  void put(std::function<void()> launch);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace supervisor
