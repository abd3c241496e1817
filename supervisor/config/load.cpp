#include "supervisor/config/load.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "monitor/text/percent.hpp"
#include "monitor/text/url.hpp"
#include "monitor/tracks/track_text.hpp"
#include "recovery/alerts/receiver.hpp"
#include "supervisor/config/auth_section.hpp"
#include "supervisor/config/duration.hpp"
#include "supervisor/config/output_warnings.hpp"
#include "supervisor/config/overrides.hpp"
#include "supervisor/config/problems.hpp"
#include "supervisor/config/settings.hpp"
#include "supervisor/config/slate_settings.hpp"
#include "supervisor/ffmpeg/track_command.hpp"

namespace supervisor {

namespace {

// Where a stream's value was set, for a message: "radio.yml:12: streams[0].name", or the key alone
// where it is a default.
std::string place_and_key(const Config& config, const std::string& key) {
  const auto place = config.places.find(key);
  return place == config.places.end() ? key : place->second + ": " + key;
}

std::string value_and_place(const Config& config, const std::string& key, monitor::Duration value) {
  const auto place = config.places.find(key);
  return print_duration(value) + ", " + (place == config.places.end() ? "default" : place->second);
}

void require_command(const Config& config, std::size_t index, Problems& problems) {
  const std::string stream = "streams[" + std::to_string(index) + ']';
  const std::vector<std::string>& command = config.streams[index].command;
  if (command.empty()) {
    const auto place = config.places.find(stream);
    const std::string where = place == config.places.end() ? "" : place->second + ": ";
    problems.add(where + stream + ".command: missing, expected a list such as [ffmpeg, -i, …]");
  } else if (command.front().empty()) {
    problems.add(place_and_key(config, stream + ".command") +
                 ": its first word is empty, expected a program");
  }
}

void require_unique_name(const Config& config, std::size_t index, Problems& problems) {
  for (std::size_t other = 0; other < index; ++other) {
    if (config.streams[other].name != config.streams[index].name) continue;
    const std::string stream = "streams[" + std::to_string(index) + ']';
    const bool named = config.places.contains(stream + ".name");
    problems.add(place_and_key(config, named ? stream + ".name" : stream) + ": the name " +
                 shown(config.streams[index].name) + " is taken by streams[" +
                 std::to_string(other) + "], expected one of its own");
    return;
  }
}

// With fewer than two periods, one late block would be a fault. Reported at the place of the one
// that was set: the other may be a default.
void require_periods(const Config& config, std::size_t index, const char* key,
                     monitor::Duration timeout, Problems& problems) {
  const monitor::Duration period = config.streams[index].monitor.stats_period;
  if (timeout >= 2 * period) return;
  const std::string timeout_key = stream_prefix(index) + key;
  const std::string period_key = stream_prefix(index) + "monitor.stats_period";
  if (config.places.contains(timeout_key)) {
    problems.add(place_and_key(config, timeout_key) + ": " + print_duration(timeout) +
                 " is less than twice " + period_key + " (" +
                 value_and_place(config, period_key, period) + "), expected at least " +
                 print_duration(2 * period));
  } else {
    problems.add(place_and_key(config, period_key) + ": " + print_duration(period) +
                 " is more than half of " + timeout_key + " (" +
                 value_and_place(config, timeout_key, timeout) + "), expected at most " +
                 print_duration(timeout / 2));
  }
}

// The feed's channel has the short name in it.
void require_feed_name(const Config& config, std::size_t index, Problems& problems) {
  const StreamConfig& stream = config.streams[index];
  const std::string& station = stream.azuracast.station;
  const bool is_named = station.find_first_not_of("0123456789") != std::string::npos;
  if (!stream.tracks.feed || (is_named && !stream.azuracast.url.empty())) return;
  problems.add(place_and_key(config, stream_prefix(index) + "tracks.feed") +
               ": expected source.azuracast with its url and the station's short name, by which "
               "the feed is asked for");
}

void require_fallback(const Config& config, std::size_t index, Problems& problems) {
  const StreamConfig& stream = config.streams[index];
  const bool yields = stream.monitor.content.action == monitor::OnDeadAir::fallback;
  if (!yields || !stream.fallback.empty()) return;
  problems.add(place_and_key(config, stream_prefix(index) + "monitor.content.action") +
               ": the stream has no fallback, expected one, or alert or restart");
}

void require_held_fallback(const Config& config, std::size_t index, Problems& problems) {
  const StreamConfig& stream = config.streams[index];
  if (stream.fallback_standby != recovery::StandbyChoice::always) return;
  if (stream.hold && !stream.fallback.empty()) return;
  problems.add(place_and_key(config, stream_prefix(index) + "fallback_standby") +
               ": true is for a stream with a fallback and hold: true, expected both, or auto");
}

// Outputs that stand beside the command are published by FFmpegs of their own.
void take_hold_of_outputs(Config& config, std::size_t index, Problems& problems) {
  StreamConfig& stream = config.streams[index];
  if (stream.outputs.empty() || stream.hold) return;
  const std::string key = stream_prefix(index) + "hold";
  if (config.origins.contains(key)) {
    problems.add(place_and_key(config, key) + ": found false, expected true, which " +
                 stream_prefix(index) + "outputs implies");
  }
  stream.hold = true;
}

// A slate has no effect without its cover, which was probably forgotten.
void require_cover_of_slate(Config& config, std::size_t index, Problems& problems) {
  const CoverSettings& cover = config.streams[index].cover;
  const std::string prefix = stream_prefix(index);
  const std::string key = prefix + (cover.slate.image.empty() ? "slate.text" : "slate.image");
  if (cover.kind == CoverSettings::Kind::slate) {
    const std::string trouble = slate_trouble(cover.slate);
    if (!trouble.empty()) config.warnings.push_back(place_and_key(config, key) + ": " + trouble);
  } else if (cover.slate != SlateSettings{}) {
    problems.add(place_and_key(config, key) + ": " + prefix + "cover is " +
                 (cover.kind == CoverSettings::Kind::none ? "none" : "repeat") +
                 ", expected slate, which shows it");
  }
}

// An API key has no effect without a server: its URL was probably forgotten.
void require_azuracast_url(Config& config, std::size_t index, Problems& problems) {
  const StreamConfig& stream = config.streams[index];
  if (!stream.azuracast.url.empty()) return;
  const std::string key = stream_prefix(index) + "source.azuracast.api_key";
  const auto origin = config.origins.find(key);
  if (stream.azuracast.api_key.empty() || origin == config.origins.end()) return;
  if (origin->second != Origin::environment) {
    problems.add(place_and_key(config, key) +
                 ": there is no url beside it, expected the one of the AzuraCast it is of");
  } else if (index == 0) {
    config.warnings.push_back(config.places.at(key) +
                              " is set, but no AzuraCast it is for: AZURACAST_URL, or "
                              "source.azuracast.url in the file");
  }
}

// The names under which AzuraCast itself is reported beside the dependencies.
void require_other_names(const Config& config, Problems& problems) {
  const bool asks = std::any_of(config.streams.begin(), config.streams.end(),
                                [](const auto& each) { return !each.azuracast.url.empty(); });
  for (std::size_t i = 0; asks && i < config.dependencies.size(); ++i) {
    const std::string& name = config.dependencies[i].name;
    if (name != "azuracast" && !name.starts_with("azuracast-")) continue;
    problems.add(place_and_key(config, "dependencies[" + std::to_string(i) + "].name") +
                 ": the name " + shown(name) + " is that of source.azuracast, expected another");
  }
}

// AzuraCast serves each station below `/listen/NAME/`: an input from there names the station, where
// nothing else does.
std::string station_in(std::string_view input) {
  constexpr std::string_view folder = "/listen/";
  const monitor::Url url = monitor::split_url(input);
  if (!url.scheme.starts_with("http") || !url.path.starts_with(folder)) return {};
  const std::string_view rest = url.path.substr(folder.size());
  const std::size_t end = rest.find('/');
  return end == std::string_view::npos ? std::string()
                                       : monitor::percent_decode(rest.substr(0, end));
}

void take_station_of_input(Config& config, std::size_t index) {
  StreamConfig& stream = config.streams[index];
  if (stream.azuracast.url.empty() || !stream.azuracast.station.empty()) return;
  const std::string command_key = stream_prefix(index) + "command";
  for (const std::string& argument : stream.command) {
    const std::string station = station_in(argument);
    if (station.empty()) continue;
    const std::string key = stream_prefix(index) + "source.azuracast.station";
    try {
      find_setting(stream_settings(), "source.azuracast.station")->read(stream, station);
    } catch (const Unexpected&) {
      continue;  // no name that AzuraCast gives
    }
    const auto origin = config.origins.find(command_key);
    const auto place = config.places.find(command_key);
    if (origin != config.origins.end() && place != config.places.end())
      remember(config, key, origin->second, place->second);
    return;
  }
}

// The hook of anyone on this machine would be an order.
void warn_of_unheard_hook(Config& config, std::size_t index) {
  const StreamConfig& stream = config.streams[index];
  const bool has_other_way =
      !config.http.azuracast_password.empty() || !stream.azuracast.url.empty();
  if (!stream.recovery.restart_on_track_change || has_other_way) return;
  config.warnings.push_back(
      "streams[" + std::to_string(index) +
      "].tracks.on_change is restart, but a web hook without a password restarts no FFmpeg: set "
      "AZURACAST_WEBHOOK_PASSWORD, or source.azuracast.url, which is asked then");
}

// The values FFmpeg is given are those of the launch.
void check_placeholders(Config& config, std::size_t index, Problems& problems) {
  const StreamConfig& stream = config.streams[index];
  if (!uses_azuracast(stream)) return;
  bool has_values = false;
  for (std::size_t i = 0; i < stream.command.size(); ++i) {
    if (!monitor::has_placeholder(stream.command[i])) continue;
    has_values = true;
    if (!is_track_file(stream.command, i) || !stream.tracks.default_file.empty()) continue;
    problems.add(place_and_key(config, stream_prefix(index) + "tracks.default_file") +
                 ": missing, expected the file to take where " + shown(stream.command[i]) +
                 " is not there for a track");
  }
  if (!has_values || stream.recovery.restart_on_track_change) return;
  config.warnings.push_back("streams[" + std::to_string(index) +
                            "].command holds {artist}, {title}, {album} or {playlist}: they keep "
                            "the values of the launch, as tracks.on_change is none");
}

void check_streams(Config& config, Problems& problems) {
  for (std::size_t i = 0; i < config.streams.size(); ++i) {
    const monitor::Limits& limits = config.streams[i].monitor;
    require_command(config, i, problems);
    require_unique_name(config, i, problems);
    require_periods(config, i, "monitor.startup_timeout", limits.startup_timeout, problems);
    require_periods(config, i, "monitor.freeze_timeout", limits.freeze_timeout, problems);
    require_azuracast_url(config, i, problems);
    require_feed_name(config, i, problems);
    require_fallback(config, i, problems);
    take_hold_of_outputs(config, i, problems);
    require_held_fallback(config, i, problems);
    require_cover_of_slate(config, i, problems);
    check_placeholders(config, i, problems);
    warn_of_unheard_hook(config, i);
  }
  for (std::string& warning : output_warnings(config))
    config.warnings.push_back(std::move(warning));
  require_other_names(config, problems);
}

// What the URL of a service has to say: a chat, a topic.
void require_receivers(const Config& config, Problems& problems) {
  if (problems.any()) return;
  try {
    recovery::alerts::receivers_of(config.alerts, {});
  } catch (const std::runtime_error& error) {
    const std::string_view text = error.what();
    const std::size_t end = std::min(text.find(": "), text.size());
    problems.add(place_and_key(config, std::string(text.substr(0, end)) + ".url") +
                 std::string(text.substr(end)));
  }
}

}  // namespace

Config load_config(const Options& options, const Environment& environment) {
  Config config;
  Problems problems;
  if (options.config_file) read_yaml_file(*options.config_file, config, environment);
  apply_command(options, config, problems);
  if (config.streams.empty()) {
    const std::string where = options.config_file ? *options.config_file + ": " : "";
    throw ConfigError(where +
                      "no streams: expected a list `streams` in the file of --config, or a " +
                      "command on the command line");
  }
  apply_environment(environment, config, problems);
  apply_flags(options, config, problems);
  for (StreamConfig& stream : config.streams) {
    stream.hidden = {config.secrets, options.command.empty()};
    stream.recovery.alert_after = config.alerts.after;
  }
  for (std::size_t i = 0; i < config.streams.size(); ++i) take_station_of_input(config, i);
  check_streams(config, problems);
  finish_http(config, problems);
  require_receivers(config, problems);
  problems.throw_if_any();
  return config;
}

}  // namespace supervisor
