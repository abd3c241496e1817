#include "supervisor/config/streams_section.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/config/arguments.hpp"
#include "supervisor/config/level_reader.hpp"
#include "supervisor/config/outputs_section.hpp"
#include "supervisor/config/settings.hpp"
#include "supervisor/config/track_settings.hpp"

namespace supervisor {

namespace {

using Kind = YamlNode::Kind;

const std::vector<ListSetting<StreamConfig>> stream_lists{
    {"command", read_command},
    {"fallback", read_fallback},
    {"outputs", read_outputs},
    {"source.azuracast.api_key", read_azuracast_key}};

const std::vector<std::string_view> of_one_stream{"name", "command"};

// A group of every stream's keys.
void read_keys(const Entry& entry, StreamConfig& stream, FileReading& reading,
               const std::vector<std::string_view>& refused = {}) {
  LevelReader<StreamConfig> reader({stream_settings(), stream_lists, entry.key + '.', refused},
                                   stream, reading);
  if (entry.node.kind == Kind::map) return reader.read_map(entry.node, "");
  reading.complain(entry, "found " + found(entry.node) + ", expected a map with " +
                              join(reader.names_below(""), ", "));
}

void read_stream(const Entry& entry, Config& config, FileReading& reading) {
  StreamConfig& stream = config.streams.emplace_back();
  reading.note_place(entry.key, entry.line);
  read_keys(entry, stream, reading);
}

}  // namespace

void read_streams(const Entry& entry, Config& config, FileReading& reading) {
  const YamlNode& node = entry.node;
  if (node.kind != Kind::list || node.items.empty()) {
    const std::string what = node.kind == Kind::list ? "an empty list" : found(node);
    return reading.complain(
        entry, "found " + what + ", expected a list of streams, each with a name and a command");
  }
  if (node.items.size() > streams_max) {
    return reading.complain(entry, "found " + std::to_string(node.items.size()) +
                                       " streams, expected at most " + std::to_string(streams_max));
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    read_stream(entry_of_list(entry, i), config, reading);
  }
}

bool read_stream_defaults(const Entry& entry, Config& config, FileReading& reading) {
  if (entry.node.kind == Kind::null) return true;
  const std::size_t before = reading.problems();
  for (std::size_t i = 0; i < entry.node.keys.size(); ++i) {
    const std::string& key = entry.node.keys[i];
    if (std::ranges::find(of_one_stream, key) == of_one_stream.end()) continue;
    reading.complain(entry_of_map(entry, i), "each stream has its own, expected it there");
  }
  read_keys(entry, config.defaults, reading, of_one_stream);
  return reading.problems() == before;
}

}  // namespace supervisor
