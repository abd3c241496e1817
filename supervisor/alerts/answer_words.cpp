#include "supervisor/alerts/answer_words.hpp"

#include <array>
#include <cstddef>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "monitor/text/ascii.hpp"
#include "supervisor/secrets/text_encodings.hpp"

namespace supervisor {

namespace {

namespace json = boost::json;
using std::string_view;

constexpr std::size_t line_max = 4096;
constexpr std::size_t shown_max = 400;

string_view message_in(const json::value& value, int depth = 0) {
  constexpr auto names =
      std::to_array<string_view>({"description", "message", "error", "detail", "reason", "errors"});
  if (const auto* text = value.if_string()) return *text;
  if (depth > 3) return {};
  if (const auto* list = value.if_array())
    return list->empty() ? string_view() : message_in(list->front(), depth + 1);
  const auto* object = value.if_object();
  for (const string_view name : names) {
    const json::value* member = object != nullptr ? object->if_contains(name) : nullptr;
    const string_view message = member != nullptr ? message_in(*member, depth + 1) : string_view();
    if (!message.empty()) return message;
  }
  return {};
}

std::string first_line(string_view text) {
  const string_view rest = monitor::trimmed(text, " \t\r\n");
  const string_view line = rest.substr(0, rest.find_first_of("\r\n"));
  return std::string(monitor::trimmed(line, " \t").substr(0, line_max));
}

}  // namespace

std::string answer_words(string_view body) {
  boost::system::error_code error;
  const json::value value = json::parse(body, error);
  if (!error) return first_line(message_in(value));
  const std::string line = first_line(body);
  return line.starts_with('<') ? std::string() : line;
}

std::string shown_answer(string_view message, const Secrets& secrets) {
  std::string shown;
  append_printable(shown, secrets.mask(message), shown_max);  // half a secret is not recognised
  return shown;
}

}  // namespace supervisor
