#include "supervisor/command_line/log_view.hpp"

#include <algorithm>
#include <array>

#include "http/json.hpp"
#include "supervisor/command_line/screen.hpp"
#include "supervisor/log/said_fields.hpp"

namespace supervisor {

namespace {

namespace json = boost::json;
using std::string_view;

// What stands in front of the other fields.
constexpr std::array<string_view, 7> head{"ts",     "level", "event", "stream",
                                          "output", "role",  "msg"};

string_view view(const json::string& text) {
  return {text.data(), text.size()};
}

std::string text_of(const json::object& line, string_view key) {
  const json::value* const value = line.if_contains({key.data(), key.size()});
  return value != nullptr && value->is_string() ? printable(view(value->get_string())) : "";
}

struct Level {
  string_view name, column;
  Colour colour;
};
constexpr std::array<Level, 5> levels{{{"trace", "TRACE", Colour::dim},
                                       {"debug", "DEBUG", Colour::dim},
                                       {"info", "INFO ", Colour::green},
                                       {"warning", "WARN ", Colour::yellow},
                                       {"error", "ERROR", Colour::red}}};

std::string column_of(const std::string& level, bool has_colours) {
  const auto found = std::ranges::find(levels, level, &Level::name);
  return found == levels.end() ? level : painted(found->column, found->colour, has_colours);
}

// "2026-11-23 19:00:00.123"
std::string time_of(const std::string& ts) {
  std::string time = ts;
  std::ranges::replace(time, 'T', ' ');
  if (time.ends_with('Z')) time.pop_back();
  return time;
}

// radio/output/role
std::string subject_of(const json::object& line) {
  std::string subject = text_of(line, "stream");
  for (const char* part : {"output", "role"}) {
    const std::string text = text_of(line, part);
    if (!text.empty()) subject += '/' + text;
  }
  return subject.empty() ? subject : subject + ' ';
}

// Empty: the field says nothing.
std::string value_of(const json::value& value) {
  if (const double* const real = value.if_double()) return http::print_json(http::rounded(*real));
  const json::string* const text = value.if_string();
  if (text == nullptr) return printable(http::print_json(value));
  const bool is_plain = view(*text).find_first_of(" \"=") == string_view::npos;
  return is_plain ? printable(view(*text)) : printable(http::print_json(value));
}

}  // namespace

std::string print_log_line(const json::object& line, bool has_colours) {
  const std::string ts = text_of(line, "ts"), level = text_of(line, "level");
  if (ts.empty() || level.empty()) return {};
  const std::string event = text_of(line, "event");
  std::string text = time_of(ts) + ' ' + column_of(level, has_colours) + ' ' + subject_of(line) +
                     event + "  " + text_of(line, "msg");
  for (const auto& [key, value] : line) {
    const string_view name(key.data(), key.size());
    if (std::ranges::find(head, name) != head.end() || is_said(event, name)) continue;
    const std::string shown = value_of(value);
    if (!shown.empty()) text += ' ' + printable(name) + '=' + shown;
  }
  return text;
}

}  // namespace supervisor
