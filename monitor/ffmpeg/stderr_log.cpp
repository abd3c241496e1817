#include "monitor/ffmpeg/stderr_log.hpp"

#include <array>

namespace monitor {
namespace {

constexpr std::array<std::string_view, log_level_count> level_names{
    "trace", "debug", "verbose", "info", "warning", "error", "fatal", "panic"};

// FFmpeg's own spelling, and the short one of SVT-AV1.
std::optional<LogLevel> level_named(std::string_view text) {
  for (std::size_t i = 0; i < level_names.size(); ++i) {
    if (level_names[i] == text) return static_cast<LogLevel>(i);
  }
  if (text == "warn") return LogLevel::warning;
  return std::nullopt;
}

// What stands between the bracket that `line` begins with and its partner; empty where none does.
std::string_view bracketed(std::string_view line) {
  if (!line.starts_with('[')) return {};
  const std::size_t end = line.find(']');
  return end == std::string_view::npos ? std::string_view{} : line.substr(1, end - 1);
}

std::string_view without_bracket(std::string_view line, std::string_view content) {
  line.remove_prefix(content.size() + 2);
  if (line.starts_with(' ')) line.remove_prefix(1);
  return line;
}

std::string_view without_trailing_space(std::string_view text) {
  const std::size_t last = text.find_last_not_of(" \t\r");
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

// `x264 [error]: text`, `Svt[info]: text`: a library that writes to stderr by itself.
std::optional<LogLine> library_line(std::string_view line) {
  constexpr std::size_t name_limit = 16;  // bytes; longer words before a bracket are no library
  const std::size_t open = line.substr(0, name_limit + 2).find('[');
  if (open == std::string_view::npos || open == 0) return std::nullopt;
  const std::string_view word = without_trailing_space(line.substr(0, open));
  if (word.empty() || word.find(' ') != std::string_view::npos) return std::nullopt;

  const std::string_view content = bracketed(line.substr(open));
  const auto level = level_named(content);
  std::string_view rest = line.substr(open);
  if (!level || !rest.substr(content.size() + 2).starts_with(':')) return std::nullopt;
  rest.remove_prefix(content.size() + 3);
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  return LogLine{*level, word, without_trailing_space(rest), true};
}

}  // namespace

std::string_view name(LogLevel level) {
  return level_names.at(static_cast<std::size_t>(level));
}

// FFmpeg writes the contexts first, the parent's before the child's, then the level.
LogLine parse_log_line(std::string_view line) {
  LogLine result;
  std::string_view rest = line;
  for (;;) {
    const std::string_view content = bracketed(rest);
    if (const auto level = level_named(content)) {
      result.level = *level;
      result.has_level = true;
      rest = without_bracket(rest, content);
      break;
    }
    const std::size_t address = content.rfind(" @ ");
    if (address == std::string_view::npos) break;
    result.component = content.substr(0, address);
    rest = without_bracket(rest, content);
  }
  result.contexts = line.substr(0, line.size() - rest.size());
  if (rest.size() == line.size()) {
    if (const auto library = library_line(line)) return *library;
  }
  result.text = without_trailing_space(rest);
  return result;
}

bool is_status_line(const LogLine& line) {
  const std::string_view text = line.text;
  const bool begins_like_one =
      text.starts_with("frame=") || text.starts_with("size=") || text.starts_with("Lsize=");
  return begins_like_one && text.find(" time=") != std::string_view::npos &&
         text.find(" bitrate=") != std::string_view::npos;
}

std::string without_colours(std::string_view line) {
  std::string plain;
  plain.reserve(line.size());
  while (!line.empty()) {
    const std::size_t escape = line.find("\x1b[");
    plain.append(line.substr(0, escape));
    if (escape == std::string_view::npos) break;
    line.remove_prefix(escape + 2);
    const std::size_t end = line.find_first_not_of("0123456789;");
    if (end == std::string_view::npos) break;
    line.remove_prefix(end + 1);
  }
  return plain;
}

}  // namespace monitor
