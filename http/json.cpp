#include "http/json.hpp"

#include <charconv>
#include <cmath>

#include <boost/json/serialize.hpp>

#include "http/clock_reading.hpp"
#include "monitor/text/rfc3339.hpp"
#include "monitor/text/utf8.hpp"

namespace http {
namespace {

void print(const boost::json::value& value, std::string& out);

void print(double number, std::string& out) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  char text[32];  // the longest double has 24 characters
  const auto result = std::to_chars(text, text + sizeof text, number);
  out.append(text, result.ptr);
}

void print(std::string_view text, std::string& out) {
  out += boost::json::serialize(boost::json::string_view(monitor::valid_utf8(text)));
}

void print(const boost::json::array& array, std::string& out) {
  out += '[';
  for (const auto& element : array) {
    if (&element != &array.front()) out += ',';
    print(element, out);
  }
  out += ']';
}

void print(const boost::json::object& object, std::string& out) {
  out += '{';
  bool first = true;
  for (const auto& [key, value] : object) {
    if (!first) out += ',';
    first = false;
    print(std::string_view(key.data(), key.size()), out);
    out += ':';
    print(value, out);
  }
  out += '}';
}

void print(const boost::json::value& value, std::string& out) {
  if (const auto* object = value.if_object()) return print(*object, out);
  if (const auto* array = value.if_array()) return print(*array, out);
  if (const auto* number = value.if_double()) return print(*number, out);
  if (const auto* text = value.if_string()) return print(std::string_view(*text), out);
  out += boost::json::serialize(value);
}

}  // namespace

std::string print_json(const boost::json::value& value) {
  std::string out;
  print(value, out);
  return out;
}

double rounded(double value) {
  return std::round(value * 1000) / 1000;
}

boost::json::value optional_time(const std::optional<recovery::WallTime>& time) {
  return time ? boost::json::value(monitor::rfc3339(*time)) : boost::json::value(nullptr);
}

boost::json::array strings(const std::vector<std::string>& list) {
  return boost::json::array(list.begin(), list.end());
}

}  // namespace http
