#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "supervisor/config/load.hpp"
#include "supervisor/config/settings.hpp"
#include "supervisor/secrets/secrets.hpp"

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

// Prints settings in their order, opening a group where the key before was not in it.
class Printer {
 public:
  explicit Printer(const Config& config) : config_(config) {}

  void value(const std::string& indent, std::string_view key, const std::string& full_key,
             const std::string& written) {
    std::string line = indent + std::string(key) + ": " + written;
    if (line.size() < comment_column) line.resize(comment_column, ' ');
    text_ += line + "  # " + std::string(name(origin(full_key))) + '\n';
  }

  template <class Owner>
  void settings(const std::vector<Setting<Owner>>& all, const Owner& owner, std::string indent,
                const std::string& prefix) {
    std::string open;  // the group of the line before: "monitor.bitrate_drop."
    for (const Setting<Owner>& setting : all) {
      const std::size_t dot = setting.key.rfind('.');
      const std::string group(setting.key.substr(0, dot == std::string_view::npos ? 0 : dot + 1));
      open_groups(open, group, indent);
      const auto depth = static_cast<std::size_t>(std::count(group.begin(), group.end(), '.'));
      value(indent + std::string(2 * depth, ' '), setting.key.substr(group.size()),
            prefix + std::string(setting.key), yaml_text(setting.print(owner)));
      open = group;
    }
  }

  void line(const std::string& text) { text_ += text + '\n'; }
  std::string take() { return std::move(text_); }

 private:
  Origin origin(const std::string& key) const {
    const auto found = config_.origins.find(key);
    return found == config_.origins.end() ? Origin::standard : found->second;
  }

  void open_groups(std::string_view before, std::string_view group, std::string indent) {
    for (std::size_t at = 0; at < group.size();) {
      const std::size_t end = group.find('.', at) + 1;
      if (!before.starts_with(group.substr(0, end))) {
        line(indent + std::string(group.substr(at, end - at - 1)) + ':');
      }
      indent += "  ";
      at = end;
    }
  }

  const Config& config_;
  std::string text_;
};

void print_stream(const Config& config, std::size_t index, Printer& printer) {
  const StreamConfig& stream = config.streams[index];
  Secrets secrets;
  secrets.learn(stream.command);
  const std::string prefix = stream_prefix(index);
  printer.value("  - ", "name", prefix + "name", yaml_text(stream.name));
  printer.value("    ", "command", prefix + "command",
                yaml_list(secrets.mask_command(stream.command)));
  std::vector<Setting<StreamConfig>> others = stream_settings();
  std::erase_if(others, [](const auto& setting) { return setting.key == "name"; });
  printer.settings(others, stream, "    ", prefix);
}

}  // namespace

std::string print_config(const Config& config) {
  Printer printer(config);
  printer.settings(program_settings(), config, "", "");
  printer.line("streams:");
  for (std::size_t i = 0; i < config.streams.size(); ++i) print_stream(config, i, printer);
  return printer.take();
}

}  // namespace supervisor
