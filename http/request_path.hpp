#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace http {

inline constexpr std::string_view streams_prefix = "/api/v1/streams/";

// Answered with 400.
class BadRequest : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A part of a path without its percent encoding. Throws BadRequest.
std::string decoded(std::string_view text);

}  // namespace http
