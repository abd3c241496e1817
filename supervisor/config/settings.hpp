#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/config/config.hpp"

namespace supervisor {

// A value could not be taken; the text states what was expected. The caller adds where it stood.
class Unexpected : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  // For a value that must not be shown: the sentence itself states what was found.
  static Unexpected whole(const std::string& sentence) {
    Unexpected error(sentence);
    error.is_whole_ = true;
    return error;
  }

  // "found …, expected …". `found`: the value as a message may show it.
  std::string refusal(const std::string& found) const {
    return is_whole_ ? what() : "found " + found + ", " + what();
  }

 private:
  bool is_whole_ = false;
};

// A group of keys that is asked for, or not: `silence:` is not, `silence: {}` is, with the defaults
// of its keys.
template <class Owner>
struct Part {
  std::string_view key;  // dotted, as a setting's: "monitor.content.silence"
  void (*open)(Owner&);
  bool (*is_open)(const Owner&);
};

// One value of the configuration. The file, the environment, the flags and `check` all go through
// this table, so a name, a range or a spelling is the same in all of them.
template <class Owner>
struct Setting {
  std::string_view key;  // dotted, below its owner: "monitor.bitrate_drop.percent"
  std::function<void(Owner&, const std::string& text)> read;  // throws Unexpected
  // What `read` takes, with credentials masked.
  std::function<std::string(const Owner&)> print;
  // What it belongs to, if that has to be asked for; while it is not, `print` gives an empty text.
  const Part<Owner>* part = nullptr;
};

// In the order in which they are printed. Keys whose values are lists are not among them: see
// ListSetting.
const std::vector<Setting<Config>>& program_settings();
const std::vector<Setting<StreamConfig>>& stream_settings();
// Those below `exporters`; program_settings() has them too.
const std::vector<Setting<Config>>& exporter_settings();

template <class Owner>
const Setting<Owner>* find_setting(const std::vector<Setting<Owner>>& settings,
                                   std::string_view key) {
  for (const Setting<Owner>& setting : settings) {
    if (setting.key == key) return &setting;
  }
  return nullptr;
}

template <class Owner>
const Part<Owner>* find_part(const std::vector<Setting<Owner>>& settings, std::string_view key) {
  for (const Setting<Owner>& setting : settings) {
    if (setting.part != nullptr && setting.part->key == key) return setting.part;
  }
  return nullptr;
}

// "streams[2].": the prefix of a stream's keys in `Config::origins`.
std::string stream_prefix(std::size_t index);

// Sets where `key` came from, over any earlier origin.
void remember(Config& config, const std::string& key, Origin origin, const std::string& place);

}  // namespace supervisor
