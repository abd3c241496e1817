#pragma once

#include <chrono>

#include "monitor/time.hpp"

namespace recovery::splice {

// What stands in where a stream of the programme gets nothing: its last key frame, silence.
struct CoverPolicy {
  bool is_allowed = false;
  monitor::Duration after_end = std::chrono::milliseconds(200);  // of its source
  monitor::Duration after_pause = std::chrono::seconds(1);       // of a source that lives

  bool operator==(const CoverPolicy&) const = default;
};

}  // namespace recovery::splice
