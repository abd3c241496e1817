#include "http/snapshot_store.hpp"

namespace http {

void SnapshotStore::sample(const ClockReading& now) {
  const std::scoped_lock lock(mutex_);
  for (Slot& slot : slots_) {
    if (slot.snapshot) slot.samples.add(sample_of(*slot.snapshot, now));
  }
}

std::optional<std::vector<Sample>> SnapshotStore::samples_of(std::string_view stream) const {
  const std::scoped_lock lock(mutex_);
  for (const Slot& slot : slots_) {
    if (slot.snapshot && slot.snapshot->name == stream) return slot.samples.all();
  }
  return std::nullopt;
}

}  // namespace http
