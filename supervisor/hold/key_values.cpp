#include "supervisor/hold/key_values.hpp"

#include "monitor/text/ascii.hpp"

namespace supervisor {

namespace {

using std::string_view;

// Up to the next colon that is neither quoted nor escaped, without the quotes and backslashes.
std::string take_value(string_view& text) {
  std::string value;
  std::size_t kept = 0;  // blanks at the end that were not quoted fall away behind it
  bool quoted = false;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\'') {
      quoted = !quoted;
      continue;
    }
    if (c == ':' && !quoted) break;
    const bool escaped = c == '\\' && !quoted && i + 1 < text.size();
    value += escaped ? text[++i] : c;
    if (quoted || escaped || c != ' ') kept = value.size();
  }
  text.remove_prefix(i);
  value.resize(kept);
  return value;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> read_key_values(string_view text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of("=:");
    const std::string key(monitor::trimmed(text.substr(0, end)));
    const bool has_value = end != string_view::npos && text[end] == '=';
    text.remove_prefix(end == string_view::npos ? text.size() : end + 1);
    if (!has_value) continue;
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    std::string value = take_value(text);
    if (!key.empty()) pairs.emplace_back(key, std::move(value));
    if (!text.empty()) text.remove_prefix(1);  // the colon
  }
  return pairs;
}

}  // namespace supervisor
