#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

namespace supervisor {

// One line of the journal: a JSON object whose first member is the CRC-32 of everything behind it,
// so that a line that was torn, or changed by disk or hand, is detected. Without the `\n`.
//
//   {"crc":"1c291ca3","stream":"radio",…}

inline constexpr std::size_t max_line_bytes = 256 * 1024;  // what a reader must be ready to hold
inline constexpr unsigned journal_version = 1;  // of the format; raised when an old reader errs

std::string sealed_line(const boost::json::object& content);
// Empty: the line is no such object, is too long or does not match its checksum.
std::optional<boost::json::object> open_line(std::string_view line);
// Whether more bytes could make a line of it: what a crash in the midst of a write leaves behind.
bool is_torn_line(std::string_view text);

// The first line of a journal. It keeps this form in every version to come, so that an older
// program knows what it must leave alone.
std::string header_line();
// The version that a header states, 0 where it states none. Empty: it is no header. A header
// written by hand needs no checksum.
std::optional<unsigned> version_of(std::string_view line);

}  // namespace supervisor
