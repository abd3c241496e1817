#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "http/exporters/settings.hpp"
#include "http/settings.hpp"
#include "monitor/limits.hpp"
#include "monitor/probes/azuracast/azuracast.hpp"
#include "monitor/probes/dependency.hpp"
#include "monitor/probes/sink_statistics.hpp"
#include "recovery/alerts/settings.hpp"
#include "recovery/policy.hpp"
#include "recovery/splice/queue_limits.hpp"
#include "recovery/standby.hpp"

namespace supervisor {

struct FfmpegHelp;

enum class LogFormat : std::uint8_t { automatic, json, text };
enum class LogLevel : std::uint8_t { trace, debug, info, warning, error };

struct LogSettings {
  LogFormat format = LogFormat::automatic;  // text on a terminal, JSON otherwise
  LogLevel level = LogLevel::info;

  bool operator==(const LogSettings&) const = default;
};

// The key below `streams[].source` that gave the URL.
enum class SourceKey : std::uint8_t { http, icecast };

// `streams[].source.probe`: how the source is looked at from outside FFmpeg. `connect`: whether its
// server takes connections. `none`: FFmpeg itself is the only look.
enum class SourceProbe : std::uint8_t { media, connect, none };

// `streams[].tracks`; `on_change` is the policy's.
struct TrackSettings {
  std::string text_file;                             // for drawtext; empty: none is written
  std::string text_template = "{artist} - {title}";  // `template`: of the text in it
  std::string default_file;  // in place of a track's own file that is not there; empty: none
  bool feed = false;         // also listen to AzuraCast's server-sent events

  bool operator==(const TrackSettings&) const = default;
};

// What the stream's FFmpeg says of its own options: no configuration, so it makes no difference.
struct AskedHelp {
  std::shared_ptr<const FfmpegHelp> help;  // null: it was not asked
  std::string error;                       // why it is not complete
  bool operator==(const AskedHelp&) const { return true; }
};

// What references in commands stand for. Whatever else differs with it, it makes no difference.
struct HiddenTexts {
  std::vector<std::string> texts;
  bool references_replaced = false;  // the commands are of a file, where references are replaced
  bool operator==(const HiddenTexts&) const { return true; }
};

// An element of `streams[].outputs`: one that FFmpegs of their own publish to, under its key.
struct OutputSettings {
  std::string name;
  std::vector<std::string> arguments;  // `args`: options of its muxer and protocol, and its URL
  bool required = true;
  recovery::splice::QueueLimits buffer = {};

  bool operator==(const OutputSettings&) const = default;
};

// `streams[].slate`: the card of `cover: slate`.
struct SlateSettings {
  std::string image;  // a file; empty: a plain card
  std::string text;   // empty: on a plain card the stream's name, on an image nothing

  bool operator==(const SlateSettings&) const = default;
};

// What stands in for what the encoder of a held stream does not give.
struct CoverSettings {
  enum class Kind : std::uint8_t { repeat, slate, none };
  Kind kind = Kind::repeat;
  monitor::Duration after = std::chrono::seconds(1);  // `cover_after`
  SlateSettings slate;

  bool operator==(const CoverSettings&) const = default;
};

struct StreamConfig {
  std::string name = "radio";
  std::vector<std::string> command;
  bool no_new_privileges = false;  // of its children, see PR_SET_NO_NEW_PRIVS
  // Network outputs are published by FFmpegs of their own, which outlive the encoder.
  bool hold = false;
  CoverSettings cover;
  std::vector<OutputSettings> outputs;  // beside those of the command; they imply `hold`
  AskedHelp ffmpeg;                     // where it is held
  HiddenTexts hidden;                   // no name of an output shows them
  monitor::Limits monitor;
  recovery::Policy recovery;          // `restart` too
  std::vector<std::string> fallback;  // empty: there is none
  recovery::StandbyChoice fallback_standby = recovery::StandbyChoice::automatic;  // under hold
  // What is probed in place of the command's own inputs: `source.http`, `source.icecast`, a URL
  // that gives media. Empty: read off the command.
  std::string source_url;
  SourceKey source_key = SourceKey::http;
  SourceProbe source_probe = SourceProbe::media;
  // `source.azuracast`: the station that reports the track on air. Empty URL: by web hook only.
  monitor::probes::Azuracast azuracast;
  TrackSettings tracks;
  // Where the receiving server's own statistics of this stream are read; an empty URL: nowhere.
  monitor::probes::SinkStatistics sink;
  // RTMP_ENDPOINT: the command's sink, where its own output does not name it. Empty: it does.
  std::string rtmp_endpoint;

  bool operator==(const StreamConfig&) const = default;
};

// Whether the stream uses anything that AzuraCast reports: then its command may have placeholders.
bool uses_azuracast(const StreamConfig& stream);

// Where a value came from; the later one wins.
enum class Origin : std::uint8_t { standard, file, environment, flag };
std::string_view name(Origin origin);  // "default", "file", "environment", "flag"

// The effective configuration. Its defaults are the defaults of the types it is made of;
// etc/ffsupervisor.yml states the same; a test compares the two.
struct Config {
  http::Settings http;
  LogSettings log;
  std::string journal_path;  // empty: nothing outlives the process
  std::size_t journal_max_incidents = 1000;
  recovery::alerts::Settings alerts;
  std::vector<monitor::probes::Dependency> dependencies;
  http::exporters::Settings exporters;
  std::vector<StreamConfig> streams;
  StreamConfig defaults;  // what `defaults` gives to each of them, for a stream that is in no file
  // What `{env: NAME}` and `{file: PATH}` in commands stand for: secrets, whatever they look like.
  std::vector<std::string> secrets;

  // Dotted key ("http.listen", "streams[0].monitor.freeze_timeout") → where it came from; keys that
  // are not here are defaults.
  std::map<std::string, Origin> origins;
  // The same keys → the exact place, for messages: "radio.yml:12", "environment variable
  // METRICS_PORT", "--listen". Also "streams[0]": where the stream begins.
  std::map<std::string, std::string> places;
  // Things worth one warning in the log at start, such as an environment variable whose capability
  // this version does not have.
  std::vector<std::string> warnings;
};

// States file, line, key and what was expected.
class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace supervisor
