#include "supervisor/stream/launch_queue.hpp"

#include <deque>
#include <utility>

namespace supervisor {

struct LaunchQueue::State : std::enable_shared_from_this<State> {
  explicit State(Thread on) : loop(std::move(on)) {}

  // Before a launch, which may throw: the others must still have their turn.
  void post_turn() {
    if (is_posted) return;
    is_posted = loop.post([state = weak_from_this()] {
      if (const auto self = state.lock()) self->turn();
    });
  }

  void turn() {
    is_posted = false;
    launched = 0;
    while (!waiting.empty() && launched < launches_a_turn) {
      ++launched;
      post_turn();
      const std::function<void()> launch = std::move(waiting.front());
      waiting.pop_front();
      launch();
    }
  }

  Thread loop;
  std::deque<std::function<void()>> waiting;
  std::size_t launched = 0;  // in this turn
  bool is_posted = false;    // the next turn
};

LaunchQueue::LaunchQueue(const Thread& loop) : state_(std::make_shared<State>(loop)) {
}

void LaunchQueue::put(std::function<void()> launch) {
  state_->post_turn();
  if (!state_->waiting.empty() || state_->launched >= launches_a_turn) {
    state_->waiting.push_back(std::move(launch));
    return;
  }
  ++state_->launched;
  launch();
}

}  // namespace supervisor
