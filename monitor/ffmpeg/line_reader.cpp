#include "monitor/ffmpeg/line_reader.hpp"

namespace monitor {
namespace {

constexpr std::string_view escape = "\x1b[";
constexpr std::string_view reset = "\x1b[0m";  // ends the line before, behind its line end

bool begins_in_colour(std::string_view line) {
  while (line.starts_with(reset)) line.remove_prefix(reset.size());
  return line.starts_with(escape);
}

// Of another process, a library, or a peer: nothing in it is a level or a context of FFmpeg's.
LogLine line_of_another(std::string_view line) {
  LogLine other = parse_log_line(line);
  const bool is_library = !other.component.empty() && other.contexts.empty();
  if (!is_library) {
    other = {};
    other.text = line;
  }
  other.speaker = Speaker::another;
  return other;
}

}  // namespace

std::optional<LogLine> LineReader::read(std::string_view line) {
  const bool in_colour = begins_in_colour(line);
  has_colours_ = has_colours_ || in_colour;
  if (line.find('\x1b') != std::string_view::npos) line = plain_ = without_colours(line);
  if (line.empty()) return std::nullopt;

  LogLine parsed = parse_log_line(line);
  if (!has_colours_) return parsed;
  const bool is_information = parsed.contexts == "[info] ";
  if (!in_colour && !is_information) return line_of_another(line);
  parsed.speaker = in_colour ? Speaker::ffmpeg : Speaker::unknown;
  return parsed;
}

}  // namespace monitor
