#include "recovery/watched_time.hpp"

namespace recovery {

void WatchedTime::begin(const PersistedState& past, WallTime wall) {
  since_ = past.watched_since.value_or(past.alive_at.value_or(wall));
  unwatched_ = past.unwatched;
  // The wall clock may have been set back between the two lives.
  if (!past.alive_at || *past.alive_at >= wall) return;
  new_ = {{*past.alive_at, wall}};
  unwatched_.insert(unwatched_.begin(), new_.front());
  if (unwatched_.size() > unwatched_limit) unwatched_.pop_back();
}

}  // namespace recovery
