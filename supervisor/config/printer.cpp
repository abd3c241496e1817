#include "supervisor/config/printer.hpp"

#include <array>
#include <cstdio>

namespace supervisor {

namespace {

constexpr std::size_t comment_column = 44;  // behind the longest usual line

// Texts that YAML reads as themselves everywhere, flow lists included.
bool is_plain(std::string_view text) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./+=-:";
  if (text.empty() || text == "-" || text.front() == ':' || text.back() == ':') return false;
  if (text == "null" || text == "Null" || text == "NULL" || text == "---") return false;
  return text.find_first_not_of(letters) == std::string_view::npos;
}

std::string escaped(char c) {
  if (c == '"' || c == '\\') return {'\\', c};
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x20 && byte != 0x7F) return {c};
  std::array<char, 8> code{};
  std::snprintf(code.data(), code.size(), "\\x%02X", byte);
  return code.data();
}

std::size_t indent_of(const std::string& line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

}  // namespace

std::string yaml_text(const std::string& text) {
  if (is_plain(text)) return text;
  std::string written = "\"";
  for (const char c : text) written += escaped(c);
  return written + '"';
}

std::string yaml_list(const std::vector<std::string>& items) {
  std::string written = "[";
  for (const std::string& item : items) {
    if (written.size() > 1) written += ", ";
    written += yaml_text(item);
  }
  return written + ']';
}

void Printer::line(const std::string& text) {
  if (values_ == Values::all) {
    text_ += text + '\n';
    return;
  }
  const std::size_t indent = indent_of(text);
  std::erase_if(groups_, [&](const std::string& group) { return indent_of(group) >= indent; });
  groups_.push_back(text);
}

void Printer::write_groups(std::size_t indent) {
  for (const std::string& group : groups_) {
    if (indent_of(group) < indent) text_ += group + '\n';
  }
  groups_.clear();
}

void Printer::value(const std::string& start, const std::string& written,
                    const std::string& full_key) {
  const bool begins_element = start.find("- ") == indent_of(start);
  if (values_ == Values::changed) {
    if (!begins_element && origin(full_key) == Origin::standard) return;
    write_groups(indent_of(start));
  }
  std::string text = start + ' ' + written;
  if (text.size() < comment_column) text.resize(comment_column, ' ');
  text_ += text + "  # " + std::string(name(origin(full_key))) + '\n';
}

Origin Printer::origin(const std::string& key) const {
  const auto found = config_.origins.find(key);
  return found == config_.origins.end() ? Origin::standard : found->second;
}

void Printer::unasked(std::string_view part, std::string& open, const std::string& indent,
                      const std::string& prefix) {
  const std::string key(part);
  if (open == key + '.') return;
  const std::string group = key.substr(0, key.rfind('.') + 1);
  open_groups(open, group, indent);
  const auto depth = static_cast<std::size_t>(std::count(group.begin(), group.end(), '.'));
  value(indent + std::string(2 * depth, ' ') + key.substr(group.size()) + ':', "", prefix + key);
  open = key + '.';
}

void Printer::open_groups(std::string_view before, std::string_view group, std::string indent) {
  for (std::size_t at = 0; at < group.size();) {
    const std::size_t end = group.find('.', at) + 1;
    if (!before.starts_with(group.substr(0, end))) {
      line(indent + std::string(group.substr(at, end - at - 1)) + ':');
    }
    indent += "  ";
    at = end;
  }
}

}  // namespace supervisor
