#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/supervisor_api.hpp"

namespace http {

// A control request: a command to one stream, or a reload of the configuration.
struct Change {
  std::optional<Control> control;  // empty: reload the configuration
  std::string stream;              // of `control`
};

inline constexpr std::string_view reload_path = "/-/reload";

// POST /api/v1/streams/NAME/{start,stop,restart} and POST /-/reload. Empty for any other path.
// Throws BadRequest where NAME has a broken percent encoding.
std::optional<Change> change_of(std::string_view path);

// For the log: `stop of stream "radio"`, `reload of the configuration`.
std::string describe(const Change& change);

}  // namespace http
