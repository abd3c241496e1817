#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "supervisor/config/load.hpp"
#include "supervisor/config/settings.hpp"

namespace supervisor {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// The line that begins with `start`, spaces aside and folded to one.
std::string line_with(const std::string& text, const std::string& start) {
  for (const std::string& line : lines_of(text)) {
    std::string folded;
    for (const char c : line) {
      if (c != ' ' || (!folded.empty() && folded.back() != ' ')) folded += c;
    }
    if (folded.starts_with(start)) return folded;
  }
  return "no such line";
}

Config odd_config() {
  Config config;
  config.http.address = "::1";
  config.http.port = 1;
  config.http.metrics_path = "/m";
  config.log = {LogFormat::json, LogLevel::trace};
  config.journal_path = "/var/lib/a b: #c";
  config.journal_max_incidents = 7;
  config.alerts.alertmanager = {"http://a:9093", "https://[::1]:1/am"};
  config.alerts.webhooks = {{"http://hook:80/", recovery::alerts::Template::discord, {}},
                            {"http://hook", recovery::alerts::Template::slack, {}}};
  config.alerts.command = {"page me", "--team", "null"};
  config.streams.resize(2);
  config.streams[0].name = "null";
  config.streams[0].command = {"ffmpeg", "",     "-",  "null", "~",  "a b",  "[x]", "{y}", "a,b",
                               "#c",     "k: v", "'",  "\"",   "\\", "\n\t", "ä",   "---", "-f",
                               "1:a",    "x:",   ":x", "*a",   "&b", "!c",   "%d",  "@e",  "`",
                               "|",      ">",    "?",  "true", "-i", "\x7f", "a #b"};
  config.streams[0].monitor.freeze_timeout = 1234567us * 100;
  config.streams[0].monitor.bitrate_drop = {0.1, 1ms * 333, 0s, monitor::OnWarning::restart};
  config.streams[0].monitor.memory_mb = 1234567.875;
  config.streams[0].recovery.restart = recovery::Restart::on_failure;
  config.streams[1].name = "b";
  config.streams[1].command = {"x"};
  config.streams[1].fallback = {"y", "", "a: b"};
  config.streams[1].hold = true;
  config.streams[1].outputs = {{"null", {"-f", "flv", "rtmp://a/b, c"}, false, {2 << 20, 1500ms}},
                               {"b.2", {"srt://x:1"}}};
  config.streams[1].source_url = "http://host:8000/a,b#c";
  config.streams[1].source_key = SourceKey::icecast;
  config.streams[1].source_probe = SourceProbe::connect;
  config.streams[1].rtmp_endpoint = "rtmp://host";
  config.streams[0].monitor.content.silence.emplace().noise_db = -33.25;
  config.streams[0].monitor.content.black.emplace();
  config.streams[1].monitor.content.frozen_picture.emplace().duration = 90s;
  config.streams[1].monitor.content.action = monitor::OnDeadAir::restart;
  config.streams[0].sink = {monitor::probes::SinkServer::mediamtx, "http://[::1]:9997", {}};
  config.streams[1].sink = {monitor::probes::SinkServer::icecast, "http://h:8000/a?start=c#d", {}};
  using monitor::probes::Dependency;
  config.dependencies = {{"null", Dependency::Kind::tcp, "[::1]:5432"},
                         {"b", Dependency::Kind::http, "https://h/a,b"}};
  config.exporters.instance = "null";
  config.exporters.pushgateway = {"http://[::1]:9091/a,b", "a: b", 90s, false, {}};
  config.exporters.statsd = {"[::1]:8125", http::exporters::StatsdFormat::plain, "-", 1s};
  config.exporters.otlp = {"https://h:1/otlp", "#d", 1500ms, {}};
  config.streams[1].recovery.audio_stream = {1500ms, 0};
  config.streams[1].recovery.enabled = false;
  config.streams[1].recovery.restart_delay.multiplier = 1.25;
  config.streams[1].recovery.on_exhausted = recovery::OnExhausted::exit;
  return config;
}

TEST(PrintConfig, IsReadBackAsItWas) {
  const Config config = odd_config();
  Config again;
  read_yaml_text(print_config(config), "printed", again);
  for (const auto& setting : program_settings()) {
    EXPECT_EQ(setting.print(again), setting.print(config)) << setting.key;
  }
  EXPECT_EQ(again.alerts.alertmanager, config.alerts.alertmanager);
  EXPECT_EQ(again.alerts.command, config.alerts.command);
  ASSERT_EQ(again.alerts.webhooks.size(), 2u);
  EXPECT_EQ(again.alerts.webhooks[0].url, "http://hook:80/");
  EXPECT_EQ(again.alerts.webhooks[0].body, recovery::alerts::Template::discord);
  EXPECT_EQ(again.alerts.webhooks[1].url, "http://hook");
  ASSERT_EQ(again.dependencies.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(again.dependencies[i].name, config.dependencies[i].name);
    EXPECT_EQ(again.dependencies[i].kind, config.dependencies[i].kind);
    EXPECT_EQ(again.dependencies[i].target, config.dependencies[i].target);
  }
  EXPECT_EQ(again.exporters.pushgateway.url, config.exporters.pushgateway.url);
  EXPECT_EQ(again.exporters.statsd.address, config.exporters.statsd.address);
  EXPECT_EQ(again.exporters.otlp.url, config.exporters.otlp.url);
  ASSERT_EQ(again.streams.size(), config.streams.size());
  for (std::size_t i = 0; i < config.streams.size(); ++i) {
    EXPECT_EQ(again.streams[i].command, config.streams[i].command);
    EXPECT_EQ(again.streams[i].fallback, config.streams[i].fallback);
    EXPECT_EQ(again.streams[i].source_url, config.streams[i].source_url);
    EXPECT_EQ(again.streams[i].source_key, config.streams[i].source_key);
    EXPECT_EQ(again.streams[i].source_probe, config.streams[i].source_probe);
    EXPECT_EQ(again.streams[i].sink.url, config.streams[i].sink.url);
    EXPECT_EQ(again.streams[i].sink.server, config.streams[i].sink.server);
    EXPECT_EQ(again.streams[i].monitor.freeze_timeout, config.streams[i].monitor.freeze_timeout);
    for (const auto& setting : stream_settings()) {
      EXPECT_EQ(setting.print(again.streams[i]), setting.print(config.streams[i])) << setting.key;
    }
  }
}

TEST(PrintConfig, EveryValueSaysWhereItCameFrom) {
  const std::string path =
      testing::TempDir() + "config_print_test_" + std::to_string(getpid()) + ".yml";
  std::ofstream(path)
      << "log: {format: json}\n"
         "streams: [{command: [ffmpeg, -i, in, out], monitor: {cpu_percent: 50}}]\n";
  Options options;
  options.config_file = path;
  options.log_level = "debug";
  const std::string text =
      print_config(load_config(options, [](const char* name) -> std::optional<std::string> {
        if (name == std::string("RESTART_COOLDOWN")) return "10";
        return std::nullopt;
      }));
  EXPECT_EQ(line_with(text, "listen:"), "listen: 0.0.0.0:9090 # default");
  EXPECT_EQ(line_with(text, "format:"), "format: json # file");
  EXPECT_EQ(line_with(text, "level:"), "level: debug # flag");
  EXPECT_EQ(line_with(text, "- name:"), "- name: radio # default");
  EXPECT_EQ(line_with(text, "command: [ffmpeg"), "command: [ffmpeg, -i, in, out] # file");
  EXPECT_EQ(line_with(text, "cpu_percent:"), "cpu_percent: 50 # file");
  EXPECT_EQ(line_with(text, "restart_cooldown:"), "restart_cooldown: 10s # environment");
  EXPECT_EQ(line_with(text, "initial:"), "initial: 0s # default");
}

TEST(PrintConfig, EachLineIsAGroupOrAValueWithItsOrigin) {
  for (const std::string& line : lines_of(print_config(odd_config()))) {
    EXPECT_TRUE(line.ends_with(':') || line.ends_with("  # default")) << line;
  }
}

TEST(PrintConfig, ValuesOfListsSayWhereEachCameFrom) {
  Config config;
  const Environment environment = [](const char* name) -> std::optional<std::string> {
    if (name == std::string("HOOK")) return "https://hook/planted";
    return std::nullopt;
  };
  read_yaml_text(
      "alerts:\n"
      "  alertmanager: [\"http://a\", {env: HOOK}]\n"
      "  webhooks: [{url: {env: HOOK}, headers: {X-Team: radio}}, {url: \"http://b/c\"}]\n"
      "streams: [{command: [ffmpeg], fallback: [ffmpeg, -i, loop], source: {http: "
      "\"http://s\"}}]\n",
      "f.yml", config, environment);
  config.streams[0].monitor.content.black.emplace();
  config.origins["streams[0].monitor.content.frozen_picture"] = Origin::file;
  config.dependencies = {{"db", monitor::probes::Dependency::Kind::tcp, "pg:1"}};
  config.origins["dependencies[0].tcp"] = Origin::environment;
  const std::string text = print_config(config);
  EXPECT_EQ(line_with(text, "silence:"), "silence: # default");
  EXPECT_EQ(line_with(text, "frozen_picture:"), "frozen_picture: # file");
  EXPECT_EQ(line_with(text, "black:"), "black:");
  EXPECT_EQ(line_with(text, "duration:"), "duration: 15s # default");
  EXPECT_EQ(line_with(text, "noise:"), "no such line");
  EXPECT_EQ(line_with(text, "- name: db"), "- name: db # default");
  EXPECT_EQ(line_with(text, "tcp:"), "tcp: pg:1 # environment");
  EXPECT_EQ(line_with(text, "- http://a"), "- http://a # file");
  EXPECT_EQ(line_with(text, "- https://hook"), "- https://hook/planted # environment");
  EXPECT_EQ(line_with(text, "- url: \"https"), "- url: \"https://hook/***\" # environment");
  EXPECT_EQ(line_with(text, "template:"), "template: generic # default");
  EXPECT_EQ(line_with(text, "X-Team:"), "X-Team: \"***\" # file");
  EXPECT_EQ(line_with(text, "- url: \"http:"), "- url: \"http://b/***\" # file");
  EXPECT_EQ(line_with(text, "command:"), "command: [] # default");
  EXPECT_EQ(line_with(text, "fallback:"), "fallback: [ffmpeg, -i, loop] # file");
  EXPECT_EQ(line_with(text, "http: h"), "http: http://s # file");
  EXPECT_EQ(line_with(text, "icecast:"), "icecast: \"\" # default");
  EXPECT_EQ(line_with(text, "path:"), "path: \"\" # default");
}

TEST(PrintConfig, TheEndpointIsTold) {
  Options options;
  options.command = {"ffmpeg"};
  const std::string text =
      print_config(load_config(options, [](const char* name) -> std::optional<std::string> {
        if (name == std::string("RTMP_ENDPOINT")) return "rtmp://host/live/planted";
        return std::nullopt;
      }));
  EXPECT_EQ(line_with(text, "# RTMP_ENDPOINT"),
            "# RTMP_ENDPOINT: \"rtmp://host/live/***\" # environment");
  Config again;
  read_yaml_text(text, "printed", again);
}

TEST(PrintConfig, SecretsOfAlertsSourceAndFallbackAreMasked) {
  Config config;
  config.alerts.alertmanager = {"http://u:planted1@host:9093"};
  config.alerts.webhooks = {{"https://u:planted2@host:1/services/planted3?x=planted4",
                             recovery::alerts::Template::slack,
                             {{"Authorization", "Bearer planted5"}, {"X-Team", "planted6"}}},
                            {"https://host?planted7", recovery::alerts::Template::generic, {}}};
  config.alerts.command = {"page", "--token", "planted8", "--url=https://u:planted9@host/x"};
  config.streams.resize(1);
  config.streams[0].command = {"ffmpeg"};
  config.streams[0].fallback = {"ffmpeg", "-f", "flv", "rtmp://host/live/planted10"};
  config.streams[0].source_url = "https://u:planted11@host/a?token=planted12";
  config.streams[0].rtmp_endpoint = "rtmp://u:planted13@host/live/planted14";
  config.streams[0].sink = {monitor::probes::SinkServer::nginx_rtmp_stat,
                            "http://u:planted15@host/stat?token=planted16",
                            {}};
  config.dependencies = {{"web", monitor::probes::Dependency::Kind::http,
                          "http://u:planted17@host/x?api_key=planted18"}};
  const std::string text = print_config(config);
  EXPECT_EQ(text.find("planted"), std::string::npos) << text;
  EXPECT_NE(text.find("@host:1/***"), std::string::npos) << text;
  Config again;
  read_yaml_text(text, "printed", again);
  EXPECT_EQ(again.alerts.webhooks.size(), 2u);
}

TEST(PrintConfig, SecretsOfTheCommandAreMasked) {
  Config config;
  config.streams.resize(1);
  config.streams[0].command = {"ffmpeg", "-i",  "http://u:planted1@host/radio",
                               "-f",     "flv", "rtmp://host/live/planted2"};
  const std::string text = print_config(config);
  EXPECT_EQ(text.find("planted"), std::string::npos) << text;
  EXPECT_NE(text.find("***"), std::string::npos) << text;
  EXPECT_NE(text.find("rtmp://host/live/"), std::string::npos) << text;
}

}  // namespace
}  // namespace supervisor
