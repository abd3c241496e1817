#include "monitor/ffmpeg/banner.hpp"

namespace monitor {

namespace {

// `  libavutil      57. 28.100 / 57. 28.100`
bool is_library(std::string_view text) {
  return (text.starts_with("  libav") || text.starts_with("  libsw") ||
          text.starts_with("  libpostproc")) &&
         text.find(" / ") != std::string_view::npos;
}

}  // namespace

bool is_banner_line(const LogLine& line) {
  if (line.level != LogLevel::info || !line.component.empty()) return false;
  const std::string_view text = line.text;
  const bool is_version =
      text.starts_with("ffmpeg version ") && text.find(" Copyright ") != std::string_view::npos;
  return is_version || text.starts_with("  built with ") || text.starts_with("  configuration: ") ||
         is_library(text);
}

}  // namespace monitor
