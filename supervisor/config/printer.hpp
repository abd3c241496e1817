#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/config/config.hpp"
#include "supervisor/config/settings.hpp"

namespace supervisor {

// As YAML: quoted where a plain text would be read as something else.
std::string yaml_text(const std::string& text);
std::string yaml_list(const std::vector<std::string>& items);

// Of the configuration's values.
enum class Values : std::uint8_t {
  all,
  changed,  // those that are no defaults, and the names of what has them
};

// Writes YAML line by line; each value with its origin behind it.
class Printer {
 public:
  explicit Printer(const Config& config, Values values = Values::all)
      : config_(config), values_(values) {}

  // The key of a group, with its colon.
  void line(const std::string& text);
  // `start`: the indentation and the key with its colon; `full_key`: whose origin is printed.
  void value(const std::string& start, const std::string& written, const std::string& full_key);

  // In their order; a group is opened where the key before was not in it. `prefix`: of the full
  // keys, "streams[0].".
  template <class Owner>
  void settings(const std::vector<Setting<Owner>>& all, const Owner& owner,
                const std::string& indent, const std::string& prefix) {
    std::string open;  // the group of the line before: "monitor.bitrate_drop."
    for (const Setting<Owner>& setting : all) {
      if (setting.part != nullptr && !setting.part->is_open(owner)) {
        unasked(setting.part->key, open, indent, prefix);
        continue;
      }
      const std::size_t dot = setting.key.rfind('.');
      const std::string group(setting.key.substr(0, dot == std::string_view::npos ? 0 : dot + 1));
      open_groups(open, group, indent);
      const auto depth = static_cast<std::size_t>(std::count(group.begin(), group.end(), '.'));
      const std::string name(setting.key.substr(group.size()));
      value(indent + std::string(2 * depth, ' ') + name + ':', yaml_text(setting.print(owner)),
            prefix + std::string(setting.key));
      open = group;
    }
  }

  std::string take() { return std::move(text_); }

 private:
  Origin origin(const std::string& key) const;
  // The group itself, empty; once for all settings in it. `open`: as above.
  void unasked(std::string_view part, std::string& open, const std::string& indent,
               const std::string& prefix);
  void open_groups(std::string_view before, std::string_view group, std::string indent);

  void write_groups(std::size_t indent);

  const Config& config_;
  const Values values_;
  std::vector<std::string> groups_;  // of the values to come, where not all are printed
  std::string text_;
};

}  // namespace supervisor
