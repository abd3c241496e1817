#include <map>

#include <gtest/gtest.h>

#include "supervisor/config/overrides.hpp"

namespace supervisor {
namespace {

using namespace std::chrono_literals;
using Variables = std::map<std::string, std::string>;

Config load(const Variables& variables) {
  Options options;
  options.command = {"ffmpeg", "-i", "in", "out"};
  return load_config(options, [&](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
}

std::string error_of(const Variables& variables) {
  try {
    load(variables);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Environment, FormatAndLevelOfTheLogHaveVariables) {
  const Config config = load({{"LOG_FORMAT", "text"}, {"LOG_LEVEL", "WARN"}});
  EXPECT_EQ(config.log.format, LogFormat::text);
  EXPECT_EQ(config.log.level, LogLevel::warning);
  EXPECT_EQ(config.origins.at("log.level"), Origin::environment);
  EXPECT_TRUE(config.warnings.empty());
}

// Other programs of a container know variables of these names.
TEST(Environment, AnotherProgramsWordForTheLogIsToldAndEndsNothing) {
  const Config config = load({{"LOG_LEVEL", "notice"}});
  EXPECT_EQ(config.log.level, LogLevel::info);
  ASSERT_EQ(config.warnings.size(), 1U);
  EXPECT_EQ(config.warnings[0],
            "environment variable LOG_LEVEL: found \"notice\", expected one of trace, debug, info, "
            "warning, error; it has no effect");
}

TEST(Environment, EveryVariableReachesItsKey) {
  const Config config = load({{"METRICS_PORT", "9191"},
                              {"METRICS_PATH", "/m"},
                              {"HEALTH_CHECK_INTERVAL", "4.5"},
                              {"FFMPEG_CHECK_INTERVAL", "2.5"},
                              {"STREAM_FREEZE_TIMEOUT", "1m30s"},
                              {"ENABLE_AUTO_RECOVERY", "false"},
                              {"MAX_RESTART_ATTEMPTS", "7"},
                              {"RESTART_COOLDOWN", "30.0"},
                              {"AUDIO_STREAM_RETRY_INTERVAL", "15.0"},
                              {"AUDIO_STREAM_MAX_RETRIES", "8"},
                              {"RTMP_ENDPOINT", "rtmps://host/live/key?a=b"},
                              {"CPU_THRESHOLD_PERCENT", "80.5"},
                              {"MEMORY_THRESHOLD_MB", "1024.0"},
                              {"BITRATE_DROP_THRESHOLD_PERCENT", "25"}});
  EXPECT_EQ(config.http.port, 9191);
  EXPECT_EQ(config.http.address, "0.0.0.0");
  EXPECT_EQ(config.http.metrics_path, "/m");
  const StreamConfig& stream = config.streams.at(0);
  EXPECT_EQ(stream.recovery.probe_interval, 4500ms);
  EXPECT_EQ(stream.monitor.sample_interval, 2500ms);
  EXPECT_EQ(stream.monitor.freeze_timeout, 90s);
  EXPECT_FALSE(stream.recovery.enabled);
  EXPECT_EQ(stream.recovery.max_restart_attempts, 7u);
  EXPECT_EQ(stream.recovery.restart_cooldown, 30s);
  EXPECT_EQ(stream.recovery.audio_stream.retry_interval, 15s);
  EXPECT_EQ(stream.recovery.audio_stream.max_retries, 8u);
  EXPECT_EQ(stream.rtmp_endpoint, "rtmps://host/live/key?a=b");
  EXPECT_EQ(stream.monitor.cpu_percent, 80.5);
  EXPECT_EQ(stream.monitor.memory_mb, 1024);
  EXPECT_EQ(stream.monitor.bitrate_drop.percent, 25);
  EXPECT_TRUE(config.warnings.empty());
  EXPECT_EQ(config.origins.at("streams[0].recovery.enabled"), Origin::environment);
  EXPECT_EQ(config.origins.at("streams[0].monitor.probe_interval"), Origin::environment);
  EXPECT_EQ(config.places.at("streams[0].rtmp_endpoint"), "environment variable RTMP_ENDPOINT");
}

// docker --env-file hands on quotes and blanks; other programs write whole numbers with a point.
TEST(Environment, TakesWhatIsPlainlyMeant) {
  const Config config = load({{"MAX_RESTART_ATTEMPTS", "3.0"},
                              {"METRICS_PORT", "9191 "},
                              {"STREAM_FREEZE_TIMEOUT", "\"45s\""},
                              {"RESTART_COOLDOWN", "'30' \r"},
                              {"ENABLE_AUTO_RECOVERY", "\"false \" "},
                              {"METRICS_PATH", "\"\""},
                              {"RTMP_ENDPOINT", "\"rtmp://host/live/key\""},
                              {"AZURACAST_WEBHOOK_PASSWORD", "\"as it is\" "}});
  const StreamConfig& stream = config.streams.at(0);
  EXPECT_EQ(stream.recovery.max_restart_attempts, 3u);
  EXPECT_EQ(config.http.port, 9191);
  EXPECT_EQ(stream.monitor.freeze_timeout, 45s);
  EXPECT_EQ(stream.recovery.restart_cooldown, 30s);
  EXPECT_FALSE(stream.recovery.enabled);
  EXPECT_EQ(config.http.metrics_path, "/metrics");
  EXPECT_EQ(stream.rtmp_endpoint, "rtmp://host/live/key");
  EXPECT_EQ(config.http.azuracast_password, "\"as it is\" ");
  for (const char* value : {"3.5", "3.", ".0", "\"3", "3 4", "three"})
    EXPECT_NE(error_of({{"MAX_RESTART_ATTEMPTS", value}}), "no error") << value;
}

Config of_input(const std::string& input, Variables variables) {
  variables["AZURACAST_URL"] = "http://azuracast";
  Options options;
  options.command = {"ffmpeg", "-i", input, "-f", "null", "-"};
  return load_config(options, [&](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
}

TEST(Environment, TheStationIsNamedOrReadOffTheInput) {
  const auto station = [](const std::string& input, const Variables& variables = {}) {
    return of_input(input, variables).streams.at(0).azuracast.station;
  };
  EXPECT_EQ(station("http://azuracast:8000/listen/night_fm/radio.mp3"), "night_fm");
  EXPECT_EQ(station("https://radio.example/listen/caf%C3%A9/radio.aac?x=1"), "café");
  EXPECT_EQ(station("http://azuracast:8000/radio.mp3"), "");
  EXPECT_EQ(station("http://azuracast:8000/listen/"), "");
  EXPECT_EQ(station("http://azuracast/listen/night_fm/a.mp3", {{"AZURACAST_STATION", "4"}}), "4");
  EXPECT_NE(error_of({{"AZURACAST_STATION", "a/b"}}), "no error");
}

TEST(Environment, AppliesToEveryStream) {
  Config config;
  config.streams.resize(3);
  Problems problems;
  apply_environment(
      [](const char* name) -> std::optional<std::string> {
        return name == std::string("RESTART_COOLDOWN") ? std::optional<std::string>("5")
                                                       : std::nullopt;
      },
      config, problems);
  EXPECT_FALSE(problems.any());
  for (const StreamConfig& stream : config.streams) {
    EXPECT_EQ(stream.recovery.restart_cooldown, 5s);
  }
  EXPECT_EQ(config.origins.at("streams[2].recovery.restart_cooldown"), Origin::environment);
}

TEST(Environment, AWrongPortNamesTheVariable) {
  for (const std::string text : {"abc", "0", "70000", "-1", "9090x", "9090.0", " 9090"}) {
    EXPECT_EQ(error_of({{"METRICS_PORT", text}}),
              "environment variable METRICS_PORT: found \"" + text +
                  "\", expected a whole number from 1 to 65535");
  }
}

TEST(Environment, EveryVariableOfATypeIsChecked) {
  for (const char* name :
       {"METRICS_PORT", "METRICS_PATH", "HEALTH_CHECK_INTERVAL", "FFMPEG_CHECK_INTERVAL",
        "STREAM_FREEZE_TIMEOUT", "ENABLE_AUTO_RECOVERY", "MAX_RESTART_ATTEMPTS", "RESTART_COOLDOWN",
        "AUDIO_STREAM_RETRY_INTERVAL", "AUDIO_STREAM_MAX_RETRIES", "CPU_THRESHOLD_PERCENT",
        "MEMORY_THRESHOLD_MB", "BITRATE_DROP_THRESHOLD_PERCENT"}) {
    const std::string error = error_of({{name, "rubbish"}});
    EXPECT_TRUE(error.starts_with("environment variable " + std::string(name) +
                                  ": found \"rubbish\", expected "))
        << error;
  }
}

TEST(Environment, AllThatIsWrongIsToldTogether) {
  const std::string error = error_of({{"METRICS_PORT", "x"}, {"RESTART_COOLDOWN", "-1"}});
  EXPECT_NE(error.find("METRICS_PORT"), std::string::npos);
  EXPECT_NE(error.find("\nenvironment variable RESTART_COOLDOWN"), std::string::npos);
}

TEST(Environment, AbsurdDurationsAreRefused) {
  for (const char* text : {"-1", "0", "8d", "1e9", "nan", "99999999999999999999"}) {
    EXPECT_NE(error_of({{"STREAM_FREEZE_TIMEOUT", text}}), "no error") << text;
  }
}

TEST(Environment, BooleansInTheWaysPeopleWriteThem) {
  for (const char* text : {"true", "TRUE", "Yes", "on", "1"}) {
    EXPECT_TRUE(load({{"ENABLE_AUTO_RECOVERY", text}}).streams[0].recovery.enabled) << text;
  }
  for (const char* text : {"false", "False", "NO", "off", "0"}) {
    EXPECT_FALSE(load({{"ENABLE_AUTO_RECOVERY", text}}).streams[0].recovery.enabled) << text;
  }
  EXPECT_EQ(error_of({{"ENABLE_AUTO_RECOVERY", "2"}}),
            "environment variable ENABLE_AUTO_RECOVERY: found \"2\", expected true or false");
}

TEST(Environment, AnEmptyVariableCountsAsUnset) {
  const Config config =
      load({{"METRICS_PORT", ""}, {"AZURACAST_URL", ""}, {"RESTART_COOLDOWN", ""}});
  EXPECT_EQ(config.http.port, 9090);
  EXPECT_TRUE(config.warnings.empty());
  EXPECT_FALSE(config.origins.contains("http.listen"));
}

TEST(Environment, AzuracastIsThatOfEveryStream) {
  const Config config = load({{"AZURACAST_URL", "http://user:planted@host"},
                              {"AZURACAST_API_KEY", "planted"},
                              {"AZURACAST_WEBHOOK_PASSWORD", "secret"}});
  EXPECT_TRUE(config.warnings.empty());
  EXPECT_EQ(config.streams[0].azuracast.url, "http://user:planted@host");
  EXPECT_EQ(config.streams[0].azuracast.api_key, "planted");
  EXPECT_EQ(config.http.azuracast_password, "secret");
  EXPECT_EQ(error_of({{"AZURACAST_URL", "azuracast"}}),
            "environment variable AZURACAST_URL: found a text that does not begin with http:// or "
            "https://, expected an http:// or https:// URL such as https://radio.example.org");
}

TEST(Environment, AKeyWithoutAnAzuracastIsWarnedOfWithoutItsValue) {
  const Config config = load({{"AZURACAST_API_KEY", "planted"}});
  ASSERT_EQ(config.warnings.size(), 1u);
  EXPECT_EQ(config.warnings[0],
            "environment variable AZURACAST_API_KEY is set, but no AzuraCast it is for: "
            "AZURACAST_URL, or source.azuracast.url in the file");
}

TEST(Environment, AnEndpointThatIsNoRtmpUrlIsRefusedWithoutItsValue) {
  const std::string expected =
      ", expected an rtmp:// or rtmps:// URL such as rtmp://host:1935/live/key";
  for (const auto& [text, found] :
       Variables{{"host/live/planted", "a text that does not begin with rtmp:// or rtmps://"},
                 {"http://h/planted", "a text that does not begin with rtmp:// or rtmps://"},
                 {"xrtmp://h/planted", "a text that does not begin with rtmp:// or rtmps://"},
                 {"rtmp:///live/planted", "a URL without a host"},
                 {"rtmp://h:x/live/planted", "a URL whose port is no number from 1 to 65535"},
                 {"rtmp://h/live/planted\n", "a space or a control character"}}) {
    EXPECT_EQ(error_of({{"RTMP_ENDPOINT", text}}),
              "environment variable RTMP_ENDPOINT: found " + found + expected);
  }
  for (const char* text : {"rtmp://h/live/a{b}|c", "RTMP://[::1]:1935/live", "rtmp://u:p@h/a/b"}) {
    EXPECT_EQ(load({{"RTMP_ENDPOINT", text}}).streams[0].rtmp_endpoint, text);
  }
}

TEST(Environment, TheMetricsPathMustNotHideAnotherRoute) {
  for (const char* text : {"metrics", "/", "/health", "/health/liveness", "/api", "/api/v1/streams",
                           "/webhook/azuracast", "/a b", "/a?b", "/ä", "/a\nb"}) {
    EXPECT_NE(error_of({{"METRICS_PATH", text}}), "no error") << text;
  }
  EXPECT_EQ(load({{"METRICS_PATH", "/healthz"}}).http.metrics_path, "/healthz");
}

}  // namespace
}  // namespace supervisor
