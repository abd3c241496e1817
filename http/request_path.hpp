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

// Answered with 400.
class BadRequest : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// `/health/liveness/` is `/health/liveness`; "/" stays.
std::string_view without_trailing_slash(std::string_view path);

// A part of a path without its percent encoding. Throws BadRequest.
std::string decoded(std::string_view text);

// A request that changes something: a command to one stream, or a reload of the configuration.
struct ControlRequest {
  std::optional<Control> control;  // empty: reload the configuration
  std::string stream;              // of `control`
  std::string output = {};         // of the stream; empty: the stream itself
};

// POST /api/v1/streams/NAME/{start,stop,restart}, the same behind NAME/outputs/OUTPUT, and
// POST /-/reload. Empty for any other path. Throws BadRequest where a name has a broken percent
// encoding.
std::optional<ControlRequest> control_request_of(std::string_view path);

// For the log: `stop of stream "radio"`, `reload of the configuration`.
std::string describe(const ControlRequest& request);

}  // namespace http
