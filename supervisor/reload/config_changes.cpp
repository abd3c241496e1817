#include "supervisor/reload/config_changes.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "supervisor/config/settings.hpp"

namespace supervisor {

namespace {

// Prefixes of keys of a stream that hold without another launch of FFmpeg …
constexpr std::string_view live_keys[] = {"monitor.", "recovery.",        "restart",  "source.",
                                          "sink.",    "tracks.",          "outputs.", "cover",
                                          "slate.",   "fallback_standby", "alerts."};
// … and those among them that do not.
constexpr std::string_view launch_keys[] = {"monitor.stats_period", "monitor.content.",
                                            "monitor.preview.", "monitor.witnesses"};
constexpr std::string_view live_content_key = "monitor.content.action";
// Under hold its picture is made of what the outputs are given.
constexpr std::string_view held_picture_key = "monitor.preview.picture";

template <class Prefixes>
bool begins_with_any(std::string_view key, const Prefixes& prefixes) {
  return std::any_of(std::begin(prefixes), std::end(prefixes),
                     [key](std::string_view prefix) { return key.starts_with(prefix); });
}

bool needs_launch(std::string_view key, bool holds) {
  if (key == live_content_key || (holds && key == held_picture_key)) return false;
  return !begins_with_any(key, live_keys) || begins_with_any(key, launch_keys);
}

using StreamsByName = std::unordered_map<std::string_view, const StreamConfig*>;

// Valid as long as the configuration.
StreamsByName by_name(const Config& config) {
  StreamsByName streams;
  for (const StreamConfig& stream : config.streams) streams.emplace(stream.name, &stream);
  return streams;
}

template <class Owner>
std::vector<std::string> different_keys(const std::vector<Setting<Owner>>& settings,
                                        const Owner& before, const Owner& after) {
  std::vector<std::string> keys;
  for (const Setting<Owner>& setting : settings) {
    if (setting.print(before) != setting.print(after)) keys.emplace_back(setting.key);
  }
  return keys;
}

// `print` shows no passwords: two that differ look the same.
void note_hidden(bool differs, const char* key, std::vector<std::string>& keys) {
  const bool named = std::any_of(
      keys.begin(), keys.end(), [key](const std::string& known) { return known.starts_with(key); });
  if (differs && !named) keys.emplace_back(key);
}

const OutputSettings* find(const StreamConfig& stream, const std::string& name) {
  const auto found = std::ranges::find(stream.outputs, name, &OutputSettings::name);
  return found == stream.outputs.end() ? nullptr : &*found;
}

// One line of its own for each that differs: the others are not touched.
void compare_outputs(const StreamConfig& before, const StreamConfig& after, StreamChange& change) {
  for (const OutputSettings& next : after.outputs) {
    const OutputSettings* known = find(before, next.name);
    if (known && *known == next) continue;
    change.keys.push_back("outputs." + next.name);
  }
  for (const OutputSettings& known : before.outputs) {
    if (!find(after, known.name)) change.keys.push_back("outputs." + known.name);
  }
}

StreamChange compare(const StreamConfig& before, const StreamConfig& after) {
  StreamChange change{after.name, false, before.fallback != after.fallback, {}};
  if (before.command != after.command) change.keys.emplace_back("command");
  for (auto& key : different_keys(stream_settings(), before, after)) change.keys.push_back(key);
  compare_outputs(before, after, change);
  note_hidden(before.recovery.alert_after != after.recovery.alert_after, "alerts.after",
              change.keys);
  note_hidden(before.source_url != after.source_url, "source.", change.keys);
  note_hidden(before.azuracast != after.azuracast, "source.azuracast", change.keys);
  note_hidden(before.sink != after.sink, "sink.", change.keys);
  change.primary =
      std::ranges::any_of(change.keys, [holds = before.hold && after.hold](const std::string& key) {
        return needs_launch(key, holds);
      });
  if (change.fallback) change.keys.emplace_back("fallback");
  if (change.keys.empty()) {  // something no key is known for
    change.keys.emplace_back("settings");
    change.primary = true;
  }
  return change;
}

monitor::Duration shortest_interval(const Config& config) {
  monitor::Duration shortest = monitor::Duration::max();
  for (const StreamConfig& stream : config.streams) {
    shortest = std::min(shortest, stream.recovery.probe_interval);
  }
  return shortest;
}

void compare_streams(const Config& running, const Config& next, ConfigChanges& changes) {
  const StreamsByName after = by_name(next), before = by_name(running);
  for (const StreamConfig& stream : running.streams) {
    if (!after.contains(stream.name)) changes.removed.push_back(stream.name);
  }
  for (const StreamConfig& stream : next.streams) {
    const auto known = before.find(stream.name);
    if (known == before.end()) {
      changes.added.push_back(stream.name);
    } else if (*known->second != stream) {
      changes.changed.push_back(compare(*known->second, stream));
    }
  }
}

std::string list(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

void append(std::string& text, const std::string& part) {
  text += (text.empty() ? "" : "; ") + part;
}

}  // namespace

bool ConfigChanges::empty() const {
  return added.empty() && removed.empty() && changed.empty() && taken.empty() && fixed.empty();
}

ConfigChanges compare(const Config& running, const Config& next) {
  ConfigChanges changes;
  compare_streams(running, next, changes);
  for (auto& key : different_keys(program_settings(), running, next)) {
    if (key.starts_with("alerts.")) continue;  // told as a whole
    (key.starts_with("log.") ? changes.taken : changes.fixed).push_back(key);
  }
  note_hidden(running.http.auth != next.http.auth, "http.auth", changes.fixed);
  note_hidden(running.http != next.http, "http", changes.fixed);
  note_hidden(running.exporters != next.exporters, "exporters", changes.fixed);
  changes.log = running.log != next.log;
  changes.alerts = running.alerts != next.alerts;
  const bool differ = running.dependencies != next.dependencies;
  changes.dependencies = differ || shortest_interval(running) != shortest_interval(next);
  if (changes.alerts) changes.taken.emplace_back("alerts");
  if (differ) changes.taken.emplace_back("dependencies");
  return changes;
}

std::vector<StreamConfig> touched_streams(const ConfigChanges& changes, const Config& next) {
  std::unordered_set<std::string_view> names(changes.added.begin(), changes.added.end());
  for (const StreamChange& change : changes.changed) names.insert(change.name);
  std::vector<StreamConfig> touched;
  for (const StreamConfig& stream : next.streams) {
    if (names.contains(stream.name)) touched.push_back(stream);
  }
  return touched;
}

std::string describe(const ConfigChanges& changes) {
  std::string text;
  for (const StreamChange& change : changes.changed) {
    append(text, change.name + (change.primary ? " restarts (" : " goes on with another ") +
                     list(change.keys) + (change.primary ? ")" : ""));
  }
  if (!changes.added.empty()) append(text, "added: " + list(changes.added));
  if (!changes.removed.empty()) append(text, "removed: " + list(changes.removed));
  if (!changes.taken.empty()) append(text, "taken over: " + list(changes.taken));
  if (!changes.fixed.empty()) {
    append(text, "not taken over before ffsupervisor is restarted: " + list(changes.fixed));
  }
  return text.empty() ? "nothing has changed" : text;
}

Config effective(const Config& running, Config next) {
  Config held = running;
  held.log = next.log;
  held.alerts = std::move(next.alerts);
  held.dependencies = std::move(next.dependencies);
  held.streams = std::move(next.streams);
  held.origins = std::move(next.origins);
  held.places = std::move(next.places);
  held.warnings = std::move(next.warnings);
  return held;
}

}  // namespace supervisor
