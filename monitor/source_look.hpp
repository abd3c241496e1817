#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "monitor/cause.hpp"
#include "monitor/time.hpp"

namespace monitor {

// What a source answered to a look from outside FFmpeg, as far as it decides what may follow.
enum class LookAnswer : std::uint8_t {
  delivers,   // media came
  reachable,  // its server takes connections, or a file is there: more is not known
  missing,    // a definite answer of its own server: 404, 410, connection refused, no such file
  refused,    // it restricts access or rate (401, 403, 407, 429, 453, Retry-After): another look
              // can do harm
  unclear     // name lookup, TLS, time-out, a server error: FFmpeg may find it otherwise
};

// One look. A value.
struct SourceLook {
  LookAnswer answer = LookAnswer::unclear;
  Cause cause{};              // where it is not available
  std::string sentence = {};  // one, for display; secrets already masked
  bool is_local = false;      // … it is about a file or device of this machine
  // It has an end of its own (a Content-Length, a file): the end of its connection is no fault.
  bool is_finite = false;
  std::optional<Duration> retry_after = {};  // what the server asked for

  bool is_available() const {
    return answer == LookAnswer::delivers || answer == LookAnswer::reachable;
  }
};

}  // namespace monitor
