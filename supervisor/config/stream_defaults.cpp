#include "supervisor/config/stream_defaults.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/config/settings.hpp"
#include "supervisor/config/streams_section.hpp"

namespace supervisor {

namespace {

using Kind = YamlNode::Kind;
using std::string_view;

constexpr std::size_t values_max = 1'000;  // each stream gets a copy

std::size_t values_in(const YamlNode& node) {
  std::size_t count = 1;
  for (const YamlNode& item : node.items) count += values_in(item);
  return count;
}

// Keys of a group of which a stream has one.
struct Alternatives {
  string_view group;
  std::vector<string_view> keys;
};
const std::array<Alternatives, 2>& alternatives() {
  static const std::array<Alternatives, 2> all{
      {{"source", {"http", "icecast"}},
       {"sink", {"nginx_rtmp_stat", "mediamtx", "srs", "icecast"}}}};
  return all;
}

const YamlNode* find(const YamlNode& map, string_view key) {
  const auto found = std::find(map.keys.begin(), map.keys.end(), key);
  if (map.kind != Kind::map || found == map.keys.end()) return nullptr;
  return &map.items[static_cast<std::size_t>(found - map.keys.begin())];
}

bool is_group(string_view path) {
  if (path.empty() || path == "outputs" || path.starts_with("outputs.")) return true;
  const std::string prefix = std::string(path) + '.';
  const auto is_below = [&](const auto& setting) { return setting.key.starts_with(prefix); };
  return std::any_of(stream_settings().begin(), stream_settings().end(), is_below);
}

// One of its own among those of which there can be one.
bool has_other(const YamlNode& own, string_view path, string_view key) {
  for (const auto& [group, keys] : alternatives()) {
    if (group != path || std::find(keys.begin(), keys.end(), key) == keys.end()) continue;
    return std::any_of(keys.begin(), keys.end(), [&](string_view other) {
      const YamlNode* found = find(own, other);
      return found != nullptr && !asks_nothing(*found);
    });
  }
  return false;
}

// A card is of no use to a stream that asks for another cover.
bool is_unused_slate(const YamlNode& own, string_view path, string_view key) {
  if (!path.empty() || key != "slate") return false;
  const YamlNode* cover = find(own, "cover");
  return cover != nullptr && cover->text != "slate";
}

void merge(YamlNode& own, const YamlNode& defaults, const std::string& path);

void take(YamlNode& own, const YamlNode& defaults, std::size_t i, const std::string& path) {
  const std::string& key = defaults.keys[i];
  const auto found = std::find(own.keys.begin(), own.keys.end(), key);
  if (found != own.keys.end()) {
    const std::string below = path.empty() ? key : path + '.' + key;
    return merge(own.items[static_cast<std::size_t>(found - own.keys.begin())], defaults.items[i],
                 below);
  }
  if (has_other(own, path, key) || is_unused_slate(own, path, key)) return;
  own.keys.push_back(key);
  own.key_lines.push_back(defaults.key_lines[i]);
  own.items.push_back(defaults.items[i]);
}

void merge(YamlNode& own, const YamlNode& defaults, const std::string& path) {
  if (defaults.kind != Kind::map || !is_group(path)) return;
  // A group in which every line is a comment; empty dead air is asked for by none.
  if (own.kind == Kind::null && find_part(stream_settings(), path) == nullptr) own = defaults;
  if (own.kind != Kind::map) return;
  for (std::size_t i = 0; i < defaults.keys.size(); ++i) take(own, defaults, i, path);
}

}  // namespace

namespace {

// Whether all of it can be taken.
bool read_defaults(const Entry& entry, Config& config, FileReading& reading) {
  const std::size_t count = values_in(entry.node);
  if (count <= values_max) return read_stream_defaults(entry, config, reading);
  reading.complain(entry, "found " + std::to_string(count) + " values, expected at most " +
                              std::to_string(values_max));
  return false;
}

}  // namespace

YamlNode with_stream_defaults(const YamlNode& root, Config& config, FileReading& reading) {
  YamlNode merged = root;
  const auto found = std::find(root.keys.begin(), root.keys.end(), "defaults");
  if (found == root.keys.end()) return merged;
  const auto at = static_cast<std::size_t>(found - root.keys.begin());
  const Entry defaults{"defaults", root.key_lines[at], root.items[at]};
  if (!read_defaults(defaults, config, reading)) return merged;
  for (std::size_t i = 0; i < merged.keys.size(); ++i) {
    YamlNode& streams = merged.items[i];
    if (merged.keys[i] != "streams" || streams.items.size() > streams_max) continue;
    for (YamlNode& stream : streams.items) {
      if (stream.kind == Kind::map) merge(stream, defaults.node, "");
    }
  }
  return merged;
}

}  // namespace supervisor
