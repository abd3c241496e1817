#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "supervisor/config/load.hpp"

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
  for (const auto& entry : fs::directory_iterator(TESTS_DIR "/supervisor/bad_configs")) {
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
    recovery:
      enabled: no
      max_restart_attempts: 0
      restart_cooldown: 7
      restart_delay: {initial: 100ms, step: 8s, multiplier: 1.5, jitter: 0}
      stop_grace: 9s
      on_exhausted: exit
      audio_stream: {retry_interval: 13s, max_retries: 14}
    source: {http: "https://user:pass@host/live.mp3"}
  - name: b
    command: [x]
    recovery: {on_exhausted: stop}
    source: {icecast: "http://host:8000/radio.ogg", http: }
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

TEST(Yaml, WhatComesLaterIsRefusedUnlessItAsksForNothing) {
  for (const std::string key :
       {"sink", "tracks", "source: {azuracast", "monitor: {sink_stall_timeout",
        "monitor: {source_stall_timeout", "monitor: {content"}) {
    const std::string end = key.find('{') == std::string::npos ? "" : "}";
    for (const std::string nothing : {"", "{}", "[]", "\"\"", "~", "{a: , b: {}}"}) {
      EXPECT_EQ(error_of(stream(key + ": " + nothing + end)), "no error") << key << nothing;
    }
    EXPECT_TRUE(error_of(stream(key + ": 10s" + end)).ends_with(": not available in this version"));
  }
  for (const std::string text : {"http: {tls: {certificate: x}}", "http: {auth: {protect: all}}",
                                 "dependencies: [{name: db}]"}) {
    EXPECT_TRUE(error_of(text).ends_with(": not available in this version")) << text;
  }
  EXPECT_EQ(error_of("http: {tls: {certificate: , private_key: }}\ndependencies: []\n"),
            "no error");
}

TEST(Yaml, PlacesToFillInAreEmpty) {
  const Config config = read(
      "journal: {path: }\nalerts: {alertmanager: , webhooks: [], command: }\n"
      "streams:\n  - {command: [ffmpeg], fallback: [], source: {}}\n"
      "  - {command: [ffmpeg], fallback: , source: {http: , icecast: \"\", azuracast: {url: }}}\n"
      "  - {command: [ffmpeg], source: , recovery: {audio_stream: }}\n");
  EXPECT_EQ(config.journal_path, "");
  EXPECT_TRUE(config.alerts.empty());
  ASSERT_EQ(config.streams.size(), 3u);
  for (const StreamConfig& each : config.streams) {
    EXPECT_TRUE(each.fallback.empty());
    EXPECT_EQ(each.source_url, "");
    EXPECT_EQ(each.recovery.audio_stream.retry_interval, 30s);
  }
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
      "f.yml:2: unknown key \"htpp\", did you mean http? (expected one of: streams, alerts, http, "
      "log, journal)\n"
      "f.yml:5: streams[0].restart: found \"no\", expected one of always, on-failure, never");
}

TEST(Yaml, CredentialsInWrongPlacesAreNotShown) {
  for (const std::string& text :
       {std::string("streams: [{command: \"ffmpeg -i x rtmp://host/live/planted\"}]"),
        std::string("streams: [{command: [[rtmp://host/live/planted]]}]"),
        stream("name: rtmp://host/live/planted"), stream("fallback: [[rtmp://host/live/planted]]"),
        stream("fallback: rtmp://host/live/planted"), stream("source: {http: \"u:planted@host\"}"),
        stream("source: {icecast: \"http://u:planted@host:99999/x\"}"),
        stream("name: " + std::string(90, 'x') + " rtmp://host/live/planted"),
        stream("source: {azuracast: {api_key: planted}}"),
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
  for (int i = 0; i < 101; ++i) {
    streams += "  - {name: s" + std::to_string(i) + ", command: [x]}\n";
  }
  EXPECT_EQ(error_of(streams), "f.yml:1: streams: found 101 streams, expected at most 100");
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
            "f.yml:1: anchors (&) are not supported; write the value out");
  EXPECT_EQ(error_of("a: *x\n").substr(0, 9), "f.yml:1: ");
  EXPECT_EQ(error_of("a: !!binary aGVsbG8=\n"), "f.yml:1: tags (!) are not supported");
  std::string many = "streams: [";
  for (int i = 0; i < 100'001; ++i) many += "a,";
  EXPECT_EQ(error_of(many + "]"), "f.yml:1: more than 100000 values");
  std::string keys;
  for (int i = 0; i < 1'001; ++i) keys += "k" + std::to_string(i) + ": 1\n";
  EXPECT_EQ(error_of(keys), "f.yml:1001: too many keys in one map");
}

TEST(Yaml, TruncatedAndMixedUpDocumentsNeverCrash) {
  const std::string text = content(SOURCE_DIR "/etc/ffsupervisor.yml");
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
  const std::string fifo = testing::TempDir() + "config_fifo";
  unlink(fifo.c_str());
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(error_of_file(fifo),
            fifo + ": nothing came from this pipe for 5 s, expected a YAML file");
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
  EXPECT_EQ(error_of_file("/dev/zero"), "/dev/zero: larger than 1 MiB, expected a configuration");
}

TEST(YamlFile, ABinaryFileIsRefused) {
  const std::string error = error_of_file("/proc/self/exe");
  EXPECT_TRUE(error.find("larger than 1 MiB") != std::string::npos ||
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
