#pragma once

#include <string>

#include "monitor/cause.hpp"
#include "monitor/time.hpp"

namespace monitor::probes {

// What one probe found.
struct Finding {
  bool available = false;
  Cause cause{};         // where it is not: source_unreachable, _missing, _refused, _stalled,
                         // _corrupt (a 200 that is no media); of a sink: sink_unreachable
  std::string sentence;  // one, for display; may hold the URL with its secrets: mask it
  Duration took{};
};

}  // namespace monitor::probes
