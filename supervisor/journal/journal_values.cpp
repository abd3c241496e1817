#include "supervisor/journal/journal_values.hpp"

#include <cmath>
#include <cstdint>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "monitor/text/rfc3339.hpp"

namespace supervisor {

namespace json = boost::json;

const json::value* JournalValues::find(std::string_view key) const {
  return object_.if_contains(json::string_view(key));
}

std::string JournalValues::text(std::string_view key) const {
  const json::value* value = find(key);
  const json::string* string = value ? value->if_string() : nullptr;
  return string ? std::string(string->data(), string->size()) : std::string();
}

std::vector<std::string> JournalValues::texts(std::string_view key) const {
  std::vector<std::string> result;
  const json::array* values = array(key);
  if (!values) return result;
  for (const json::value& value : *values) {
    const json::string* string = value.if_string();
    if (string) result.emplace_back(string->data(), string->size());
  }
  return result;
}

bool JournalValues::flag(std::string_view key, bool otherwise) const {
  const json::value* value = find(key);
  const bool* flag = value ? value->if_bool() : nullptr;
  return flag ? *flag : otherwise;
}

unsigned JournalValues::count(std::string_view key) const {
  const json::value* value = find(key);
  if (!value || !value->is_number()) return 0;
  boost::system::error_code error;
  const auto number = value->to_number<std::uint32_t>(error);
  return error ? 0 : number;
}

double JournalValues::seconds(std::string_view key) const {
  const json::value* value = find(key);
  if (!value || !value->is_number()) return 0;
  boost::system::error_code error;
  const auto number = value->to_number<double>(error);
  return !error && std::isfinite(number) && number > 0 ? number : 0;
}

std::optional<recovery::WallTime> JournalValues::time(std::string_view key) const {
  return monitor::parse_rfc3339(text(key));
}

std::optional<monitor::Cause> JournalValues::cause(std::string_view key) const {
  const std::string name = text(key);
  for (std::size_t i = 0; i < monitor::cause_count; ++i) {
    const auto cause = static_cast<monitor::Cause>(i);
    if (monitor::name(cause) == name) return cause;
  }
  return std::nullopt;
}

const json::object* JournalValues::object(std::string_view key) const {
  const json::value* value = find(key);
  return value ? value->if_object() : nullptr;
}

const json::array* JournalValues::array(std::string_view key) const {
  const json::value* value = find(key);
  return value ? value->if_array() : nullptr;
}

}  // namespace supervisor
