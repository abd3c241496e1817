#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

#include "supervisor/log/log.hpp"

namespace supervisor {

// PIPE_BUF: a pipe that is ready takes this much at once and whole, so a line of at most this size
// neither blocks nor is torn by another writer.
inline constexpr std::size_t longest_line = 4096;

// The content of one line, without its time and level. Views; the strings are raw and pass the mask
// here.
struct LogEntry {
  std::string_view event;
  LogSubject subject;
  std::string_view msg;
  std::initializer_list<Field> fields;
};

// `"event":"…","stream":"…","msg":"…","name":value…}`. At most `limit` bytes: `msg` is cut first,
// then fields.
std::string json_body(const LogEntry& entry, const Secrets& secrets, std::size_t limit);

// `radio on_air  message key=value`, the same limit.
std::string text_body(const LogEntry& entry, const Secrets& secrets, std::size_t limit);

}  // namespace supervisor
