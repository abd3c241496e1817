#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "supervisor/config/load.hpp"
#include "tests/paths.hpp"

namespace supervisor {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

Config read(const std::string& text) {
  Config config;
  read_yaml_text(text, "f.yml", config);
  return config;
}

std::string error_of(const std::string& text) {
  try {
    read(text);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

std::string error_of_file(const std::string& path) {
  try {
    Config config;
    read_yaml_file(path, config);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

std::string content(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string stream(const std::string& rest) {
  return "streams:\n  - command: [ffmpeg]\n    " + rest + '\n';
}

// Each bad_configs/NAME.yml has the exact message in NAME.txt, where FILE stands for its path.
TEST(BadConfigs, EachGetsItsExactMessage) {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(paths::in_tests("supervisor/bad_configs"))) {
    if (entry.path().extension() != ".yml") continue;
    ++count;
    std::string expected = content(fs::path(entry.path()).replace_extension(".txt"));
    for (std::size_t at; (at = expected.find("FILE:")) != std::string::npos;) {
      expected.replace(at, 4, entry.path().string());
    }
    std::string found = "no error";
    try {
      Options options;
      options.config_file = entry.path().string();
      load_config(options, [](const char*) { return std::nullopt; });
    } catch (const ConfigError& error) {
      found = error.what();
    }
    EXPECT_EQ(found + '\n', expected) << entry.path();
  }
  EXPECT_GE(count, 20);
}

TEST(Yaml, EveryKeyIsTaken) {
  const Config config = read(R"(
http: {listen: "127.0.0.1:0", metrics_path: /m}
log: {format: json, level: debug}
journal: {path: /var/lib/j, max_incidents: 5}
streams:
  - name: a
    command: [ffmpeg, -i, in, out]
    fallback: [ffmpeg, -i, loop, out]
    restart: on-failure
    monitor:
      sample_interval: 2s
      stats_period: 250ms
      startup_timeout: 3s
      freeze_timeout: 1m30s
      bitrate_drop: {percent: 10.5, window: 4s, hold: 0, action: restart}
      min_speed: {ratio: 0.5, hold: 6s}
      cpu_percent: 70
      memory_mb: 100.5
      probe_interval: 12s
      sink_stall_timeout: 15s
      source_stall_timeout: 16s
      content:
        silence: {noise: -40.5dB, duration: 17s}
        frozen_picture: {noise: -61dB, duration: 18s}
        black: {duration: 19s}
        action: restart
      preview: {picture: 20s, level: true}
    recovery:
      enabled: no
      max_restart_attempts: 0
      restart_cooldown: 7
      restart_delay: {initial: 100ms, step: 8s, multiplier: 1.5, jitter: 0}
      stop_grace: 9s
      on_exhausted: exit
      audio_stream: {retry_interval: 13s, max_retries: 14}
    source: {http: "https://user:pass@host/live.mp3"}
    sink: {nginx_rtmp_stat: "http://user:pass@host/stat?a=b"}
  - name: b
    command: [x]
    recovery: {on_exhausted: stop}
    source: {icecast: "http://host:8000/radio.ogg", http: }
    sink: {srs: "http://host:1985", mediamtx: }
dependencies:
  - {name: database, tcp: "postgres:5432"}
  - {http: "https://user:pass@host/status", name: website}
)");
  EXPECT_EQ(config.http.address, "127.0.0.1");
  EXPECT_EQ(config.http.port, 0);
  EXPECT_EQ(config.http.metrics_path, "/m");
  EXPECT_EQ(config.log.format, LogFormat::json);
  EXPECT_EQ(config.log.level, LogLevel::debug);
  EXPECT_EQ(config.journal_path, "/var/lib/j");
  EXPECT_EQ(config.journal_max_incidents, 5u);
  ASSERT_EQ(config.streams.size(), 2u);
  const StreamConfig& a = config.streams[0];
  EXPECT_EQ(a.name, "a");
  EXPECT_EQ(a.command, (std::vector<std::string>{"ffmpeg", "-i", "in", "out"}));
  EXPECT_EQ(a.fallback, (std::vector<std::string>{"ffmpeg", "-i", "loop", "out"}));
  EXPECT_EQ(a.recovery.restart, recovery::Restart::on_failure);
  EXPECT_EQ(a.monitor.sample_interval, 2s);
  EXPECT_EQ(a.monitor.stats_period, 250ms);
  EXPECT_EQ(a.monitor.startup_timeout, 3s);
  EXPECT_EQ(a.monitor.freeze_timeout, 90s);
  EXPECT_EQ(a.monitor.bitrate_drop.percent, 10.5);
  EXPECT_EQ(a.monitor.bitrate_drop.window, 4s);
  EXPECT_EQ(a.monitor.bitrate_drop.hold, 0s);
  EXPECT_EQ(a.monitor.bitrate_drop.action, monitor::OnWarning::restart);
  EXPECT_EQ(a.monitor.min_speed.ratio, 0.5);
  EXPECT_EQ(a.monitor.min_speed.hold, 6s);
  EXPECT_EQ(a.monitor.cpu_percent, 70);
  EXPECT_EQ(a.monitor.memory_mb, 100.5);
  EXPECT_EQ(a.recovery.probe_interval, 12s);
  EXPECT_EQ(a.monitor.sink_stall_timeout, 15s);
  EXPECT_EQ(a.monitor.source_stall_timeout, 16s);
  EXPECT_EQ(a.monitor.content.silence.value().noise_db, -40.5);
  EXPECT_EQ(a.monitor.content.silence.value().duration, 17s);
  EXPECT_EQ(a.monitor.content.frozen_picture.value().noise_db, -61);
  EXPECT_EQ(a.monitor.content.frozen_picture.value().duration, 18s);
  EXPECT_EQ(a.monitor.content.black.value().duration, 19s);
  EXPECT_EQ(a.monitor.content.action, monitor::OnDeadAir::restart);
  EXPECT_EQ(a.monitor.preview.picture, 20s);
  EXPECT_TRUE(a.monitor.preview.level);
  EXPECT_FALSE(a.recovery.enabled);
  EXPECT_EQ(a.recovery.max_restart_attempts, 0u);
  EXPECT_EQ(a.recovery.restart_cooldown, 7s);
  EXPECT_EQ(a.recovery.restart_delay.initial, 100ms);
  EXPECT_EQ(a.recovery.restart_delay.step, 8s);
  EXPECT_EQ(a.recovery.restart_delay.multiplier, 1.5);
  EXPECT_EQ(a.recovery.restart_delay.jitter, 0);
  EXPECT_EQ(a.recovery.stop_grace, 9s);
  EXPECT_EQ(a.recovery.on_exhausted, recovery::OnExhausted::exit);
  EXPECT_EQ(a.recovery.audio_stream.retry_interval, 13s);
  EXPECT_EQ(a.recovery.audio_stream.max_retries, 14u);
  EXPECT_EQ(a.source_url, "https://user:pass@host/live.mp3");
  EXPECT_EQ(a.source_key, SourceKey::http);
  EXPECT_EQ(config.streams[1].source_url, "http://host:8000/radio.ogg");
  EXPECT_EQ(config.streams[1].source_key, SourceKey::icecast);
  EXPECT_EQ(a.sink.url, "http://user:pass@host/stat?a=b");
  EXPECT_EQ(a.sink.server, monitor::probes::SinkServer::nginx_rtmp_stat);
  EXPECT_EQ(config.streams[1].sink.url, "http://host:1985");
  EXPECT_EQ(config.streams[1].sink.server, monitor::probes::SinkServer::srs);
  ASSERT_EQ(config.dependencies.size(), 2u);
  EXPECT_EQ(config.dependencies[0].name, "database");
  EXPECT_EQ(config.dependencies[0].kind, monitor::probes::Dependency::Kind::tcp);
  EXPECT_EQ(config.dependencies[0].target, "postgres:5432");
  EXPECT_EQ(config.dependencies[1].name, "website");
  EXPECT_EQ(config.dependencies[1].kind, monitor::probes::Dependency::Kind::http);
  EXPECT_EQ(config.dependencies[1].target, "https://user:pass@host/status");
  EXPECT_EQ(config.origins.at("dependencies[1].http"), Origin::file);
  EXPECT_TRUE(config.streams[1].fallback.empty());
  EXPECT_EQ(config.streams[1].recovery.on_exhausted, recovery::OnExhausted::stop);
  EXPECT_EQ(config.origins.at("streams[0].fallback"), Origin::file);
  EXPECT_EQ(config.origins.at("streams[0].recovery.audio_stream.max_retries"), Origin::file);
  EXPECT_EQ(config.origins.at("streams[0].monitor.bitrate_drop.percent"), Origin::file);
  EXPECT_EQ(config.places.at("journal.max_incidents"), "f.yml:4");
}

TEST(Yaml, AnArgumentIsTakenAsItIsWritten) {
  const Config config = read(
      "streams:\n"
      "  - command: [ffmpeg, -b:v, 2500, -r, 29.970, -f, null, -, ~, true, 0x10, \"\", 'it''s']\n"
      "  - name: b\n"
      "    command:\n      - ffmpeg\n      - -f\n      - null\n      - \"-\"\n      - ä€𝄞\n");
  EXPECT_EQ(config.streams[0].command,
            (std::vector<std::string>{"ffmpeg", "-b:v", "2500", "-r", "29.970", "-f", "null", "-",
                                      "~", "true", "0x10", "", "it's"}));
  EXPECT_EQ(config.streams[1].command,
            (std::vector<std::string>{"ffmpeg", "-f", "null", "-", "ä€𝄞"}));
}

TEST(Yaml, NullsAreFoundBehindAByteOrderMarkAndOtherScripts) {
  EXPECT_EQ(
      read("\xEF\xBB\xBF# ä€𝄞\r\nstreams:\r\n  - {command: [ä, null]}\r\n").streams[0].command,
      (std::vector<std::string>{"ä", "null"}));
}

TEST(Yaml, AGroupOfCommentsIsEmpty) {
  EXPECT_EQ(read(stream("monitor:\n      # freeze_timeout: 5s")).streams[0].monitor.freeze_timeout,
            30s);
}

TEST(Yaml, AStationIsNamedBesideTheSourceThatIsPlayed) {
  Config config;
  read_yaml_text(
      stream("source: {icecast: \"http://host:8000/a.mp3\",\n"
             "             azuracast: {url: https://radio, api_key: {env: KEY}, station: 4}}\n"
             "    recovery: {planned_restart: {every: 11h30m, at: any, within: 5m}}\n"
             "    tracks: {on_change: restart, text_file: /t, template: \"{title}\", feed: yes}"),
      "f.yml", config, [](const char*) { return std::optional<std::string>("secret"); });
  const StreamConfig& each = config.streams[0];
  EXPECT_EQ(each.azuracast.url, "https://radio");
  EXPECT_EQ(each.azuracast.api_key, "secret");
  EXPECT_EQ(each.azuracast.station, "4");
  EXPECT_EQ(each.source_url, "http://host:8000/a.mp3");
  EXPECT_EQ(each.tracks.text_file, "/t");
  EXPECT_EQ(each.tracks.text_template, "{title}");
  EXPECT_TRUE(each.tracks.feed);
  EXPECT_TRUE(each.recovery.restart_on_track_change);
  EXPECT_EQ(each.recovery.planned_restart.every, 11h + 30min);
  EXPECT_EQ(each.recovery.planned_restart.at, recovery::RestartMoment::any);
  EXPECT_EQ(each.recovery.planned_restart.within, 5min);
}

TEST(Yaml, PlacesToFillInAreEmpty) {
  const Config config = read(
      "http: {tls: {certificate: , private_key: }, auth: {bearer_token_file: , basic_users: }}\n"
      "journal: {path: }\nalerts: {alertmanager: , webhooks: [], command: }\ndependencies:\n"
      "streams:\n  - {command: [ffmpeg], fallback: [], source: {}, sink: {}}\n"
      "  - {command: [ffmpeg], fallback: , source: {http: , icecast: \"\", azuracast: {url: }},\n"
      "     sink: {nginx_rtmp_stat: , mediamtx: \"\", srs: , icecast: }}\n"
      "  - {command: [ffmpeg], source: , recovery: {audio_stream: }, sink: ,\n"
      "     monitor: {content: {silence: , frozen_picture: , black: }}}\n");
  EXPECT_EQ(config.http.tls, http::Tls());
  EXPECT_EQ(config.http.auth, http::Auth());
  EXPECT_EQ(config.journal_path, "");
  EXPECT_TRUE(config.alerts.empty());
  ASSERT_EQ(config.streams.size(), 3u);
  for (const StreamConfig& each : config.streams) {
    EXPECT_TRUE(each.fallback.empty());
    EXPECT_EQ(each.source_url, "");
    EXPECT_EQ(each.sink.url, "");
    EXPECT_FALSE(each.monitor.content.any());
    EXPECT_EQ(each.recovery.audio_stream.retry_interval, 30s);
  }
}

TEST(Yaml, DeadAirIsLookedForWhereItIsAskedFor) {
  const auto content = [](const std::string& text) {
    return read(stream("monitor: {content: " + text + "}")).streams[0].monitor.content;
  };
  EXPECT_FALSE(content("").any());
  EXPECT_FALSE(content("{}").any());
  EXPECT_FALSE(content("{silence: }").any());
  EXPECT_FALSE(content("{action: restart}").any());
  EXPECT_EQ(content("{silence: {}}").silence.value().noise_db, -50);
  EXPECT_EQ(content("{silence: {}}").silence.value().duration, 15s);
  EXPECT_FALSE(content("{silence: {}}").black);
  EXPECT_EQ(content("{silence: {duration: 3s}}").silence.value().noise_db, -50);
  EXPECT_EQ(content("{frozen_picture: {noise: -0.5dB}}").frozen_picture.value().noise_db, -0.5);
  EXPECT_EQ(content("{frozen_picture: {noise: 0dB}}").frozen_picture.value().duration, 15s);
  EXPECT_EQ(content("{black: {}}").black.value().duration, 15s);
}

TEST(Yaml, ASinkIsOneServer) {
  EXPECT_EQ(error_of(stream("sink: {srs: \"http://a:1\", icecast: \"http://u:planted@b\"}")),
            "f.yml:3: streams[0].sink.icecast: found a second sink, expected one of "
            "nginx_rtmp_stat, mediamtx, srs and icecast");
  EXPECT_EQ(error_of(stream("sink: {mediamtx: \"http://a/?x\"}")),
            "f.yml:3: streams[0].sink.mediamtx: found a URL with a '?' or '#', expected an "
            "http:// or https:// URL such as http://host:9997");
  EXPECT_EQ(error_of(stream("sink: http://u:planted@b")),
            "f.yml:3: streams[0].sink: found \"http://u:***@b\", expected a map with "
            "nginx_rtmp_stat, mediamtx, srs, icecast, on_partial");
}

TEST(Yaml, DependenciesThatCannotBeWatchedAreRefused) {
  const auto error = [](const std::string& list) {
    return error_of("dependencies: " + list + "\nstreams: [{command: [x]}]\n");
  };
  EXPECT_EQ(error("[{name: a, tcp: \"h:1\"}, {name: b, tcp: \"[::1]:65535\"}]"), "no error");
  EXPECT_EQ(error("5"),
            "f.yml:1: dependencies: found one text, expected a list of maps with name and tcp or "
            "http");
  EXPECT_EQ(error("[x]"),
            "f.yml:1: dependencies[0]: found one text, expected a map such as {name: database, "
            "tcp: \"postgres:5432\"}");
  EXPECT_EQ(error("[{tcp: \"h:1\"}]"),
            "f.yml:1: dependencies[0].name: missing, expected a name such as database");
  EXPECT_EQ(error("[{name: a}]"),
            "f.yml:1: dependencies[0]: found neither tcp nor http, expected one of them, such as "
            "tcp: postgres:5432");
  EXPECT_EQ(error("[{name: a, tcp: \"h:1\", http: \"http://h\"}]"),
            "f.yml:1: dependencies[0]: found both tcp and http, expected one of them");
  EXPECT_EQ(error("[{name: a/b, tcp: \"h:1\"}]"),
            "f.yml:1: dependencies[0].name: found \"a/b\", expected a name of 1 to 64 characters "
            "out of A-Z a-z 0-9 _ . -");
  EXPECT_EQ(error("[{name: ffmpeg, tcp: \"h:1\"}]"),
            "f.yml:1: dependencies[0].name: found \"ffmpeg\", expected another: ffmpeg, sink, "
            "source and streams have their own health");
  EXPECT_EQ(error("[{name: a, tcp: \"h:1\"}, {name: a, tcp: \"h:2\"}]"),
            "f.yml:1: dependencies[1].name: the name \"a\" is taken by dependencies[0], expected "
            "one of its own");
  EXPECT_EQ(error("[{name: a, tpc: \"h:1\", tcp: \"h:1\"}]"),
            "f.yml:1: unknown key \"dependencies[0].tpc\", did you mean tcp? (expected one of: "
            "name, tcp, http)");
  for (const std::string tcp :
       {"h", "h:", ":1", "h:0", "h:65536", "h:1x", "h:-1", "[::1]", "[planted]:1", "::1:80",
        "http://planted:1", "u@planted:1", "a b:1"}) {
    EXPECT_EQ(error("[{name: a, tcp: \"" + tcp + "\"}]"),
              "f.yml:1: dependencies[0].tcp: found a text that is none, expected HOST:PORT, such "
              "as postgres:5432 or [::1]:5432")
        << tcp;
  }
  EXPECT_EQ(error("[{name: a, http: \"planted:1\"}]"),
            "f.yml:1: dependencies[0].http: found a text that does not begin with http:// or "
            "https://, expected an http:// or https:// URL such as https://host/path");
  std::string many;
  for (int i = 0; i < 65; ++i) many += "{name: d" + std::to_string(i) + ", tcp: \"h:1\"}, ";
  EXPECT_EQ(error("[" + many + "]"),
            "f.yml:1: dependencies: found 65 elements, expected at most 64");
}

TEST(Yaml, ADependencysUrlMayStandElsewhere) {
  Config config;
  read_yaml_text("dependencies: [{name: a, http: {env: STATUS_URL}}]", "f.yml", config,
                 [](const char* name) -> std::optional<std::string> {
                   return std::string(name) == "STATUS_URL" ? std::optional("http://u:p@h/")
                                                            : std::nullopt;
                 });
  EXPECT_EQ(config.dependencies.at(0).target, "http://u:p@h/");
  EXPECT_EQ(config.origins.at("dependencies[0].http"), Origin::environment);
}

TEST(Yaml, OutOfRangeIsRefused) {
  for (const std::string& text :
       std::vector<std::string>{"monitor: {freeze_timeout: 0}",
                                "monitor: {freeze_timeout: -1s}",
                                "monitor: {freeze_timeout: 8d}",
                                "monitor: {cpu_percent: 0}",
                                "monitor: {cpu_percent: 101}",
                                "monitor: {memory_mb: 0}",
                                "monitor: {memory_mb: -5}",
                                "monitor: {memory_mb: .inf}",
                                "monitor: {probe_interval: 99ms}",
                                "monitor: {probe_interval: 61m}",
                                "monitor: {sink_stall_timeout: 999ms}",
                                "monitor: {sink_stall_timeout: 8d}",
                                "monitor: {source_stall_timeout: 0}",
                                "monitor: {content: yes}",
                                "monitor: {content: {silence: yes}}",
                                "monitor: {content: {silence: {noise: -50}}}",
                                "monitor: {content: {silence: {noise: 0.001}}}",
                                "monitor: {content: {silence: {noise: -50 dB}}}",
                                "monitor: {content: {silence: {noise: dB}}}",
                                "monitor: {content: {silence: {noise: }}}",
                                "monitor: {content: {frozen_picture: {noise: 1dB}}}",
                                "monitor: {content: {frozen_picture: {noise: -121dB}}}",
                                "monitor: {content: {black: {duration: 500ms}}}",
                                "monitor: {content: {black: {duration: 25h}}}",
                                "monitor: {content: {action: stop}}",
                                "sink: {nginx_rtmp_stat: \"rtmp://host/live\"}",
                                "sink: {mediamtx: \"host:9997\"}",
                                "sink: {srs: \"http://\"}",
                                "sink: {icecast: [a]}",
                                "recovery: {audio_stream: {retry_interval: 99ms}}",
                                "recovery: {audio_stream: {retry_interval: 8d}}",
                                "recovery: {audio_stream: {max_retries: 100001}}",
                                "recovery: {audio_stream: {max_retries: -1}}",
                                "source: {http: \"rtmp://host/live\"}",
                                "source: {http: \"http://host:0/\"}",
                                "source: {http: \"http://host/a b\"}",
                                "source: {http: \"http://" + std::string(8192, 'h') + "/\"}",
                                "source: {icecast: \"http://host\"}",
                                "source: {icecast: \"http://host/?a=b\"}",
                                "monitor: {min_speed: {ratio: 1.01}}",
                                "monitor: {min_speed: {ratio: 0}}",
                                "monitor: {bitrate_drop: {percent: 0}}",
                                "monitor: {bitrate_drop: {percent: 100.1}}",
                                "monitor: {bitrate_drop: {window: 0}}",
                                "recovery: {max_restart_attempts: 1001}",
                                "recovery: {max_restart_attempts: -1}",
                                "recovery: {max_restart_attempts: 1.5}",
                                "recovery: {restart_cooldown: 0}",
                                "recovery: {restart_delay: {multiplier: 0.9}}",
                                "recovery: {restart_delay: {multiplier: 10.1}}",
                                "recovery: {restart_delay: {jitter: 0.6}}",
                                "recovery: {stop_grace: 2h}",
                                "restart: sometimes",
                                "restart: on_failure",
                                "recovery: {enabled: maybe}",
                                "recovery: {on_exhausted: panic}",
                                "monitor: {bitrate_drop: {action: stop}}",
                                "name: \"\"",
                                "name: a/b",
                                "name: \"a\\nb\"",
                                "name: " + std::string(65, 'a'),
                                "name: null",
                                "name: [a]"}) {
    const std::string error = error_of(stream(text));
    EXPECT_TRUE(error.starts_with("f.yml:3: streams[0].")) << text << " → " << error;
    EXPECT_NE(error.find(", expected "), std::string::npos) << text << " → " << error;
  }
}

TEST(Yaml, TheEdgesOfARangeAreTaken) {
  const Config config = read(
      "streams:\n"
      "  - command: [x]\n    monitor: {probe_interval: 100ms}\n"
      "    recovery: {audio_stream: {retry_interval: 100ms, max_retries: 0}}\n"
      "  - command: [x]\n    monitor: {probe_interval: 1h}\n"
      "    recovery: {audio_stream: {retry_interval: 7d, max_retries: 100000}}\n");
  EXPECT_EQ(config.streams[0].recovery.probe_interval, 100ms);
  EXPECT_EQ(config.streams[0].recovery.audio_stream.retry_interval, 100ms);
  EXPECT_EQ(config.streams[0].recovery.audio_stream.max_retries, 0u);
  EXPECT_EQ(config.streams[1].recovery.probe_interval, 1h);
  EXPECT_EQ(config.streams[1].recovery.audio_stream.retry_interval, 168h);
  EXPECT_EQ(config.streams[1].recovery.audio_stream.max_retries, 100'000u);
}

TEST(Yaml, TheLongestStreamNameIsTaken) {
  EXPECT_EQ(read(stream("name: " + std::string(64, 'a'))).streams[0].name, std::string(64, 'a'));
}

TEST(Yaml, AllProblemsOfAFileAreToldTogether) {
  EXPECT_EQ(
      error_of("log: {level: loud}\nhtpp: {}\n" + stream("restart: no")),
      "f.yml:1: log.level: found \"loud\", expected one of trace, debug, info, warning, error\n"
      "f.yml:2: unknown key \"htpp\", did you mean http? (expected one of: streams, defaults, "
      "alerts, dependencies, exporters, http, log, journal)\n"
      "f.yml:5: streams[0].restart: found \"no\", expected one of always, on-failure, never");
}

TEST(Yaml, CredentialsInWrongPlacesAreNotShown) {
  for (const std::string& text :
       {std::string("streams: [{command: \"ffmpeg -i x rtmp://host/live/planted | y\"}]"),
        std::string("streams: [{command: [[rtmp://host/live/planted]]}]"),
        stream("name: rtmp://host/live/planted"), stream("fallback: [[rtmp://host/live/planted]]"),
        stream("fallback: rtmp://host/live/planted"), stream("source: {http: \"u:planted@host\"}"),
        stream("source: {icecast: \"http://u:planted@host:99999/x\"}"),
        stream("name: " + std::string(90, 'x') + " rtmp://host/live/planted"),
        stream("source: {azuracast: {api_key: [planted]}}"),
        stream("sink: {nginx_rtmp_stat: \"u:planted@host\"}"),
        stream("sink: {icecast: \"http://u:planted@host:99999/x\"}"),
        std::string("http: {listen: \"http://user:planted@host\"}")}) {
    const std::string error = error_of(text);
    EXPECT_NE(error, "no error") << text;
    EXPECT_EQ(error.find("planted"), std::string::npos) << error;
  }
}

TEST(Yaml, TooMuchIsRefused) {
  std::string arguments = "a";
  for (int i = 0; i < 4096; ++i) arguments += ", a";
  EXPECT_EQ(error_of("streams: [{command: [" + arguments + "]}]"),
            "f.yml:1: streams[0].command: found 4097 elements, expected 1 to 4096");
  EXPECT_EQ(error_of("streams: [{command: [a, " + std::string(131073, 'b') + "]}]"),
            "f.yml:1: streams[0].command[1]: found 131073 bytes, expected at most 131072");
  std::string streams = "streams:\n";
  for (int i = 0; i < 1001; ++i) {
    streams += "  - {name: s" + std::to_string(i) + ", command: [x]}\n";
  }
  EXPECT_EQ(error_of(streams), "f.yml:1: streams: found 1001 streams, expected at most 1000");
}

TEST(Yaml, HostileDocumentsEndInOneMessage) {
  const std::string deep(100'000, '[');
  EXPECT_EQ(error_of(deep).substr(0, 9), "f.yml:1: ");
  EXPECT_EQ(error_of("a: " + deep).substr(0, 9), "f.yml:1: ");
  EXPECT_EQ(error_of("a: " + deep + std::string(100'000, ']')),
            "f.yml:1: nested deeper than 32 levels");
  std::string deeper;
  for (int i = 0; i < 40; ++i) deeper += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  EXPECT_NE(error_of(deeper).find("nested deeper"), std::string::npos);
  EXPECT_EQ(error_of("a: &x [1]\nb: *x\n"),
            "f.yml:1: anchors (&) are not supported; what several streams share stands in "
            "`defaults`, a text that begins with & in quotes");
  EXPECT_EQ(error_of("a: *x\n").substr(0, 9), "f.yml:1: ");
  EXPECT_EQ(error_of("a: !!binary aGVsbG8=\n"),
            "f.yml:1: tags (!) are not supported; put a text that begins with ! in quotes");
  std::string many = "streams: [";
  for (int i = 0; i < 100'001; ++i) many += "a,";
  EXPECT_EQ(error_of(many + "]"), "f.yml:1: more than 100000 values");
  std::string keys;
  for (int i = 0; i < 1'001; ++i) keys += "k" + std::to_string(i) + ": 1\n";
  EXPECT_EQ(error_of(keys), "f.yml:1001: too many keys in one map");
}

TEST(Yaml, TruncatedAndMixedUpDocumentsNeverCrash) {
  const std::string text = content(paths::in_repository("etc/ffsupervisor.yml"));
  for (std::size_t length = 0; length < text.size(); length += 7) {
    error_of(text.substr(0, length));  // any outcome but a crash or another exception
    std::string flipped = text;
    for (std::size_t i = length; i < flipped.size(); i += 211) {
      flipped[i] = "{}[]:,&*!|>'\"%@`#-? \n\t"[(i + length) % 23];
    }
    error_of(flipped);
  }
}

TEST(YamlFile, WhatCannotBeReadIsSaid) {
  const std::string folder = testing::TempDir();
  EXPECT_EQ(error_of_file(folder + "/missing.yml"),
            folder + "/missing.yml: cannot be read: No such file or directory");
  EXPECT_EQ(error_of_file(folder), folder + ": is a directory, expected a YAML file");
}

TEST(YamlFile, APipeIsReadToItsEnd) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const std::string text = stream("name: piped");
  ASSERT_EQ(write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  close(ends[1]);
  Config config;
  read_yaml_file("/dev/fd/" + std::to_string(ends[0]), config);
  EXPECT_EQ(config.streams.at(0).name, "piped");
  close(ends[0]);
}

TEST(YamlFile, APipeThatNobodyWritesToIsNotWaitedForForEver) {
  const std::string fifo = testing::TempDir() + "config_fifo_" + std::to_string(getpid());
  unlink(fifo.c_str());
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(error_of_file(fifo), fifo + ": this pipe did not end within 5 s, expected a YAML file");
  unlink(fifo.c_str());
}

TEST(YamlFile, AnUnreadableFileIsSaid) {
  const std::string path = testing::TempDir() + "unreadable_" + std::to_string(getpid()) + ".yml";
  std::ofstream(path) << stream("restart: always");
  chmod(path.c_str(), 0);
  const uid_t user = geteuid();
  if (user == 0 && seteuid(65534) != 0) FAIL();  // root reads everything
  const std::string error = error_of_file(path);
  if (user == 0 && seteuid(0) != 0) FAIL();
  unlink(path.c_str());
  EXPECT_EQ(error, path + ": cannot be read: Permission denied");
}

TEST(YamlFile, AHugeFileIsRefusedWithoutReadingItAll) {
  EXPECT_EQ(error_of_file("/dev/zero"), "/dev/zero: larger than 4 MiB, expected a configuration");
}

TEST(YamlFile, ABinaryFileIsRefused) {
  const std::string error = error_of_file("/proc/self/exe");
  EXPECT_TRUE(error.find("larger than 4 MiB") != std::string::npos ||
              error.find("not a text file") != std::string::npos)
      << error;
  EXPECT_EQ(error_of(std::string("a: 1\nb: \0", 9)),
            "f.yml:2: not a text file: found a byte that is not UTF-8, expected YAML");
  EXPECT_EQ(error_of("a: \xFF"),
            "f.yml:1: not a text file: found a byte that is not UTF-8, expected YAML");
  EXPECT_EQ(error_of("\xC3"),
            "f.yml:1: not a text file: found a byte that is not UTF-8, expected YAML");
}

}  // namespace
}  // namespace supervisor
