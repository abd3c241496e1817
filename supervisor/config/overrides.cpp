#include "supervisor/config/overrides.hpp"

#include <array>
#include <string_view>

#include "monitor/text/ascii.hpp"
#include "supervisor/config/auth_section.hpp"
#include "supervisor/config/settings.hpp"
#include "supervisor/config/urls.hpp"
#include "supervisor/config/values.hpp"

namespace supervisor {

namespace {

struct Variable {
  const char* name;
  std::string_view key;
};

constexpr std::array<Variable, 15> stream_variables{{
    {"HEALTH_CHECK_INTERVAL", "monitor.probe_interval"},
    {"FFMPEG_CHECK_INTERVAL", "monitor.sample_interval"},
    {"STREAM_FREEZE_TIMEOUT", "monitor.freeze_timeout"},
    {"ENABLE_AUTO_RECOVERY", "recovery.enabled"},
    {"MAX_RESTART_ATTEMPTS", "recovery.max_restart_attempts"},
    {"RESTART_COOLDOWN", "recovery.restart_cooldown"},
    {"AUDIO_STREAM_RETRY_INTERVAL", "recovery.audio_stream.retry_interval"},
    {"AUDIO_STREAM_MAX_RETRIES", "recovery.audio_stream.max_retries"},
    {"CPU_THRESHOLD_PERCENT", "monitor.cpu_percent"},
    {"MEMORY_THRESHOLD_MB", "monitor.memory_mb"},
    {"BITRATE_DROP_THRESHOLD_PERCENT", "monitor.bitrate_drop.percent"},
    {"AZURACAST_URL", "source.azuracast.url"},
    {"AZURACAST_API_KEY", "source.azuracast.api_key"},
    {"AZURACAST_STATION", "source.azuracast.station"},
    {"HOLD_OUTPUTS", "hold"},
}};

constexpr std::array<Variable, 2> log_variables{
    {{"LOG_FORMAT", "log.format"}, {"LOG_LEVEL", "log.level"}}};

// Credentials that a user may have chosen: taken as they are.
bool is_credential(std::string_view name) {
  return name == "FFSUPERVISOR_TOKEN" || name == "AZURACAST_WEBHOOK_PASSWORD";
}

// `docker --env-file` and others hand on what a shell would take off: quotes around the value,
// blanks and a carriage return behind it.
std::string plain_value(const char* name, const std::string& text) {
  if (is_credential(name)) return text;
  const auto without_end = [](std::string_view value) {
    return value.substr(0, value.find_last_not_of(" \t\r") + 1);  // npos + 1 is 0
  };
  std::string_view value = without_end(text);
  const bool is_quoted = value.size() >= 2 && value.front() == value.back() &&
                         (value.front() == '"' || value.front() == '\'');
  return std::string(is_quoted ? without_end(value.substr(1, value.size() - 2)) : value);
}

// Calls `take(text, place)` with a variable that is set; what it expected goes to the problems.
template <class Take>
void with_variable(const Environment& environment, const char* name, Problems& problems,
                   Take&& take) {
  const std::optional<std::string> found = environment(name);
  if (!found) return;
  const std::string text = plain_value(name, *found);
  if (text.empty()) return;
  const std::string place = std::string("environment variable ") + name;
  try {
    take(text, place);
  } catch (const Unexpected& error) {
    problems.add(place + ": " + error.refusal(shown(text)));
  }
}

void apply_to_streams(const std::string& text, const std::string& place, std::string_view key,
                      Config& config) {
  const Setting<StreamConfig>& setting = *find_setting(stream_settings(), key);
  for (std::size_t i = 0; i < config.streams.size(); ++i) {
    setting.read(config.streams[i], text);
    remember(config, stream_prefix(i) + std::string(key), Origin::environment, place);
  }
}

// Names that other programs of the same container know as well, with words of their own: one that
// is none of ours is told, and does not keep the streams from starting.
void apply_log_variable(const Environment& environment, const Variable& variable, Config& config) {
  const std::optional<std::string> found = environment(variable.name);
  const std::string text = found ? plain_value(variable.name, *found) : std::string();
  if (text.empty()) return;
  const std::string word = monitor::lowered(text);
  const std::string place = std::string("environment variable ") + variable.name;
  try {
    find_setting(program_settings(), variable.key)->read(config, word == "warn" ? "warning" : word);
    remember(config, std::string(variable.key), Origin::environment, place);
  } catch (const Unexpected& error) {
    config.warnings.push_back(place + ": " + error.refusal(shown(text)) + "; it has no effect");
  }
}

// It has no key of its own in the file.
void apply_rtmp_endpoint(const std::string& url, const std::string& place, Config& config) {
  for (std::size_t i = 0; i < config.streams.size(); ++i) {
    config.streams[i].rtmp_endpoint = url;
    remember(config, stream_prefix(i) + "rtmp_endpoint", Origin::environment, place);
  }
}

}  // namespace

void apply_metrics_port(const Environment& environment, Config& config, Problems& problems) {
  with_variable(environment, "METRICS_PORT", problems,
                [&](const std::string& text, const std::string& place) {
                  config.http.port = static_cast<std::uint16_t>(read_integer(text, 1, 65535));
                  remember(config, "http.listen", Origin::environment, place);
                });
}

void apply_environment(const Environment& environment, Config& config, Problems& problems) {
  apply_metrics_port(environment, config, problems);
  with_variable(environment, "METRICS_PATH", problems,
                [&](const std::string& text, const std::string& place) {
                  config.http.metrics_path = read_metrics_path(text);
                  remember(config, "http.metrics_path", Origin::environment, place);
                });
  for (const Variable& variable : log_variables) {
    apply_log_variable(environment, variable, config);
  }
  for (const Variable& variable : stream_variables) {
    with_variable(environment, variable.name, problems,
                  [&](const std::string& text, const std::string& place) {
                    apply_to_streams(text, place, variable.key, config);
                  });
  }
  with_variable(environment, "FFSUPERVISOR_TOKEN", problems,
                [&](const std::string& text, const std::string& place) {
                  config.http.auth.bearer_token = read_bearer_token(text);
                  remember(config, "http.auth.bearer_token", Origin::environment, place);
                });
  with_variable(environment, "RTMP_ENDPOINT", problems,
                [&](const std::string& text, const std::string& place) {
                  apply_rtmp_endpoint(read_rtmp_url(text), place, config);
                });
  with_variable(environment, "AZURACAST_WEBHOOK_PASSWORD", problems,
                [&](const std::string& text, const std::string& place) {
                  config.http.azuracast_password = read_secret_text(text);
                  remember(config, "http.azuracast_password", Origin::environment, place);
                });
}

namespace {

template <class Owner>
void apply_flag(const std::optional<std::string>& text, const std::string& flag,
                const std::string& key, const Setting<Owner>& setting, Owner& owner, Config& config,
                Problems& problems) {
  if (!text) return;
  try {
    setting.read(owner, *text);
    remember(config, key, Origin::flag, flag);
  } catch (const Unexpected& error) {
    problems.add(flag + ": " + error.refusal(shown(*text)));
  }
}

// A stream that is in no file: it has what the file's `defaults` say.
void add_default_stream(Config& config) {
  constexpr std::string_view prefix = "defaults.";
  config.streams.push_back(config.defaults);
  const auto origins = config.origins;
  for (const auto& [key, origin] : origins) {
    if (key.starts_with(prefix))
      remember(config, stream_prefix(0) + key.substr(prefix.size()), origin, config.places.at(key));
  }
}

void keep_first_stream(Config& config) {
  if (config.streams.empty()) return add_default_stream(config);
  for (std::size_t i = 1; i < config.streams.size(); ++i) {
    const auto of_stream = [&](const auto& entry) {
      return entry.first.starts_with(stream_prefix(i));
    };
    std::erase_if(config.origins, of_stream);
    std::erase_if(config.places, of_stream);
  }
  config.streams.resize(1);
}

}  // namespace

void apply_flags(const Options& options, Config& config, Problems& problems) {
  const auto apply = [&](const std::optional<std::string>& text, const char* flag,
                         const char* key) {
    apply_flag(text, flag, key, *find_setting(program_settings(), key), config, config, problems);
  };
  apply(options.listen, "--listen", "http.listen");
  if (options.require_listen) apply("true", "--require-listen", "http.required");
  apply(options.log_format, "--log-format", "log.format");
  apply(options.log_level, "--log-level", "log.level");
  for (std::size_t i = 0; options.hold && i < config.streams.size(); ++i) {
    apply_flag({"true"}, "--hold", stream_prefix(i) + "hold",
               *find_setting(stream_settings(), "hold"), config.streams[i], config, problems);
  }
}

void apply_command(const Options& options, Config& config, Problems& problems) {
  if (options.command.empty()) return;
  keep_first_stream(config);
  StreamConfig& stream = config.streams.front();
  stream.command = options.command;
  remember(config, "streams[0].command", Origin::flag, "the command line");
  apply_flag(options.name, "--name", "streams[0].name", *find_setting(stream_settings(), "name"),
             stream, config, problems);
}

}  // namespace supervisor
