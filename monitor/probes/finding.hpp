#pragma once

#include <optional>
#include <string>
#include <utility>

#include "monitor/cause.hpp"
#include "monitor/source_look.hpp"
#include "monitor/time.hpp"

namespace monitor::probes {

// What one probe found.
struct Finding {
  bool available = false;
  Cause cause{};              // where it is not: source_unreachable, _missing, _refused, _stalled,
                              // _corrupt (a 200 that is no media); of a sink: sink_unreachable
  std::string sentence = {};  // one, for display; may hold the URL with its secrets: mask it
  Duration took{};
  // Of a source.
  LookAnswer answer = LookAnswer::unclear;
  bool is_local = false;  // not available: a file or device of this machine
  bool is_finite = false;
  std::optional<Duration> retry_after = {};
};

inline Finding not_available(Cause cause, std::string sentence,
                             LookAnswer answer = LookAnswer::unclear) {
  return {.available = false, .cause = cause, .sentence = std::move(sentence), .answer = answer};
}

}  // namespace monitor::probes
