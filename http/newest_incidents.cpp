#include "http/newest_incidents.hpp"

#include <algorithm>

namespace http {

std::vector<KnownIncident> newest_incidents(const SnapshotStore::View& view, std::size_t limit) {
  std::vector<KnownIncident> all;
  for (const auto& stream : view.streams) {
    if (!stream->incidents) continue;
    const std::size_t count = std::min(limit, stream->incidents->size());  // newest first
    for (std::size_t i = 0; i < count; ++i) all.push_back({stream.get(), &(*stream->incidents)[i]});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const KnownIncident& left, const KnownIncident& right) {
                     return left.incident->detected_at > right.incident->detected_at;
                   });
  if (all.size() > limit) all.resize(limit);
  return all;
}

}  // namespace http
