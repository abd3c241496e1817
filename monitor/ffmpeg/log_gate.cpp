#include "monitor/ffmpeg/log_gate.hpp"

#include <algorithm>
#include <string_view>

#include "monitor/text/ascii.hpp"

namespace monitor {
namespace {

constexpr bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// FNV-1a over the text, every number in it counted as one '#': `0x55d0c0`, `128`, `3` alike.
std::uint64_t add_print(std::uint64_t print, std::string_view text) {
  constexpr std::uint64_t prime = 0x100000001b3;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (is_digit(c)) {
      const bool hex = c == '0' && i + 1 < text.size() && text[i + 1] == 'x';
      if (hex) ++i;
      while (i + 1 < text.size() && (hex ? is_hex_digit(text[i + 1]) : is_digit(text[i + 1]))) ++i;
      c = '#';
    }
    print = (print ^ static_cast<unsigned char>(c)) * prime;
  }
  return print;
}

std::uint64_t print_of(const LogLine& line) {
  constexpr std::uint64_t offset_basis = 0xcbf29ce484222325;
  const std::uint64_t level = offset_basis + static_cast<std::uint64_t>(line.level);
  return add_print(add_print(add_print(level, line.component), "\n"), line.text);
}

}  // namespace

bool LogGate::Share::take(Instant now) {
  if (now > refilled_at) {
    tokens = std::min(burst, tokens + seconds(now - refilled_at) * lines_per_second);
    refilled_at = now;
  }
  if (tokens < 1) return false;
  tokens -= 1;
  return true;
}

void LogGate::HeldBack::add(Instant now) {
  if (lines++ == 0) since = now;
}

bool LogGate::is_repeat(const LogLine& line) {
  const std::uint64_t print = print_of(line);
  if (last_ == print) return true;
  last_ = print;
  return false;
}

void LogGate::keep_back(HeldBack& held_back, Instant now) {
  held_back.add(now);
  ++suppressed_total_;
}

LogGate::Passed LogGate::on_line(const LogLine& line, Instant now) {
  ++lines_.at(static_cast<std::size_t>(line.level));
  Share& share = line.level < LogLevel::warning ? chatter_ : warnings_;
  if (!share.take(now)) {
    last_.reset();
    keep_back(suppressed_, now);
    return {};
  }
  if (is_repeat(line)) {
    share.tokens += 1;  // nothing was logged
    keep_back(repeated_, now);
    return {};
  }
  const Passed passed{true, repeated_.lines, suppressed_.lines};
  repeated_ = {};
  suppressed_ = {};
  return passed;
}

LogGate::Passed LogGate::flush(Instant now) {
  if (now < deadline()) return {};
  const Passed passed{false, repeated_.lines, suppressed_.lines};
  repeated_ = {};
  suppressed_ = {};
  return passed;
}

Instant LogGate::deadline() const {
  return std::min(repeated_.deadline(), suppressed_.deadline());
}

}  // namespace monitor
