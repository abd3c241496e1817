#pragma once

#include <cstddef>
#include <vector>

#include "http/snapshot.hpp"

namespace http {

struct KnownIncident {
  const StreamSnapshot* stream;
  const recovery::IncidentRecord* incident;
};

// Of all streams together, the newest first, at most `limit`. Valid as long as the view.
std::vector<KnownIncident> newest_incidents(const SnapshotStore::View& view, std::size_t limit);

}  // namespace http
