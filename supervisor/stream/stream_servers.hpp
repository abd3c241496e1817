#pragma once

#include "recovery/alert.hpp"
#include "supervisor/stream/stream_parts.hpp"

namespace supervisor {

// The servers that a stream takes its media from and sends it to, for labels: what is the same for
// all streams of one server. Neither credentials nor paths; empty where there is no server. Of more
// than four the first four, and an ellipsis.
recovery::StreamServers servers_of(const StreamParts& parts);

}  // namespace supervisor
