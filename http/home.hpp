#pragma once

#include <string_view>

#include "http/reply.hpp"
#include "http/snapshot.hpp"

namespace http {

// The list of routes as JSON, for curl and for the live page (http/page/page.hpp).
Reply home(const SnapshotStore::View& view, std::string_view metrics_path);

}  // namespace http
