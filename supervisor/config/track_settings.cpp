#include "supervisor/config/track_settings.hpp"

#include <algorithm>
#include <optional>

#include "monitor/tracks/track_text.hpp"
#include "supervisor/config/duration.hpp"
#include "supervisor/config/load.hpp"
#include "supervisor/config/secret_value.hpp"
#include "supervisor/config/urls.hpp"
#include "supervisor/config/values.hpp"
#include "supervisor/config/words.hpp"
#include "supervisor/secrets/secrets.hpp"

namespace supervisor {

namespace {

using namespace std::chrono_literals;
using S = StreamConfig;
using recovery::RestartMoment;

const WordTable<bool> changes{{"none", false}, {"restart", true}};
const WordTable<RestartMoment> moments{{"any", RestartMoment::any},
                                       {"track_change", RestartMoment::track_change}};

// Its short name, as in AzuraCast's addresses, or its number.
std::string read_station(const std::string& text) {
  constexpr std::size_t length_max = 100;  // AzuraCast's own limit
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != 0x7F && c != '/' && c != '?' && c != '#';
  });
  if (plain && text.size() <= length_max) return text;
  throw Unexpected("expected a station's short name or number, such as night_fm");
}

std::string read_file(const std::string& text, const char* example) {
  try {
    return read_path(text);
  } catch (const Unexpected&) {
    throw Unexpected(std::string("expected the path of a file, such as ") + example);
  }
}

std::string read_template(const std::string& text) {
  const std::string problem = monitor::template_problem(text);
  if (!problem.empty()) throw Unexpected::whole(problem);
  return text;
}

// A duration that may be left out: empty, it is not asked for.
template <class Field>
Setting<S> optional_duration(std::string_view key, Field field, monitor::Duration min,
                             monitor::Duration max) {
  return {key,
          [=](S& stream, const std::string& text) {
            if (!text.empty()) field(stream) = read_duration(text, {min, max});
          },
          [=](const S& stream) {
            return field(stream) ? print_duration(*field(stream)) : std::string();
          }};
}

#define PLANNED(name)                            \
  [](auto& stream) -> auto& {                    \
    return stream.recovery.planned_restart.name; \
  }

}  // namespace

std::vector<Setting<StreamConfig>> azuracast_settings() {
  return {
      {"source.azuracast.url",
       [](S& stream, const std::string& text) {
         if (!text.empty()) stream.azuracast.url = read_azuracast_url(text);
       },
       [](const S& stream) { return Secrets().mask_command({stream.azuracast.url}).front(); }},
      {"source.azuracast.api_key",
       [](S& stream, const std::string& text) {
         if (!text.empty()) stream.azuracast.api_key = read_secret_text(text);
       },
       [](const S& stream) { return stream.azuracast.api_key.empty() ? "" : "***"; }},
      {"source.azuracast.station",
       [](S& stream, const std::string& text) { stream.azuracast.station = read_station(text); },
       [](const S& stream) { return stream.azuracast.station; }}};
}

void read_azuracast_key(const Entry& entry, StreamConfig& stream, FileReading& reading) {
  if (asks_nothing(entry.node)) return reading.remember_from_file(entry.key, entry.line);
  const auto key = read_text_value(entry, read_secret_text, reading);
  stream.azuracast.api_key = key.value_or("");
}

std::vector<Setting<StreamConfig>> track_settings() {
  return {{"tracks.on_change",
           [](S& stream, const std::string& text) {
             stream.recovery.restart_on_track_change = read_word(text, changes);
           },
           [](const S& stream) {
             return print_word(stream.recovery.restart_on_track_change, changes);
           }},
          {"tracks.text_file",
           [](S& stream, const std::string& text) {
             stream.tracks.text_file = read_file(text, "/run/ffsupervisor/track.txt");
           },
           [](const S& stream) { return stream.tracks.text_file; }},
          {"tracks.template",
           [](S& stream, const std::string& text) {
             if (!text.empty()) stream.tracks.text_template = read_template(text);
           },
           [](const S& stream) { return stream.tracks.text_template; }},
          {"tracks.default_file",
           [](S& stream, const std::string& text) {
             stream.tracks.default_file = read_file(text, "/srv/loops/default.mp4");
           },
           [](const S& stream) { return stream.tracks.default_file; }},
          {"tracks.feed",
           [](S& stream, const std::string& text) { stream.tracks.feed = read_boolean(text); },
           [](const S& stream) { return std::string(stream.tracks.feed ? "true" : "false"); }}};
}

std::vector<Setting<StreamConfig>> planned_restart_settings() {
  return {optional_duration("recovery.planned_restart.every", PLANNED(every), 10s, 52 * week),
          optional_duration("recovery.planned_restart.before_memory_limit",
                            PLANNED(before_memory_limit), 1min, week),
          {"recovery.planned_restart.at",
           [](S& stream, const std::string& text) {
             stream.recovery.planned_restart.at = read_word(text, moments);
           },
           [](const S& stream) { return print_word(stream.recovery.planned_restart.at, moments); }},
          {"recovery.planned_restart.within",
           [](S& stream, const std::string& text) {
             stream.recovery.planned_restart.within = read_duration(text, {0s, week});
           },
           [](const S& stream) { return print_duration(stream.recovery.planned_restart.within); }}};
}

#undef PLANNED

}  // namespace supervisor
