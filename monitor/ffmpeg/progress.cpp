#include "monitor/ffmpeg/progress.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "monitor/text/ascii.hpp"

namespace monitor {

enum class ProgressParser::Key : std::uint8_t {
  frame,
  fps,
  bitrate,
  total_size,
  out_time_us,
  out_time_ms,
  out_time,
  dup_frames,
  drop_frames,
  speed,
  progress,
};

namespace {

constexpr std::string_view not_available = "N/A";

// 4.4 and 5.1 print these for "no packet yet" (-INT64_MAX µs, its hours cut to 32 bits).
constexpr std::int64_t no_out_time_us = -std::numeric_limits<std::int64_t>::max();
constexpr std::string_view no_out_time = "-577014:32:22.775807";

// A number followed by exactly `unit`; empty for anything else, also for one out of range.
template <class Number>
std::optional<Number> number(std::string_view text, std::string_view unit = {}) {
  Number value{};
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || std::string_view(rest, end) != unit) return {};
  if constexpr (std::is_floating_point_v<Number>) {
    if (!std::isfinite(value)) return {};
  }
  return value;
}

std::optional<std::int64_t> count(std::string_view text) {
  const auto value = number<std::int64_t>(text);
  return value && *value >= 0 ? value : std::nullopt;
}

std::optional<double> scaled(std::optional<double> value, double factor) {
  return value ? std::optional(*value * factor) : std::nullopt;
}

std::optional<std::chrono::microseconds> microseconds(std::string_view text) {
  const auto value = number<std::int64_t>(text);
  if (!value || *value <= no_out_time_us) return {};
  return std::chrono::microseconds(*value);
}

// [-]HH:MM:SS.ffffff
std::optional<std::chrono::microseconds> clock_microseconds(std::string_view text) {
  if (text == no_out_time) return {};
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t first = text.find(':');
  const std::size_t second = text.rfind(':');
  if (first == second) return {};
  const auto hours = number<std::uint32_t>(text.substr(0, first));
  const auto minutes = number<std::uint32_t>(text.substr(first + 1, second - first - 1));
  const auto seconds = number<double>(text.substr(second + 1));
  if (!hours || !minutes || !seconds || *minutes >= 60 || !(*seconds >= 0 && *seconds < 60)) {
    return {};
  }
  const auto time = std::chrono::hours(*hours) + std::chrono::minutes(*minutes) +
                    std::chrono::microseconds(std::llround(*seconds * 1e6));
  return negative ? -time : time;
}

bool is_key(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || (c >= 'A' && c <= 'Z');
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), fits);
}

}  // namespace

const std::vector<Progress>& ProgressParser::feed(std::string_view bytes) {
  blocks_.clear();
  marks_.clear();
  level_.reset();
  oldest_ = 0;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    take_piece(bytes.substr(0, end), end != std::string_view::npos);
    if (end == std::string_view::npos) break;
    bytes.remove_prefix(end + 1);
  }
  std::rotate(blocks_.begin(), blocks_.begin() + static_cast<std::ptrdiff_t>(oldest_),
              blocks_.end());
  return blocks_;
}

void ProgressParser::take_piece(std::string_view piece, bool ends_line) {
  if (!overlong_ && partial_.size() + piece.size() > line_limit) {
    overlong_ = true;
    ++rejected_lines_;
    partial_.clear();
  }
  if (overlong_) {
    overlong_ = !ends_line;
  } else if (!ends_line) {
    partial_.append(piece);
  } else if (partial_.empty()) {
    take_line(piece);
  } else {
    partial_.append(piece);
    take_line(partial_);
    partial_.clear();
  }
}

