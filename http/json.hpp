#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "recovery/stream_recorder.hpp"

namespace http {

// The value as JSON text. Unlike boost::json::serialize: numbers without an exponent where possible
// (12.5, not 1.25E1), non-finite numbers as null, and strings always valid UTF-8.
std::string print_json(const boost::json::value& value);

// To three decimals: more are noise.
double rounded(double value);

boost::json::array strings(const std::vector<std::string>& list);

// null where empty.
boost::json::value optional_time(const std::optional<recovery::WallTime>& time);
template <class Number>
boost::json::value optional_number(const std::optional<Number>& number) {
  return number ? boost::json::value(*number) : boost::json::value(nullptr);
}

}  // namespace http
