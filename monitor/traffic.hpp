#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "monitor/connection_sample.hpp"

namespace monitor {

// What has gone over FFmpeg's connections, over all launches. Totals only grow.
class Traffic {
 public:
  void on_connections(const ConnectionSamples& all);

  std::uint64_t delivered_bytes() const { return delivered_bytes_; }  // acknowledged by sinks
  std::uint64_t received_bytes() const { return received_bytes_; }    // from sources
  std::uint64_t retransmits() const { return retransmits_; }          // segments, to sinks

 private:
  struct Counted {
    std::uint64_t id;
    std::uint64_t acked_bytes;
    std::uint64_t received_bytes;
    std::uint32_t retransmits;
  };

  std::uint64_t delivered_bytes_ = 0;
  std::uint64_t received_bytes_ = 0;
  std::uint64_t retransmits_ = 0;
  std::vector<Counted> counted_;  // of the connections that are there
};

}  // namespace monitor
