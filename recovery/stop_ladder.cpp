#include "recovery/stop_ladder.hpp"

#include <csignal>

namespace recovery {

namespace {
constexpr Duration until_unkillable = std::chrono::seconds(2);  // a killed process is gone in ms
}

int StopLadder::begin(bool at_once, Instant now) {
  rung_ = Rung::none;
  began_at_ = now;
  if (at_once) return *kill(now);
  rung_ = Rung::first_term;
  due_at_ = now + grace_ / 2;
  return SIGTERM;
}

std::optional<int> StopLadder::climb(Instant now) {
  if (now < due_at_) return std::nullopt;
  switch (rung_) {
    case Rung::none:
      return std::nullopt;
    case Rung::first_term:
      rung_ = Rung::second_term;
      due_at_ = began_at_ + grace_;
      return SIGTERM;
    case Rung::second_term:
      return kill(now);
    case Rung::killed:
    case Rung::unkillable:
      rung_ = Rung::unkillable;
      due_at_ = now + until_unkillable;
      return SIGKILL;
  }
  return std::nullopt;
}

std::optional<int> StopLadder::kill(Instant now) {
  if (rung_ == Rung::killed || rung_ == Rung::unkillable) return std::nullopt;
  rung_ = Rung::killed;
  due_at_ = now + until_unkillable;
  return SIGKILL;
}

}  // namespace recovery
