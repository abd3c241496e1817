#include "monitor/probes/json_values.hpp"

#include <boost/json/parse.hpp>

namespace monitor::probes {

namespace json = boost::json;

std::optional<json::value> parse_json(std::string_view text) {
  json::parse_options options;
  options.allow_invalid_utf8 = true;
  json::error_code error;
  json::value value = json::parse(text, error, {}, options);
  if (error) return std::nullopt;
  return value;
}

const json::object* object_in(const json::value* value) {
  return value == nullptr ? nullptr : value->if_object();
}

std::string_view text_in(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view() : std::string_view(text->data(), text->size());
}

std::optional<bool> flag_in(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_bool()) return std::nullopt;
  return value->get_bool();
}

std::optional<std::uint64_t> count_in(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  json::error_code error;
  const auto count = value->to_number<std::uint64_t>(error);
  if (error) return std::nullopt;
  return count;
}

}  // namespace monitor::probes
