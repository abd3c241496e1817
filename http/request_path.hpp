#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "http/supervisor_api.hpp"

namespace http {

// What the path of a request means.

inline constexpr std::string_view streams_prefix = "/api/v1/streams/";
inline constexpr std::string_view reload_path = "/-/reload";
inline constexpr std::string_view alert_test_path = "/api/v1/alerts/test";

// Answered with 400.
class BadRequest : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// `/health/liveness/` is `/health/liveness`; "/" stays.
std::string_view without_trailing_slash(std::string_view path);

// A part of a path without its percent encoding. Throws BadRequest.
std::string decoded(std::string_view text);

// A request that changes something: a command to one stream, a reload of the configuration, or a
// test of the alerts.
struct ControlRequest {
  std::optional<Control> control = std::nullopt;  // empty: of no stream
  std::string stream = {};                        // of `control`
  std::string output = {};                        // of the stream; empty: the stream itself
  bool tests_alerts = false;  // else, without `control`: reload the configuration
};

// POST /api/v1/streams/NAME/{start,stop,restart}, the same behind NAME/outputs/OUTPUT, and
// POST /-/reload, POST /api/v1/alerts/test. Empty for any other path. Throws BadRequest where a
// name has a broken percent encoding.
std::optional<ControlRequest> control_request_of(std::string_view path);

// For the log: `stop of stream "radio"`, `reload of the configuration`.
std::string describe(const ControlRequest& request);

}  // namespace http
