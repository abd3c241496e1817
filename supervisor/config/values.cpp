#include "supervisor/config/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include <arpa/inet.h>

#include "monitor/text/ascii.hpp"
#include "supervisor/config/duration.hpp"
#include "supervisor/config/load.hpp"
#include "supervisor/config/settings.hpp"

namespace supervisor {

namespace {

std::optional<double> decimal(std::string_view text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  if (result.ec != std::errc() || result.ptr != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> integer(std::string_view text) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return value;
}

template <class Address>
bool is_address(int family, const std::string& text) {
  Address address{};
  return inet_pton(family, text.c_str(), &address) == 1;
}

bool is_bracketed_v6(const std::string& text) {
  return text.size() > 2 && text.front() == '[' && text.back() == ']' &&
         is_address<in6_addr>(AF_INET6, text.substr(1, text.size() - 2));
}

// The text before the last colon, as an address to bind; empty if it is none.
std::optional<std::string> bind_address(std::string host) {
  if (host.empty()) return "0.0.0.0";
  if (host == "localhost") return "127.0.0.1";
  if (is_address<in_addr>(AF_INET, host)) return host;
  if (!is_bracketed_v6(host)) return std::nullopt;
  return host.substr(1, host.size() - 2);
}

bool is_below(std::string_view path, std::string_view route) {
  return path == route || (path.starts_with(route) && path[route.size()] == '/');
}

}  // namespace

monitor::Duration read_duration(const std::string& text, DurationRange range) {
  try {
    const monitor::Duration value = parse_duration(text);
    if (value >= range.min && value <= range.max) return value;
  } catch (const ConfigError&) {
    // Reported below, with the range.
  }
  throw Unexpected("expected a duration from " + print_duration(range.min) + " to " +
                   print_duration(range.max) + ", written as 30s, 1m30s, 500ms or seconds");
}

double read_number(const std::string& text, NumberRange range) {
  const std::optional<double> value = decimal(text);
  const bool large_enough = value && (range.above_min ? *value > range.min : *value >= range.min);
  if (large_enough && *value <= range.max) return *value;
  throw Unexpected(std::string("expected a number ") + (range.above_min ? "above " : "from ") +
                   print_number(range.min) + (range.above_min ? ", up to " : " to ") +
                   print_number(range.max));
}

std::string print_number(double number) {
  std::array<char, 400> buffer{};  // the longest double in fixed notation has 309 digits
  const auto result =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::fixed);
  return {buffer.data(), result.ptr};
}

double read_decibels(const std::string& text) {
  constexpr std::string_view unit = "dB";
  constexpr double quietest = -120;  // below the resolution of 16 and 20 bits
  const bool has_unit = text.ends_with(unit);
  const auto value =
      decimal(std::string_view(text).substr(0, text.size() - (has_unit ? unit.size() : 0)));
  if (has_unit && value && *value >= quietest && *value <= 0) return *value;
  throw Unexpected("expected a level from -120dB to 0dB, written as -50dB");
}

std::string print_decibels(double decibels) {
  return print_number(decibels) + "dB";
}

std::uint64_t read_integer(const std::string& text, std::uint64_t min, std::uint64_t max) {
  const std::optional<std::uint64_t> value = integer(text);
  if (value && *value >= min && *value <= max) return *value;
  throw Unexpected("expected a whole number from " + std::to_string(min) + " to " +
                   std::to_string(max));
}

bool read_boolean(const std::string& text) {
  const std::string word = monitor::lowered(text);
  if (word == "true" || word == "yes" || word == "on" || word == "1") return true;
  if (word == "false" || word == "no" || word == "off" || word == "0") return false;
  throw Unexpected("expected true or false");
}

std::string read_stream_name(const std::string& text) {
  constexpr std::size_t length_max = 64;  // a label of every series, a word of every log line
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
  const bool spelt_well = text.find_first_not_of(letters) == std::string::npos;
  if (spelt_well && !text.empty() && text.size() <= length_max) return text;
  throw Unexpected("expected a name of 1 to 64 characters out of A-Z a-z 0-9 _ . -");
}

void read_listen(const std::string& text, http::Settings& settings) {
  const std::size_t colon = text.rfind(':');
  if (colon != std::string::npos) {
    const auto address = bind_address(text.substr(0, colon));
    const auto port = integer(std::string_view(text).substr(colon + 1));
    if (address && port && *port <= 65535) {
      settings.address = *address;
      settings.port = static_cast<std::uint16_t>(*port);
      return;
    }
  }
  throw Unexpected(
      "expected ADDR:PORT with an IP address, such as 0.0.0.0:9090, [::1]:9090 or :9090");
}

std::string print_listen(const http::Settings& settings) {
  const bool is_v6 = settings.address.find(':') != std::string::npos;
  const std::string host = is_v6 ? '[' + settings.address + ']' : settings.address;
  return host + ':' + std::to_string(settings.port);
}

std::string read_host_and_port(const std::string& text) {
  constexpr std::size_t name_max = 253;  // bytes, RFC 1035
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
  const std::size_t colon = text.rfind(':');
  if (colon != std::string::npos) {
    const std::string host = text.substr(0, colon);
    const auto port = integer(std::string_view(text).substr(colon + 1));
    const bool is_name = !host.empty() && host.size() <= name_max &&
                         host.find_first_not_of(letters) == std::string::npos;
    if ((is_name || is_bracketed_v6(host)) && port && *port >= 1 && *port <= 65535) return text;
  }
  throw Unexpected("expected HOST:PORT, such as postgres:5432 or [::1]:5432");
}

std::string read_path(const std::string& text) {
  constexpr std::size_t length_max = 4095;  // Linux: PATH_MAX with its NUL
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) >= ' ' && c != 0x7F;
  });
  if (plain && text.size() <= length_max && !text.ends_with('/')) return text;
  throw Unexpected("expected the path of a file, such as /var/lib/ffsupervisor/journal");
}

std::uint64_t read_count(const std::string& text, std::uint64_t min, std::uint64_t max) {
  const std::size_t point = text.find('.');
  const bool is_whole = point != std::string::npos && point > 0 && point + 1 < text.size() &&
                        text.find_first_not_of('0', point + 1) == std::string::npos;
  if (!is_whole || !integer(text.substr(0, point))) return read_integer(text, min, max);
  return read_integer(text.substr(0, point), min, max);
}

std::string read_secret_text(const std::string& text) {
  constexpr std::size_t length_max = 1024;
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) >= ' ' && c != 0x7F;
  });
  if (plain && text.size() <= length_max) return text;
  throw Unexpected::whole(
      plain ? "found " + std::to_string(text.size()) + " bytes, expected at most 1024"
            : "found a line end or another control character, expected one line");
}

std::string read_metrics_path(const std::string& text) {
  constexpr std::size_t length_max = 256;
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < 0x7F && c != '?' && c != '#' && c != '%';
  });
  const bool taken = text == "/" || is_below(text, "/health") || is_below(text, "/api") ||
                     is_below(text, "/webhook") || is_below(text, "/-");
  if (plain && text.starts_with('/') && text.size() <= length_max && !taken) return text;
  throw Unexpected(
      "expected a path that begins with '/', without spaces, '?', '#' or '%', and is not '/' nor "
      "below /health, /api, /webhook or /-");
}

}  // namespace supervisor
