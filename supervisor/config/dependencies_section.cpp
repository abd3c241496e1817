#include "supervisor/config/dependencies_section.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "supervisor/config/secret_value.hpp"
#include "supervisor/config/settings.hpp"
#include "supervisor/config/urls.hpp"
#include "supervisor/config/values.hpp"

namespace supervisor {

namespace {

using Kind = YamlNode::Kind;
using monitor::probes::Dependency;

constexpr std::size_t dependencies_max = 64;  // each has series and looks of its own

const std::vector<std::string_view> dependency_keys{"name", "tcp", "http"};

// The health answer has these of its own beside them.
constexpr std::array<std::string_view, 4> taken_names{{"ffmpeg", "sink", "source", "streams"}};

std::string read_name(const std::string& text) {
  if (std::find(taken_names.begin(), taken_names.end(), text) == taken_names.end()) {
    return read_stream_name(text);
  }
  throw Unexpected("expected another: ffmpeg, sink, source and streams have their own health");
}

// Its text may be a secret in the wrong place, or the URL itself.
std::string read_target(const std::string& text) {
  try {
    return read_host_and_port(text);
  } catch (const Unexpected& error) {
    throw Unexpected::whole(error.refusal("a text that is none"));
  }
}

void take_name(const Entry& entry, Dependency& dependency, FileReading& reading) {
  try {
    dependency.name = read_name(entry.node.kind == Kind::scalar ? entry.node.text : "");
    reading.remember_from_file(entry.key, entry.line);
  } catch (const Unexpected& error) {
    reading.complain(entry, error.refusal(found(entry.node)));
  }
}

void take_target(const Entry& entry, Dependency::Kind kind, Dependency& dependency,
                 FileReading& reading) {
  dependency.kind = kind;
  const bool is_tcp = kind == Dependency::Kind::tcp;
  const auto target = read_text_value(entry, is_tcp ? read_target : read_http_url, reading);
  dependency.target = target.value_or("");
}

void take_key(const Entry& entry, const std::string& name, const Entry& map, Dependency& dependency,
              FileReading& reading) {
  if (name == "name") return take_name(entry, dependency, reading);
  if (name == "tcp") return take_target(entry, Dependency::Kind::tcp, dependency, reading);
  if (name == "http") return take_target(entry, Dependency::Kind::http, dependency, reading);
  reading.complain_unknown(entry.line, map.key + '.', name, dependency_keys);
}

bool has(const YamlNode& map, std::string_view key) {
  return std::find(map.keys.begin(), map.keys.end(), key) != map.keys.end();
}

void require_whole(const Entry& entry, FileReading& reading) {
  if (!has(entry.node, "name")) {
    reading.complain(entry.line, entry.key + ".name", "missing, expected a name such as database");
  }
  const bool tcp = has(entry.node, "tcp"), http = has(entry.node, "http");
  if (tcp && http) reading.complain(entry, "found both tcp and http, expected one of them");
  if (tcp || http) return;
  reading.complain(entry,
                   "found neither tcp nor http, expected one of them, such as tcp: "
                   "postgres:5432");
}

void require_own_name(const Entry& entry, const Dependency& dependency, const Config& config,
                      FileReading& reading) {
  const auto& others = config.dependencies;
  const auto same = std::find_if(others.begin(), others.end(), [&](const Dependency& other) {
    return !other.name.empty() && other.name == dependency.name;
  });
  if (same == others.end()) return;
  reading.complain(entry.line, entry.key + ".name",
                   "the name " + shown(dependency.name) + " is taken by dependencies[" +
                       std::to_string(same - others.begin()) + "], expected one of its own");
}

void read_dependency(const Entry& entry, Config& config, FileReading& reading) {
  if (entry.node.kind != Kind::map) {
    return reading.complain(entry, "found " + found_kind(entry.node) +
                                       ", expected a map such as {name: database, tcp: "
                                       "\"postgres:5432\"}");
  }
  Dependency dependency;
  for (std::size_t i = 0; i < entry.node.keys.size(); ++i) {
    take_key(entry_of_map(entry, i), entry.node.keys[i], entry, dependency, reading);
  }
  require_whole(entry, reading);
  require_own_name(entry, dependency, config, reading);
  config.dependencies.push_back(std::move(dependency));
}

}  // namespace

void read_dependencies(const Entry& entry, Config& config, FileReading& reading) {
  if (!is_empty_list(entry.node) && entry.node.kind != Kind::list) {
    return reading.complain(entry, "found " + found_kind(entry.node) +
                                       ", expected a list of maps with name and tcp " + "or http");
  }
  const std::size_t count = entry.node.items.size();
  if (count > dependencies_max) {
    return reading.complain(entry, "found " + std::to_string(count) +
                                       " elements, expected at most " +
                                       std::to_string(dependencies_max));
  }
  reading.remember_from_file(entry.key, entry.line);
  for (std::size_t i = 0; i < count; ++i) {
    read_dependency(entry_of_list(entry, i), config, reading);
  }
}

std::string_view name_of(Dependency::Kind kind) {
  return kind == Dependency::Kind::tcp ? "tcp" : "http";
}

}  // namespace supervisor
