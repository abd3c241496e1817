#include "monitor/ffmpeg/content_mark.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace monitor {
namespace {

struct Key {
  std::string_view name;
  ContentMark::Kind kind;
  bool begins;
};

// As the filters of FFmpeg 4.4 to 9 name them (vf_blackdetect.c, vf_freezedetect.c,
// af_silencedetect.c).
constexpr std::array keys = std::to_array<Key>({
    {"lavfi.silence_start", ContentMark::Kind::silence, true},
    {"lavfi.silence_end", ContentMark::Kind::silence, false},
    {"lavfi.freezedetect.freeze_start", ContentMark::Kind::frozen_picture, true},
    {"lavfi.freezedetect.freeze_end", ContentMark::Kind::frozen_picture, false},
    {"lavfi.black_start", ContentMark::Kind::black, true},
    {"lavfi.black_end", ContentMark::Kind::black, false},
});

constexpr double longest_s = 1e9;  // 30 years; beyond it a time is no time of a stream

std::optional<double> stream_time(std::string_view text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || rest != end) return {};
  if (!std::isfinite(value) || std::abs(value) > longest_s) return {};
  return value;
}

}  // namespace

std::optional<ContentMark> parse_content_mark(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return {};
  const auto key = std::ranges::find(keys, line.substr(0, equals), &Key::name);
  if (key == keys.end()) return {};
  const auto at = stream_time(line.substr(equals + 1));
  if (!at) return {};
  return ContentMark{key->kind, key->begins, *at};
}

}  // namespace monitor
