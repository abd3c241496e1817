#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "monitor/time.hpp"

namespace monitor {

// What the receiving server's own statistics show of this stream. A value; probes/sink_statistics
// makes it.
struct SinkReport {
  bool answered = false;       // the statistics could be read
  bool has_publisher = false;  // … and a publisher uses the stream's name
  // All that this publisher has sent, as the server counts it; starts at 0 with each publisher.
  // Empty where the server does not count.
  std::optional<std::uint64_t> received_bytes = {};
  std::string sentence =
      {};  // one, for display: what was found, or why nothing was; secrets masked
  // It took the connection, and gave no answer for so long.
  std::optional<Duration> silent_for = {};
};

}  // namespace monitor
