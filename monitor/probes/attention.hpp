#pragma once

#include <cstdint>

namespace monitor::probes {

// How closely a healthy process is looked at. Nothing that is needed to see a trouble may depend on
// it: `usual` leaves out what can only tell why one is there.
enum class Attention : std::uint8_t {
  usual,  // its output advances
  close,  // it starts, ends, stands still, or a fault is open
};

}  // namespace monitor::probes
