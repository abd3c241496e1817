#include "supervisor/config/config.hpp"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "supervisor/config/duration.hpp"
#include "supervisor/config/load.hpp"
#include "supervisor/config/problems.hpp"
#include "supervisor/config/settings.hpp"
#include "tests/paths.hpp"

namespace supervisor {
namespace {

using namespace std::chrono_literals;

std::optional<std::string> no_environment(const char*) {
  return std::nullopt;
}

Options options_with_command() {
  Options options;
  options.command = {"ffmpeg", "-i", "in.mp3", "out.flv"};
  return options;
}

std::string error_of(const Options& options, const Environment& environment = no_environment) {
  try {
    load_config(options, environment);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

std::string written_file(const std::string& text) {
  const std::string path = testing::TempDir() + "config_test_" + std::to_string(getpid()) + ".yml";
  std::ofstream(path) << text;
  return path;
}

TEST(Duration, IsReadInTheWaysPeopleWriteIt) {
  EXPECT_EQ(parse_duration("30s"), 30s);
  EXPECT_EQ(parse_duration("1m30s"), 90s);
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("2h"), 2h);
  EXPECT_EQ(parse_duration("1.5"), 1500ms);
  EXPECT_EQ(parse_duration("30.0"), 30s);
  EXPECT_EQ(parse_duration("0"), 0s);
  EXPECT_EQ(parse_duration("1d2h3m4s5ms"), 26h + 3min + 4s + 5ms);
  EXPECT_EQ(parse_duration("0.5m"), 30s);
}

TEST(Duration, RefusesWhatIsNoneAndNamesTheText) {
  for (const std::string text :
       {"",     " ",   "abc",  "1x",    "-5s",   "1m1m", "1s1m", "1m30", "5 s",
        "1e3",  "nan", "inf",  "0x10",  "1..5s", ".",    "s",    "1S",   "99999999999999999999d",
        "367d", "+1s", "1,5s", "1m-30s"}) {
    try {
      parse_duration(text);
      ADD_FAILURE() << "took " << text;
    } catch (const ConfigError& error) {
      EXPECT_NE(std::string(error.what()).find('"' + text + '"'), std::string::npos)
          << error.what();
    }
  }
}

TEST(Duration, IsPrintedAsPeopleWriteIt) {
  EXPECT_EQ(print_duration(0s), "0s");
  EXPECT_EQ(print_duration(500ms), "500ms");
  EXPECT_EQ(print_duration(1500ms), "1.5s");
  EXPECT_EQ(print_duration(30s), "30s");
  EXPECT_EQ(print_duration(90s), "90s");
  EXPECT_EQ(print_duration(120s), "2m");
  EXPECT_EQ(print_duration(3h + 5s), "3h5s");
  EXPECT_EQ(print_duration(168h), "7d");
}

TEST(Duration, IsReadBackAsItWasPrinted) {
  for (const monitor::Duration duration :
       {monitor::Duration(0ns), monitor::Duration(1us), monitor::Duration(1ms),
        monitor::Duration(333ms), monitor::Duration(1s + 1ms), monitor::Duration(119s),
        monitor::Duration(1h + 1ms), monitor::Duration(25h + 61s), monitor::Duration(168h)}) {
    EXPECT_EQ(parse_duration(print_duration(duration)), duration) << print_duration(duration);
  }
}

TEST(LoadConfig, ACommandAloneIsOneStreamOfDefaults) {
  const Config config = load_config(options_with_command(), no_environment);
  ASSERT_EQ(config.streams.size(), 1u);
  EXPECT_EQ(config.streams[0].name, "radio");
  EXPECT_EQ(config.streams[0].command, options_with_command().command);
  EXPECT_EQ(config.streams[0].monitor.freeze_timeout, 30s);
  EXPECT_EQ(config.http.port, 9090);
  EXPECT_EQ(config.origins.at("streams[0].command"), Origin::flag);
  EXPECT_FALSE(config.origins.contains("http.listen"));
}

TEST(LoadConfig, FlagBeatsEnvironmentBeatsFileBeatsDefault) {
  Options options;
  options.config_file = written_file(
      "http: {listen: \"127.0.0.1:1001\"}\n"
      "streams: [{command: [ffmpeg], monitor: {freeze_timeout: 11s, startup_timeout: 12s}}]\n");
  const Environment environment = [](const char* name) -> std::optional<std::string> {
    if (name == std::string("METRICS_PORT")) return "1002";
    if (name == std::string("STREAM_FREEZE_TIMEOUT")) return "13";
    return std::nullopt;
  };
  Config config = load_config(options, environment);
  EXPECT_EQ(config.http.address, "127.0.0.1");
  EXPECT_EQ(config.http.port, 1002);
  EXPECT_EQ(config.streams[0].monitor.freeze_timeout, 13s);
  EXPECT_EQ(config.streams[0].monitor.startup_timeout, 12s);
  EXPECT_EQ(config.streams[0].recovery.restart_cooldown, 60s);
  EXPECT_EQ(config.origins.at("http.listen"), Origin::environment);
  EXPECT_EQ(config.origins.at("streams[0].monitor.freeze_timeout"), Origin::environment);
  EXPECT_EQ(config.origins.at("streams[0].monitor.startup_timeout"), Origin::file);

  options.listen = "[::1]:1003";
  config = load_config(options, environment);
  EXPECT_EQ(config.http.address, "::1");
  EXPECT_EQ(config.http.port, 1003);
  EXPECT_EQ(config.origins.at("http.listen"), Origin::flag);
}

TEST(LoadConfig, ACommandTakesTheSettingsOfTheFilesFirstStream) {
  Options options = options_with_command();
  options.config_file = written_file(
      "streams:\n"
      "  - {name: one, restart: never}\n"
      "  - {name: two, command: [ffmpeg]}\n");
  Config config = load_config(options, no_environment);
  ASSERT_EQ(config.streams.size(), 1u);
  EXPECT_EQ(config.streams[0].name, "one");
  EXPECT_EQ(config.streams[0].command, options.command);
  EXPECT_EQ(config.streams[0].recovery.restart, recovery::Restart::never);
  EXPECT_FALSE(config.origins.contains("streams[1].name"));

  options.name = "mine";
  config = load_config(options, no_environment);
  EXPECT_EQ(config.streams[0].name, "mine");
  EXPECT_EQ(config.origins.at("streams[0].name"), Origin::flag);
}

TEST(LoadConfig, ACommandKeepsTheFilesFallback) {
  Options options = options_with_command();
  options.config_file = written_file("streams:\n  - fallback: [ffmpeg, -i, loop, out]\n");
  const Config config = load_config(options, no_environment);
  EXPECT_EQ(config.streams[0].command, options.command);
  EXPECT_EQ(config.streams[0].fallback, (std::vector<std::string>{"ffmpeg", "-i", "loop", "out"}));
  EXPECT_EQ(config.origins.at("streams[0].fallback"), Origin::file);
}

TEST(LoadConfig, EveryStreamNeedsACommand) {
  Options options;
  options.config_file = written_file("streams:\n  - name: a\n    command: [x]\n  - name: b\n");
  EXPECT_EQ(error_of(options), *options.config_file +
                                   ":4: streams[1].command: missing, expected a list such as "
                                   "[ffmpeg, -i, …]");
}

TEST(LoadConfig, AFileWithoutStreamsNeedsACommand) {
  Options options;
  options.config_file = written_file("log: {level: debug}\n");
  EXPECT_EQ(error_of(options), *options.config_file +
                                   ": no streams: expected a list `streams` in the file of "
                                   "--config, or a command on the command line");
  options.command = {"ffmpeg"};
  EXPECT_EQ(load_config(options, no_environment).log.level, LogLevel::debug);
}

TEST(LoadConfig, TwoStreamsOfOneNameAreRefused) {
  Options options;
  options.config_file = written_file("streams:\n  - command: [x]\n  - command: [y]\n");
  EXPECT_EQ(error_of(options), *options.config_file +
                                   ":3: streams[1]: the name \"radio\" is taken by streams[0], "
                                   "expected one of its own");
}

TEST(LoadConfig, TimeoutsBelowTwoPeriodsNameBothAndTheirPlaces) {
  Options options;
  options.config_file =
      written_file("streams:\n  - command: [x]\n    monitor:\n      stats_period: 10s\n");
  const Environment environment = [](const char* name) -> std::optional<std::string> {
    if (name == std::string("STREAM_FREEZE_TIMEOUT")) return "5";
    return std::nullopt;
  };
  EXPECT_EQ(error_of(options, environment),
            "environment variable STREAM_FREEZE_TIMEOUT: streams[0].monitor.freeze_timeout: 5s is "
            "less than twice streams[0].monitor.stats_period (10s, " +
                *options.config_file + ":4), expected at least 20s");
}

TEST(LoadConfig, WrongFlagsAreNamed) {
  Options options = options_with_command();
  options.listen = "nowhere";
  options.log_format = "xml";
  options.log_level = "loud";
  options.name = "two words";
  EXPECT_EQ(error_of(options),
            "--name: found \"two words\", expected a name of 1 to 64 characters out of A-Z a-z 0-9 "
            "_ . -\n"
            "--listen: found \"nowhere\", expected ADDR:PORT with an IP address, such as "
            "0.0.0.0:9090, [::1]:9090 or :9090\n"
            "--log-format: found \"xml\", expected one of auto, json, text\n"
            "--log-level: found \"loud\", expected one of trace, debug, info, warning, error");
}

TEST(LoadConfig, AddressesToListenOn) {
  const auto listen = [](const std::string& text) {
    Options options = options_with_command();
    options.listen = text;
    const Config config = load_config(options, no_environment);
    return config.http.address + ' ' + std::to_string(config.http.port);
  };
  EXPECT_EQ(listen("10.1.2.3:80"), "10.1.2.3 80");
  EXPECT_EQ(listen(":9090"), "0.0.0.0 9090");
  EXPECT_EQ(listen("[::]:9090"), ":: 9090");
  EXPECT_EQ(listen("localhost:1"), "127.0.0.1 1");
  EXPECT_EQ(listen("127.0.0.1:0"), "127.0.0.1 0");
  for (const char* text : {"", ":", "9090", "1.2.3.4", "1.2.3.4:", "1.2.3.4:70000", "1.2.3.4:-1",
                           "::1:9090", "[::1]", "host:80", "1.2.3:80", "1.2.3.4:80x", ":+80"}) {
    EXPECT_THROW(listen(text), ConfigError) << text;
  }
}

TEST(LoadConfig, AnEmptyProgramIsRefused) {
  Options options;
  options.command = {""};
  EXPECT_EQ(error_of(options),
            "the command line: streams[0].command: its first word is empty, expected a program");
}

TEST(ReferenceFile, EqualsTheDefaultsAndHoldsEveryKey) {
  Config reference;
  read_yaml_file(paths::in_repository("etc/ffsupervisor.yml"), reference);
  const Config defaults;
  for (const auto& setting : program_settings()) {
    EXPECT_EQ(setting.print(reference), setting.print(defaults)) << setting.key;
    EXPECT_TRUE(reference.origins.contains(std::string(setting.key))) << setting.key;
  }
  ASSERT_EQ(reference.streams.size(), 1u);
  const StreamConfig standard;
  for (const auto& setting : stream_settings()) {
    const std::string key(setting.part == nullptr ? setting.key : setting.part->key);
    EXPECT_EQ(setting.print(reference.streams[0]), setting.print(standard)) << setting.key;
    EXPECT_TRUE(reference.origins.contains("streams[0]." + key)) << key;
  }
  EXPECT_EQ(reference.streams[0].command.front(), "ffmpeg");
  EXPECT_TRUE(reference.streams[0].fallback.empty());
  EXPECT_FALSE(reference.streams[0].monitor.content.any());
  EXPECT_TRUE(reference.alerts.empty());
  EXPECT_TRUE(reference.dependencies.empty());
  const auto& exporters = reference.exporters;
  EXPECT_EQ(exporters.pushgateway.url + exporters.statsd.address + exporters.otlp.url, "");
  EXPECT_TRUE(exporters.pushgateway.headers.empty() && exporters.otlp.headers.empty());
  for (const char* key :
       {"streams[0].fallback", "streams[0].outputs", "alerts.alertmanager", "alerts.webhooks",
        "alerts.command", "dependencies", "http.auth.basic_users", "exporters.pushgateway.url",
        "exporters.statsd.address", "exporters.otlp.url"}) {
    EXPECT_TRUE(reference.origins.contains(key)) << key;
  }
}

// What an empty group of dead air says in its comment, and what a bare one takes.
TEST(ReferenceFile, TellsTheDefaultsOfDeadAir) {
  std::ifstream in(paths::in_repository("etc/ffsupervisor.yml"));
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  for (const auto& setting : stream_settings()) {
    if (setting.part == nullptr) continue;
    StreamConfig stream;
    EXPECT_EQ(setting.print(stream), "") << setting.key;
    setting.part->open(stream);
    const std::string part(setting.part->key.substr(setting.part->key.rfind('.') + 1));
    const std::string name(setting.key.substr(setting.key.rfind('.') + 1));
    const std::size_t group = text.find("# " + part + ":\n");
    ASSERT_NE(group, std::string::npos) << part;
    const std::size_t key = text.find("#   " + name + ": " + setting.print(stream) + ' ', group);
    EXPECT_LT(key, group + 200) << setting.key << ' ' << setting.print(stream);
  }
}

// Puts in the place of each `key: []` or `key: {}` its example: the comment that begins with `#
// key:` and all the comment lines behind that.
std::string with_examples(const std::string& path) {
  std::ifstream in(path);
  std::string text;
  bool in_example = false;
  for (std::string line; std::getline(in, line);) {
    const std::size_t mark = line.find_first_not_of(' ');
    const bool is_comment = mark != std::string::npos && line.compare(mark, 2, "# ") == 0;
    if (is_comment) {
      const std::string key = line.substr(0, mark) + line.substr(mark + 2);
      const std::size_t empty = std::min(text.rfind(key + " []"), text.rfind(key + " {}\n"));
      if (line.ends_with(':') && empty != std::string::npos) {
        text.erase(empty);
        in_example = true;
      }
      if (in_example) line.erase(mark, 2);
    } else {
      in_example = false;
    }
    text += line + '\n';
  }
  return text;
}

TEST(ReferenceFile, ItsExamplesAreValid) {
  const std::string text = with_examples(paths::in_repository("etc/ffsupervisor.yml"));
  Config config;
  read_yaml_text(text, "examples", config);
  EXPECT_EQ(config.alerts.alertmanager, std::vector<std::string>{"http://alertmanager:9093"});
  ASSERT_EQ(config.alerts.webhooks.size(), 5u);
  EXPECT_EQ(config.alerts.webhooks[0].body, recovery::alerts::Template::slack);
  EXPECT_EQ(config.alerts.webhooks[2].headers.at(0).first, "Authorization");
  ASSERT_EQ(config.dependencies.size(), 2u);
  EXPECT_EQ(config.dependencies[0].target, "postgres:5432");
  EXPECT_EQ(config.dependencies[1].kind, monitor::probes::Dependency::Kind::http);
  ASSERT_FALSE(config.streams.at(0).fallback.empty());
  EXPECT_EQ(config.streams[0].fallback.back(), config.streams[0].command.back());
  const auto& outputs = config.streams[0].outputs;
  ASSERT_EQ(outputs.size(), 2u);
  EXPECT_EQ(outputs[0].name, "youtube");
  EXPECT_EQ(outputs[1], (OutputSettings{"own", outputs[1].arguments})) << "it states the defaults";
}

TEST(ReferenceFile, IsAValidConfiguration) {
  Options options;
  options.config_file = paths::in_repository("etc/ffsupervisor.yml");
  EXPECT_EQ(load_config(options, no_environment).streams.size(), 1u);
}

TEST(Settings, TheContractsDefaultsAreTheDefaults) {
  const Config config;
  const StreamConfig stream;
  const auto program = [&](const char* key) {
    return find_setting(program_settings(), key)->print(config);
  };
  const auto streams = [&](const char* key) {
    return find_setting(stream_settings(), key)->print(stream);
  };
  EXPECT_EQ(program("http.listen"), "0.0.0.0:9090");
  EXPECT_EQ(program("http.metrics_path"), "/metrics");
  EXPECT_EQ(program("http.tls.certificate"), "");
  EXPECT_EQ(program("http.tls.private_key"), "");
  EXPECT_EQ(program("http.auth.bearer_token_file"), "");
  EXPECT_EQ(program("http.auth.protect"), "control");
  EXPECT_TRUE(config.http.auth.basic_users.empty());
  EXPECT_EQ(program("log.format"), "auto");
  EXPECT_EQ(program("log.level"), "info");
  EXPECT_EQ(program("journal.path"), "");
  EXPECT_EQ(program("journal.max_incidents"), "1000");
  EXPECT_EQ(streams("name"), "radio");
  EXPECT_EQ(streams("restart"), "always");
  EXPECT_EQ(streams("monitor.sample_interval"), "1s");
  EXPECT_EQ(streams("monitor.stats_period"), "500ms");
  EXPECT_EQ(streams("monitor.startup_timeout"), "30s");
  EXPECT_EQ(streams("monitor.freeze_timeout"), "30s");
  EXPECT_EQ(streams("monitor.bitrate_drop.percent"), "50");
  EXPECT_EQ(streams("monitor.bitrate_drop.window"), "10s");
  EXPECT_EQ(streams("monitor.bitrate_drop.hold"), "10s");
  EXPECT_EQ(streams("monitor.bitrate_drop.action"), "alert");
  EXPECT_EQ(streams("monitor.min_speed.ratio"), "0.9");
  EXPECT_EQ(streams("monitor.min_speed.hold"), "30s");
  EXPECT_EQ(streams("monitor.cpu_percent"), "90");
  EXPECT_EQ(streams("monitor.memory_mb"), "2048");
  EXPECT_EQ(streams("monitor.probe_interval"), "5s");
  EXPECT_EQ(streams("recovery.enabled"), "true");
  EXPECT_EQ(streams("recovery.max_restart_attempts"), "3");
  EXPECT_EQ(streams("recovery.restart_cooldown"), "60s");
  EXPECT_EQ(streams("recovery.restart_delay.initial"), "0s");
  EXPECT_EQ(streams("recovery.restart_delay.step"), "1s");
  EXPECT_EQ(streams("recovery.restart_delay.multiplier"), "2");
  EXPECT_EQ(streams("recovery.restart_delay.jitter"), "0.1");
  EXPECT_EQ(streams("recovery.stop_grace"), "5s");
  EXPECT_EQ(streams("recovery.on_exhausted"), "keep_trying");
  EXPECT_EQ(streams("recovery.audio_stream.retry_interval"), "30s");
  EXPECT_EQ(streams("recovery.audio_stream.max_retries"), "20");
  EXPECT_EQ(streams("source.http"), "");
  EXPECT_EQ(streams("source.icecast"), "");
  EXPECT_EQ(streams("monitor.sink_stall_timeout"), "10s");
  EXPECT_EQ(streams("monitor.source_stall_timeout"), "10s");
  EXPECT_EQ(streams("monitor.content.silence.noise"), "");
  EXPECT_EQ(streams("monitor.content.action"), "alert");
  EXPECT_EQ(streams("sink.nginx_rtmp_stat"), "");
  EXPECT_EQ(streams("sink.icecast"), "");
  EXPECT_EQ(streams("sink.on_partial"), "alert");
}

TEST(Problems, MoreThanTwentyAreCounted) {
  Problems problems;
  for (int i = 0; i < 23; ++i) problems.add("problem " + std::to_string(i));
  try {
    problems.throw_if_any();
    FAIL();
  } catch (const ConfigError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("problem 19\nand 3 more"), std::string::npos) << text;
    EXPECT_EQ(text.find("problem 20"), std::string::npos);
  }
}

TEST(ClosestName, FindsTypingErrorsButNotOtherWords) {
  const std::vector<std::string_view> names{"name", "command", "restart", "monitor", "recovery"};
  EXPECT_EQ(closest_name("comand", names), "command");
  EXPECT_EQ(closest_name("montior", names), "monitor");
  EXPECT_EQ(closest_name("restarts", names), "restart");
  EXPECT_EQ(closest_name("freeze", names), "");
  EXPECT_EQ(closest_name("", names), "");
}

}  // namespace
}  // namespace supervisor
