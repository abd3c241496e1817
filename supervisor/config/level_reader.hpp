#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "supervisor/config/file_reading.hpp"
#include "supervisor/config/settings.hpp"

namespace supervisor {

// The keys of the whole file, or of one stream.
template <class Owner>
struct Level {
  const std::vector<Setting<Owner>>& settings;
  const std::vector<ListSetting<Owner>>& lists;
  std::string prefix;                          // "streams[0]."
  std::vector<std::string_view> refused = {};  // of its settings and lists: not for this level
};

// Reads one level, group by group, into its owner.
template <class Owner>
class LevelReader {
 public:
  LevelReader(Level<Owner> level, Owner& owner, FileReading& reading)
      : level_(std::move(level)), owner_(owner), reading_(reading) {}

  // What may stand below a group ("" is the top): for messages.
  std::vector<std::string_view> names_below(const std::string& group) const {
    std::vector<std::string_view> names;
    const std::string prefix = group.empty() ? "" : group + '.';
    const auto add = [&](std::string_view key) {
      if (!key.starts_with(prefix)) return;
      const std::string_view rest = key.substr(prefix.size());
      const std::string_view name = rest.substr(0, rest.find('.'));
      if (std::ranges::find(level_.refused, key) != level_.refused.end()) return;
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    };
    for (const auto& list : level_.lists) {
      if (find_setting(level_.settings, list.key) == nullptr) add(list.key);
    }
    for (const auto& setting : level_.settings) add(setting.key);
    return names;
  }

  void read_map(const YamlNode& map, const std::string& group) {
    for (std::size_t i = 0; i < map.keys.size(); ++i) {
      const std::string key = group.empty() ? map.keys[i] : group + '.' + map.keys[i];
      read_entry(key, {level_.prefix + key, map.key_lines[i], map.items[i]}, group);
    }
  }

 private:
  void read_entry(const std::string& key, const Entry& entry, const std::string& group) {
    // A key may be of both: what is no plain text is then read from the tree.
    if (const auto* list = find_list(key)) {
      list->read(entry, owner_, reading_);
    } else if (const auto* setting = find_setting(level_.settings, key)) {
      read_setting(*setting, entry);
    } else if (!names_below(key).empty()) {
      read_group(key, entry);
    } else {
      complain_unknown(key, entry.line, group);
    }
  }

  const ListSetting<Owner>* find_list(std::string_view key) const {
    const auto found = std::find_if(level_.lists.begin(), level_.lists.end(),
                                    [&](const auto& list) { return list.key == key; });
    return found == level_.lists.end() ? nullptr : &*found;
  }

  void read_setting(const Setting<Owner>& setting, const Entry& entry) {
    const bool is_text = entry.node.kind == YamlNode::Kind::scalar;
    try {
      // Anything but a scalar is asked for as "": the message then states what was expected.
      setting.read(owner_, is_text ? entry.node.text : "");
      if (!is_text && entry.node.kind != YamlNode::Kind::null)
        throw Unexpected("expected one text");
      reading_.remember_from_file(entry.key, entry.line);
    } catch (const Unexpected& error) {
      reading_.complain(is_text ? entry.node.line : entry.line, entry.key,
                        error.refusal(found(entry.node)));
    }
  }

  void read_group(const std::string& key, const Entry& entry) {
    const Part<Owner>* part = find_part(level_.settings, key);
    if (part != nullptr) reading_.remember_from_file(entry.key, entry.line);
    if (entry.node.kind == YamlNode::Kind::null) return;  // every line below it is a comment
    if (part != nullptr && entry.node.kind == YamlNode::Kind::map) part->open(owner_);
    if (entry.node.kind == YamlNode::Kind::map) return read_map(entry.node, key);
    reading_.complain(entry, "found " + found(entry.node) + ", expected a map with " +
                                 join(names_below(key), ", "));
  }

  void complain_unknown(const std::string& key, int line, const std::string& group) {
    const std::string prefix = group.empty() ? "" : group + '.';
    const std::string word = key.substr(prefix.size());
    reading_.complain_unknown(line, level_.prefix + prefix, word, names_below(group),
                              right_place_of(word));
  }

  // Right word, wrong place: `freeze_timeout` beside `monitor`.
  std::string right_place_of(const std::string& word) const {
    std::string place;
    const auto look = [&](std::string_view key) {
      if (key.ends_with('.' + word)) place = level_.prefix + std::string(key);
    };
    for (const auto& list : level_.lists) look(list.key);
    for (const auto& setting : level_.settings) look(setting.key);
    return place;
  }

  const Level<Owner> level_;
  Owner& owner_;
  FileReading& reading_;
};

}  // namespace supervisor