std::optional<ProgressParser::Key> ProgressParser::known_key(std::string_view name) {
  const auto is = [name](std::string_view known, Key key) {
    return name == known ? std::optional(key) : std::nullopt;
  };
  if (name.size() < 3) return {};
  switch (name.front()) {
    case 'f':
      return name.size() == 3 ? is("fps", Key::fps) : is("frame", Key::frame);
    case 'b':
      return is("bitrate", Key::bitrate);
    case 't':
      return is("total_size", Key::total_size);
    case 'd':
      return name[1] == 'u' ? is("dup_frames", Key::dup_frames)
                            : is("drop_frames", Key::drop_frames);
    case 's':
      return is("speed", Key::speed);
    case 'p':
      return is("progress", Key::progress);
    case 'o':
      if (name.size() == 8) return is("out_time", Key::out_time);
      return name.back() == 's' && name[name.size() - 2] == 'u'
                 ? is("out_time_us", Key::out_time_us)
                 : is("out_time_ms", Key::out_time_ms);
    default:
      return {};
  }
}

void ProgressParser::take_line(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.empty() || take_content(line)) return;
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) {
    ++rejected_lines_;
    return;
  }
  const std::string_view name = line.substr(0, equals);
  const std::string_view value = trimmed(line.substr(equals + 1), " ");
  const std::optional<Key> key = known_key(name);
  if (key && take_value(*key, value)) return;
  const bool may_be_torn = name.ends_with("frame") || value.find('=') != std::string_view::npos;
  if (may_be_torn && take_torn(line)) return;
  if (!key && !is_key(name)) ++rejected_lines_;
}

// False for a line that no metadata filter writes.
bool ProgressParser::take_content(std::string_view line) {
  if (line.starts_with("frame:")) return true;
  if (!line.starts_with("lavfi.")) return false;
  if (const auto level = levels_.take(line)) level_ = level;
  const std::optional<ContentMark> mark = parse_content_mark(line);
  if (!mark) return true;
  if (marks_.size() == marks_limit) marks_.erase(marks_.begin());
  marks_.push_back(*mark);
  return true;
}

// False when the value is not what FFmpeg writes there.
bool ProgressParser::take_value(Key key, std::string_view value) {
  const std::uint32_t bit = 1U << static_cast<unsigned>(key);
  if (seen_ & bit) finish_block();
  seen_ |= bit;
  if (key == Key::progress) {
    block_.end = value == "end";
    finish_block();
    return block_.end || value.find('=') == std::string_view::npos;
  }
  if (value == not_available) return true;
  switch (key) {
    case Key::frame:
      return (block_.frame = count(value)).has_value();
    case Key::fps:
      return (block_.fps = number<double>(value)).has_value();
    case Key::bitrate:
      block_.bitrate_bps = scaled(number<double>(value, "kbits/s"), 1000);
      return block_.bitrate_bps.has_value();
    case Key::total_size:
      return (block_.total_size_bytes = count(value)).has_value();
    case Key::dup_frames:
      return (block_.dup_frames = count(value)).has_value();
    case Key::drop_frames:
      return (block_.drop_frames = count(value)).has_value();
    case Key::speed:
      return (block_.speed = number<double>(value, "x")).has_value();
    case Key::out_time_us:
    case Key::out_time_ms:
    case Key::out_time:
      take_out_time(key, value);
      return block_.out_time.has_value();
    case Key::progress:
      break;
  }
  return true;
}

// Three spellings of one value, the exact one first: out_time_ms is in microseconds too (FFmpeg
// ticket 7345).
void ProgressParser::take_out_time(Key key, std::string_view value) {
  if (block_.out_time) return;
  block_.out_time = key == Key::out_time ? clock_microseconds(value) : microseconds(value);
}

// The end of a block that FFmpeg's buffer cut, and the head of the next one on the same line.
bool ProgressParser::take_torn(std::string_view line) {
  const std::size_t head = line.find("frame=", 1);
  if (head == std::string_view::npos) return false;
  if (seen_ != 0) finish_block();
  take_value(Key::frame, trimmed(line.substr(head + 6), " "));
  return true;
}

void ProgressParser::finish_block() {
  if (blocks_.size() < blocks_limit) {
    blocks_.push_back(block_);
  } else {
    blocks_[oldest_] = block_;
    oldest_ = (oldest_ + 1) % blocks_limit;
  }
  block_ = {};
  seen_ = 0;
}

}  // namespace monitor
