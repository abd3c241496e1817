#include "monitor/text/rfc3339.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <ctime>

#include "monitor/text/ascii.hpp"

namespace monitor {
namespace {

using std::chrono::nanoseconds;

// What system_clock's 64 bits of nanoseconds can hold.
constexpr int first_year = 1700;
constexpr int last_year = 2250;

// Takes fields off the front; once something does not fit, `good` stays false.
class Fields {
 public:
  explicit Fields(std::string_view text) : rest_(text) {}

  int number(std::size_t digits, int lowest, int highest) {
    if (rest_.size() < digits || !std::all_of(rest_.begin(), rest_.begin() + digits, is_digit)) {
      good_ = false;
      return lowest;
    }
    int value = 0;
    for (const char c : rest_.substr(0, digits)) value = value * 10 + (c - '0');
    rest_.remove_prefix(digits);
    good_ = good_ && value >= lowest && value <= highest;
    return value;
  }

  void sign(char expected) {
    if (!skip(expected)) good_ = false;
  }

  bool skip(char expected) {
    if (rest_.empty() || rest_.front() != expected) return false;
    rest_.remove_prefix(1);
    return true;
  }

  nanoseconds fraction() {
    if (!skip('.')) return nanoseconds(0);
    nanoseconds value(0);
    nanoseconds digit = std::chrono::milliseconds(100);
    const std::string_view before = rest_;
    while (!rest_.empty() && is_digit(rest_.front())) {
      value += digit * (rest_.front() - '0');
      digit /= 10;
      rest_.remove_prefix(1);
    }
    const std::size_t digits = before.size() - rest_.size();
    good_ = good_ && digits >= 1 && digits <= 9;
    return value;
  }

  std::chrono::minutes offset() {
    if (skip('Z')) return {};
    const bool west = skip('-');
    if (!west) sign('+');
    const int hours = number(2, 0, 23);
    sign(':');
    const auto offset = std::chrono::hours(hours) + std::chrono::minutes(number(2, 0, 59));
    return west ? -offset : offset;
  }

  bool complete() const { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

}  // namespace

std::string rfc3339(std::chrono::system_clock::time_point time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const std::time_t seconds = std::chrono::system_clock::to_time_t(whole);
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(time - whole).count();
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[80];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", utc.tm_year + 1900,
                utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                static_cast<int>(ms));
  return text;
}

std::optional<std::chrono::system_clock::time_point> parse_rfc3339(std::string_view text) {
  Fields fields(text);
  const std::chrono::year year(fields.number(4, first_year, last_year));
  fields.sign('-');
  const std::chrono::month month(static_cast<unsigned>(fields.number(2, 1, 12)));
  fields.sign('-');
  const std::chrono::day day(static_cast<unsigned>(fields.number(2, 1, 31)));
  fields.sign('T');
  const std::chrono::hours hours(fields.number(2, 0, 23));
  fields.sign(':');
  const std::chrono::minutes minutes(fields.number(2, 0, 59));
  fields.sign(':');
  const std::chrono::seconds seconds(fields.number(2, 0, 60));  // 60: a leap second
  const nanoseconds fraction = fields.fraction();
  const std::chrono::minutes offset = fields.offset();
  const std::chrono::year_month_day date(year, month, day);
  if (!fields.complete() || !date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + hours + minutes + seconds + fraction - offset;
}

}  // namespace monitor
