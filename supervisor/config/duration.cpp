#include "supervisor/config/duration.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

#include "supervisor/config/config.hpp"
#include "supervisor/config/problems.hpp"

namespace supervisor {

namespace {

using namespace std::chrono_literals;

struct Unit {
  std::string_view name;
  monitor::Duration length;
};
// Largest first: the order in which they may follow each other.
constexpr std::array<Unit, 5> units{{{"d", 24h}, {"h", 1h}, {"m", 1min}, {"s", 1s}, {"ms", 1ms}}};

constexpr monitor::Duration longest = 366 * 24h;  // far from overflow, longer than any useful value

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw ConfigError(shown(text) + " is not a duration: " + why);
}

// Takes digits with an optional fraction off the front.
double take_number(std::string_view text, std::string_view& rest) {
  const std::size_t end = std::min(rest.find_first_not_of("0123456789."), rest.size());
  double value = 0;
  const char* const first = rest.data();
  const auto [stop, error] = std::from_chars(first, first + end, value, std::chars_format::fixed);
  if (end == 0 || error == std::errc::invalid_argument || stop != first + end) {
    refuse(text, "expected 30s, 1m30s, 500ms or a number of seconds");
  }
  if (error != std::errc() || !std::isfinite(value)) refuse(text, "it is too long");
  rest.remove_prefix(end);
  return value;
}

// Takes a unit off the front: an index into `units`.
std::size_t take_unit(std::string_view text, std::string_view& rest) {
  const std::string_view word = rest.substr(0, rest.find_first_of("0123456789."));
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (units[i].name != word) continue;
    rest.remove_prefix(word.size());
    return i;
  }
  refuse(text, "expected the units d, h, m, s, ms, found " + shown(word));
}

std::string decimal(double value) {
  std::array<char, 64> buffer{};
  const auto result =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed);
  return {buffer.data(), result.ptr};
}

}  // namespace

monitor::Duration parse_duration(const std::string& text) {
  if (text.starts_with('-')) refuse(text, "it is negative");
  std::string_view rest = text;
  double nanoseconds = 0;
  std::size_t next_unit = 0;
  do {
    const double value = take_number(text, rest);
    if (rest.empty() && next_unit > 0) refuse(text, "its last number has no unit");
    const std::size_t unit = rest.empty() ? 3 : take_unit(text, rest);
    if (unit < next_unit) refuse(text, "its units must go from large to small, each once");
    next_unit = unit + 1;
    nanoseconds += value * static_cast<double>(units[unit].length.count());
  } while (!rest.empty());
  if (nanoseconds > static_cast<double>(longest.count())) refuse(text, "it is too long");
  return monitor::Duration(std::llround(nanoseconds));
}

std::string print_duration(monitor::Duration duration) {
  if (duration < 1s && duration > 0s) return decimal(monitor::seconds(duration) * 1000) + "ms";
  // "60s" and "90s" are the usual spellings; "7200s" is not.
  if (duration < 2min || duration % 1s != 0s) return decimal(monitor::seconds(duration)) + "s";
  std::string text;
  for (const Unit& unit : units) {
    const auto count = duration / unit.length;
    duration %= unit.length;
    if (count > 0) text += std::to_string(count) + std::string(unit.name);
  }
  return text;
}

}  // namespace supervisor
