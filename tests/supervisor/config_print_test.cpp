#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

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
  config.journal_max_incidents = 7;
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
  ASSERT_EQ(again.streams.size(), config.streams.size());
  for (std::size_t i = 0; i < config.streams.size(); ++i) {
    EXPECT_EQ(again.streams[i].command, config.streams[i].command);
    EXPECT_EQ(again.streams[i].monitor.freeze_timeout, config.streams[i].monitor.freeze_timeout);
    for (const auto& setting : stream_settings()) {
      EXPECT_EQ(setting.print(again.streams[i]), setting.print(config.streams[i])) << setting.key;
    }
  }
}

TEST(PrintConfig, EveryValueSaysWhereItCameFrom) {
  const std::string path = testing::TempDir() + "config_print_test.yml";
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
  EXPECT_EQ(line_with(text, "command:"), "command: [ffmpeg, -i, in, out] # file");
  EXPECT_EQ(line_with(text, "cpu_percent:"), "cpu_percent: 50 # file");
  EXPECT_EQ(line_with(text, "restart_cooldown:"), "restart_cooldown: 10s # environment");
  EXPECT_EQ(line_with(text, "initial:"), "initial: 0s # default");
}

TEST(PrintConfig, EachLineIsAGroupOrAValueWithItsOrigin) {
  for (const std::string& line : lines_of(print_config(odd_config()))) {
    EXPECT_TRUE(line.ends_with(':') || line.ends_with("  # default")) << line;
  }
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
