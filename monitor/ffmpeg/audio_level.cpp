#include "monitor/ffmpeg/audio_level.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace monitor {
namespace {

constexpr std::string_view prefix = "lavfi.astats.Overall.";
constexpr double loudest_dbfs = 60;  // samples of floating point may be above 0

// Digital silence is `-inf`; nothing at all was measured: `nan`.
std::optional<double> decibels(std::string_view text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || rest != end || std::isnan(value)) return {};
  return std::clamp(value, AudioLevel::silent_dbfs, loudest_dbfs);
}

}  // namespace

std::optional<AudioLevel> AudioLevelReader::take(std::string_view line) {
  if (!line.starts_with(prefix)) return {};
  if (line.ends_with('\r')) line.remove_suffix(1);
  line.remove_prefix(prefix.size());
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return {};
  const std::string_view key = line.substr(0, equals);
  const std::optional<double> value = decibels(line.substr(equals + 1));
  if (key == "RMS_level") rms_ = value;
  if (key == "Peak_level") peak_ = value;
  if (!rms_ || !peak_) return {};
  const AudioLevel level{*rms_, *peak_};
  rms_.reset();
  peak_.reset();
  return level;
}

}  // namespace monitor
