#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <boost/json/object.hpp>

namespace monitor::probes {

// A whole document with texts in any encoding (titles of songs are); empty if it is no JSON.
std::optional<boost::json::value> parse_json(std::string_view text);

// Members of an object that need not be there, nor be of that kind.
const boost::json::object* object_in(const boost::json::value* value);
std::string_view text_in(const boost::json::object& object, std::string_view key);
std::optional<bool> flag_in(const boost::json::object& object, std::string_view key);
std::optional<std::uint64_t> count_in(const boost::json::object& object, std::string_view key);

}  // namespace monitor::probes
