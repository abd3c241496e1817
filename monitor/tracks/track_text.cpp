#include "monitor/tracks/track_text.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "monitor/tracks/clean_text.hpp"
#include "monitor/tracks/placeholders.hpp"

namespace monitor {
namespace {

using std::string_view;

constexpr std::size_t shown_bytes = 60;  // of what is wrong, in a sentence

std::string quoted(string_view text) {
  return "\"" + clean_text(text, shown_bytes) + "\"";
}

std::string unknown_placeholder(string_view name) {
  return "unknown placeholder " + quoted("{" + std::string(name) + "}") + ": expected " +
         std::string(known_placeholders) + "; \"{{\" is a brace";
}

// What stands in front of the next placeholder: text with its doubled braces, as they are meant.
// `pattern` loses it.
std::string take_literal(string_view& pattern) {
  std::string text;
  while (!pattern.empty()) {
    const char c = pattern.front();
    const bool is_doubled = pattern.size() > 1 && pattern[1] == c && (c == '{' || c == '}');
    if (c == '{' && !is_doubled) break;
    text += c;
    pattern.remove_prefix(is_doubled ? 2 : 1);
  }
  return text;
}

struct Part {
  std::string text;
  bool is_value = false;
};

std::vector<Part> parts_of(string_view pattern, const Track& track) {
  std::vector<Part> parts;
  while (!pattern.empty()) {
    parts.push_back({take_literal(pattern), false});
    if (pattern.empty()) break;
    const std::size_t close = std::min(pattern.find('}'), pattern.size() - 1);
    const string_view name = pattern.substr(1, close - 1);
    const std::string* value = placeholder_value(name, track);
    if (value != nullptr)
      parts.push_back({clean_text(*value, track_value_bytes), true});
    else
      parts.push_back({std::string(pattern.substr(0, close + 1)), false});
    pattern.remove_prefix(close + 1);
  }
  return parts;
}

// Blanks and signs only, as between artist and title; letters and digits have a meaning of their
// own.
bool is_separator(const Part& part) {
  const auto has_meaning = [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 || (c >= '0' && c <= '9') ||
           (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  return !part.is_value && std::ranges::none_of(part.text, has_meaning);
}

void drop_if_separator(std::vector<Part>& parts, std::size_t index) {
  if (index < parts.size() && is_separator(parts[index])) parts[index].text.clear();
}

// A missing value takes the separator to the next value with it; the last one that to the value
// before, and what closes behind it.
void drop_separators(std::vector<Part>& parts) {
  std::size_t last = parts.size();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].is_value) last = i;
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!parts[i].is_value || !parts[i].text.empty()) continue;
    if (i == last && i > 0) drop_if_separator(parts, i - 1);
    drop_if_separator(parts, i + 1);
  }
}

}  // namespace

std::string template_problem(string_view pattern) {
  if (pattern.size() > track_text_bytes)
    return "the template is longer than " + std::to_string(track_text_bytes) + " bytes";
  static const Track none;
  for (string_view rest = pattern; !rest.empty();) {
    take_literal(rest);
    if (rest.empty()) break;
    const std::size_t close = rest.find('}');
    if (close == string_view::npos) return quoted(rest) + ": the brace is not closed";
    const string_view name = rest.substr(1, close - 1);
    if (placeholder_value(name, none) == nullptr) return unknown_placeholder(name);
    rest.remove_prefix(close + 1);
  }
  return {};
}

std::string track_text(string_view pattern, const Track& track) {
  std::vector<Part> parts = parts_of(pattern.substr(0, track_text_bytes), track);
  drop_separators(parts);
  std::string text;
  for (const Part& part : parts) text += part.text;
  return clean_text(text, track_text_bytes);
}

std::string escaped_for_drawtext(string_view text) {
  if (text.empty()) return " ";
  std::string escaped;
  for (const char c : text) {
    if (c == '%' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

}  // namespace monitor
