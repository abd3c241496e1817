#pragma once

#include <string_view>

#include "http/reply.hpp"
#include "http/snapshot.hpp"

namespace http {

// What is here, as JSON: for a person with curl, and for the live page (http/page/page.hpp).
Reply home(const SnapshotStore::View& view, std::string_view metrics_path);

}  // namespace http
