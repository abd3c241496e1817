#include "recovery/watched_time.hpp"

namespace recovery {

void WatchedTime::begin(const PersistedState& past, WallTime wall) {
  since_ = past.watched_since.value_or(past.alive_at.value_or(wall));
  unwatched_ = past.unwatched;
  // The wall clock may have been set back between the two lives.
  if (!past.alive_at || *past.alive_at >= wall) return;
  add({*past.alive_at, wall});
}

void WatchedTime::pause(Duration lasted, WallTime until) {
  if (lasted < shortest_unwatched) return;
  add({until - std::chrono::duration_cast<WallTime::duration>(lasted), until});
}

void WatchedTime::add(UnwatchedSpan span) {
  for (std::vector<UnwatchedSpan>* spans : {&new_, &unwatched_}) {
    spans->insert(spans->begin(), span);
    if (spans->size() > unwatched_limit) spans->pop_back();
  }
}

}  // namespace recovery
