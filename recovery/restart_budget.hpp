#pragma once

#include <cstdint>
#include <random>

#include "recovery/policy.hpp"

namespace recovery {

// How soon a stream may be launched again, and when it has been tried often enough.
//
// `max_restart_attempts` restarts are quick (delays grow from `initial` up to `restart_cooldown`);
// then one launch per `restart_cooldown`, counted from launch to launch, until the stream has been
// healthy for a whole cooldown. So no window of that length, wherever it begins, ever holds more
// than max_restart_attempts + 1 launches. A restart is postponed, never refused.
class RestartBudget {
 public:
  RestartBudget(const Policy& policy, std::uint64_t seed);

  struct Grant {
    Duration delay;    // from `now` to the launch
    unsigned attempt;  // 1 for the first since the stream was last healthy
    bool exhausted;    // the quick restarts are spent
  };
  // Spends an attempt. The launch is due at now + delay.
  Grant spend(Instant now);

  // Another pace from now on; what was spent stays spent.
  void set_policy(const Policy& policy) { policy_ = policy; }

  void on_launch(Instant now) { last_launch_ = now; }

  // As an earlier life of the supervisor left it: `attempts` spent, the last launch at
  // `last_launch`.
  void resume(unsigned attempts, Instant last_launch);

  // The stream has been healthy for a whole cooldown: it starts afresh.
  void on_healthy() { attempts_ = 0; }

  unsigned attempts() const { return attempts_; }
  // Instant::min() where there was none.
  Instant last_launch() const { return last_launch_; }

 private:
  Duration growing_delay();

  Policy policy_;
  std::minstd_rand random_;
  unsigned attempts_ = 0;
  Instant last_launch_ = Instant::min();
};

}  // namespace recovery
