#include <string>
#include <vector>

#include "supervisor/config/alerts_section.hpp"
#include "supervisor/config/allowed_hosts.hpp"
#include "supervisor/config/arguments.hpp"
#include "supervisor/config/auth_section.hpp"
#include "supervisor/config/bounded_file.hpp"
#include "supervisor/config/dependencies_section.hpp"
#include "supervisor/config/exporters_section.hpp"
#include "supervisor/config/file_reading.hpp"
#include "supervisor/config/level_reader.hpp"
#include "supervisor/config/load.hpp"
#include "supervisor/config/settings.hpp"
#include "supervisor/config/stream_defaults.hpp"
#include "supervisor/config/streams_section.hpp"

namespace supervisor {

namespace {

using Kind = YamlNode::Kind;

constexpr std::size_t file_bytes_max = 4 * 1024 * 1024;  // a thousand streams of 4 KiB each

const std::vector<ListSetting<Config>> program_lists{
    {"streams", read_streams},
    {"defaults", [](const Entry&, Config&, FileReading&) {}},  // read before all others
    {"alerts.alertmanager", read_alertmanagers},
    {"alerts.webhooks", read_webhooks},
    {"alerts.command", read_alert_command},
    {"dependencies", read_dependencies},
    {"exporters.pushgateway.url", read_pushgateway_url},
    {"exporters.pushgateway.headers", read_pushgateway_headers},
    {"exporters.statsd.address", read_statsd_address},
    {"exporters.otlp.url", read_otlp_url},
    {"exporters.otlp.headers", read_otlp_headers},
    {"http.auth.basic_users", read_basic_users},
    {"http.allowed_hosts", read_allowed_hosts}};

void read_root(const YamlNode& root, Config& config, FileReading& reading) {
  LevelReader<Config> reader({program_settings(), program_lists, ""}, config, reading);
  if (root.kind == Kind::map) {
    return reader.read_map(with_stream_defaults(root, config, reading), "");
  }
  const std::string expected = "expected a map with " + join(reader.names_below(""), ", ");
  if (root.kind == Kind::null) {
    throw ConfigError(reading.source_name() + ": the file is empty, " + expected);
  }
  reading.complain(root.line, "", "found " + found(root) + ", " + expected);
}

}  // namespace

void read_yaml_text(const std::string& text, const std::string& source_name, Config& config,
                    const Environment& environment) {
  if (text.size() > file_bytes_max) {
    throw ConfigError(source_name + ": larger than 4 MiB, expected a configuration");
  }
  FileReading reading(source_name, config, environment);
  read_root(parse_yaml(text, source_name), config, reading);
  reading.throw_if_any();
}

void read_yaml_file(const std::string& path, Config& config, const Environment& environment) {
  std::string text;
  try {
    text = read_bounded_file(path, file_bytes_max, "a YAML file");
  } catch (const Unreadable& error) {
    throw ConfigError(path + ": " + error.what());
  }
  read_yaml_text(text, path, config, environment);
}

}  // namespace supervisor
