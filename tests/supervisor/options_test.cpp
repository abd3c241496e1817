#include "supervisor/command_line/options.hpp"

#include <gtest/gtest.h>

#include "supervisor/command_line/help_text.hpp"

namespace supervisor {
namespace {

using Words = std::vector<std::string>;
using Mode = Options::Mode;

Options parse(const Words& words) {
  std::vector<const char*> argv{"ffsupervisor"};
  for (const std::string& word : words) argv.push_back(word.c_str());
  return parse_options(static_cast<int>(argv.size()), argv.data());
}

std::string error_of(const Words& words) {
  try {
    parse(words);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Options, TheFirstWordBeginsTheCommandAndAllBehindItIsFfmpegs) {
  const Words command{"ffmpeg", "-i",     "in.mp3",   "--config", "x",      "--help",
                      "-name",  "--",     "-version", "--name=y", "{a,b}",  "[c]",
                      "",       "a b\nc", "check",    "-",        "--json", "out"};
  const Options options = parse(command);
  EXPECT_EQ(options.mode, Mode::run);
  EXPECT_EQ(options.command, command);
  EXPECT_FALSE(options.config_file);
  EXPECT_FALSE(options.name);
}

TEST(Options, OwnOptionsStandInFront) {
  const Options options =
      parse({"--config", "f.yml", "--name=one", "--listen", "[::1]:80", "--log-format=json",
             "--log-level", "debug", "nice", "-n", "-5", "ffmpeg"});
  EXPECT_EQ(options.config_file, "f.yml");
  EXPECT_EQ(options.name, "one");
  EXPECT_EQ(options.listen, "[::1]:80");
  EXPECT_EQ(options.log_format, "json");
  EXPECT_EQ(options.log_level, "debug");
  EXPECT_EQ(options.command, (Words{"nice", "-n", "-5", "ffmpeg"}));
}

TEST(Options, TheAddressMayBeRequired) {
  EXPECT_TRUE(parse({"--require-listen", "ffmpeg"}).require_listen);
  EXPECT_TRUE(parse({"check", "--require-listen", "ffmpeg"}).require_listen);
  EXPECT_FALSE(parse({"ffmpeg", "--require-listen"}).require_listen) << "that is FFmpeg's";
  EXPECT_NE(error_of({"status", "--require-listen"}), "no error");
  EXPECT_TRUE(parse({"check", "--explain", "ffmpeg"}).explain);
  EXPECT_NE(error_of({"--explain", "ffmpeg"}), "no error");
}

TEST(Options, CheckSaysLessWhereAskedTo) {
  EXPECT_TRUE(parse({"check", "--quiet", "ffmpeg"}).quiet);
  EXPECT_TRUE(parse({"check", "--changed", "--config", "f"}).changed);
  EXPECT_EQ(error_of({"check", "--quiet", "--changed", "ffmpeg"}),
            "--quiet, --changed and --explain: expected at most one of them");
  EXPECT_NE(error_of({"--quiet", "ffmpeg"}), "no error") << "that is check's";
}

TEST(Options, InitTakesACommandOrNone) {
  EXPECT_EQ(parse({"init"}).mode, Mode::init);
  EXPECT_EQ(parse({"init", "--", "ffmpeg", "-i"}).command, (Words{"ffmpeg", "-i"}));
  EXPECT_EQ(parse({"init", "--name", "n", "ffmpeg", "--name"}).name, "n");
  EXPECT_EQ(parse({"--", "init"}).command, (Words{"init"}));
  EXPECT_TRUE(error_of({"init", "--config", "f"}).starts_with("unknown option \"--config\""));
  EXPECT_EQ(error_of({"init", "--"}), "expected a command behind --");
}

TEST(Options, TwoDashesEndTheOptions) {
  EXPECT_EQ(parse({"--", "ffmpeg", "-i", "x"}).command, (Words{"ffmpeg", "-i", "x"}));
  EXPECT_EQ(parse({"--name", "n", "--", "--odd"}).command, (Words{"--odd"}));
  EXPECT_EQ(parse({"--", "check"}).command, (Words{"check"}));
  EXPECT_EQ(parse({"--", "--", "x"}).command, (Words{"--", "x"}));
}

TEST(Options, AValueMayLookLikeAnything) {
  EXPECT_EQ(parse({"--name", "-x", "ffmpeg"}).name, "-x");
  EXPECT_EQ(parse({"--name=--listen", "ffmpeg"}).name, "--listen");
  EXPECT_EQ(parse({"--config", "[a,b].yml"}).config_file, "[a,b].yml");
  EXPECT_EQ(parse({"--config=a=b c.yml"}).config_file, "a=b c.yml");
  EXPECT_EQ(parse({"--config", "\"q\".yml"}).config_file, "\"q\".yml");
}

TEST(Options, TheLastOfTwoWins) {
  EXPECT_EQ(parse({"--name", "a", "--name=b", "ffmpeg"}).name, "b");
}

TEST(Options, SubcommandsAreTheFirstWordOnly) {
  EXPECT_EQ(parse({"check", "--config", "f"}).mode, Mode::check);
  EXPECT_EQ(parse({"check", "--name", "n", "--", "ffmpeg", "-i"}).command, (Words{"ffmpeg", "-i"}));
  EXPECT_EQ(parse({"check", "ffmpeg", "-h"}).command, (Words{"ffmpeg", "-h"}));
  EXPECT_EQ(parse({"check", "status"}).command, (Words{"status"}));
  EXPECT_EQ(parse({"ffmpeg", "status"}).mode, Mode::run);
  EXPECT_EQ(error_of({"--listen", ":1", "status"}),
            "a subcommand comes first: ffsupervisor status [OPTIONS] (a program of that name: "
            "-- status)");
}

TEST(Options, StatusAndHealthcheck) {
  EXPECT_EQ(parse({"status"}).mode, Mode::status);
  EXPECT_TRUE(parse({"status", "--json", "--url", "http://h:1"}).json);
  EXPECT_EQ(parse({"status", "--url=http://h:1"}).url, "http://h:1");
  EXPECT_EQ(parse({"healthcheck"}).probe, "readiness");
  EXPECT_EQ(parse({"healthcheck", "liveness"}).probe, "liveness");
  EXPECT_EQ(parse({"healthcheck", "liveness", "--url", "http://h:1"}).url, "http://h:1");
  EXPECT_EQ(parse({"healthcheck", "--url", "http://h:1", "liveness"}).probe, "liveness");
}

TEST(Options, WrongWordsForASubcommandAreNamed) {
  EXPECT_EQ(error_of({"healthcheck", "lively"}),
            "healthcheck: found \"lively\", expected liveness or readiness");
  EXPECT_EQ(error_of({"healthcheck", "liveness", "more"}), "healthcheck: unexpected \"more\"");
  EXPECT_EQ(error_of({"status", "radio", "jazz"}), "status: unexpected \"jazz\"");
  EXPECT_EQ(
      error_of({"reload", "radio"}),
      "reload: unexpected \"radio\": it reads the whole configuration, so it takes no name; a "
      "stream that did not change runs on");
  EXPECT_EQ(error_of({"status", "--watch", "--json"}),
            "--watch and --json: expected at most one of them");
  EXPECT_EQ(error_of({"status", "--log-level", "info"}),
            "unknown option \"--log-level\", expected one of --config, --listen, --url, "
            "--token-file, --help, -h, --version, --json, --watch");
}

TEST(Options, WhatAsksAnInstanceTakesTheNameOfAStream) {
  EXPECT_EQ(parse({"status", "radio", "--watch"}).stream, "radio");
  EXPECT_TRUE(parse({"status", "radio", "--watch"}).watch);
  EXPECT_TRUE(parse({"logs", "-f", "radio"}).follow);
  EXPECT_TRUE(parse({"logs", "radio", "--follow"}).follow);
  EXPECT_EQ(parse({"logs", "-f", "radio"}).stream, "radio");
  EXPECT_EQ(parse({"restart", "radio"}).mode, Mode::restart);
  EXPECT_EQ(parse({"stop", "--", "-odd"}).stream, "-odd");
  EXPECT_EQ(parse({"start", "--token-file", "t"}).token_file, "t");
  EXPECT_EQ(parse({"reload"}).mode, Mode::reload);
  EXPECT_TRUE(parse({"--", "restart"}).is_marked) << "a program of that name";
}

TEST(Options, UnknownOptionsAreNamedWithTheNearestOne) {
  EXPECT_EQ(error_of({"--lisen", ":1", "ffmpeg"}),
            "unknown option \"--lisen\", did you mean --listen?");
  EXPECT_EQ(
      error_of({"-i", "in", "out"}),
      "unknown option \"-i\"; FFmpeg's own options go behind its name: ffsupervisor [OPTIONS] "
      "ffmpeg ARG...");
  EXPECT_EQ(error_of({"--json", "ffmpeg"}).substr(0, 23), "unknown option \"--json\"");
  EXPECT_NE(error_of({"--config=a.yml", "--verbose"}).find("\"--verbose\""), std::string::npos);
}

TEST(Options, AMissingValueIsNamed) {
  EXPECT_EQ(error_of({"--name"}), "--name needs a value");
  EXPECT_EQ(error_of({"--config", "--", "ffmpeg"}), "--config needs a value");
  EXPECT_EQ(error_of({"status", "--url"}), "--url needs a value");
  EXPECT_EQ(error_of({"--name=", "ffmpeg"}), "--name needs a value");
  EXPECT_EQ(error_of({"--name", "", "ffmpeg"}), "--name needs a value");
}

TEST(Options, NothingToSuperviseExplainsTheUsage) {
  for (const Words& words : {Words{}, Words{"--listen", ":1"}}) {
    const std::string error = error_of(words);
    EXPECT_TRUE(error.starts_with("nothing to supervise: expected a command or --config FILE"))
        << error;
    EXPECT_NE(error.find(usage_text()), std::string::npos);
    EXPECT_NE(error.find("--help"), std::string::npos);
  }
  EXPECT_TRUE(error_of({"check"}).starts_with("nothing to check"));
  EXPECT_EQ(error_of({"--"}), "expected a command behind --");
}

TEST(Options, ANameNeedsACommand) {
  EXPECT_NE(error_of({"--config", "f.yml", "--name", "n"}).find("--name"), std::string::npos);
  EXPECT_EQ(parse({"--config", "f.yml", "--name", "n", "ffmpeg"}).name, "n");
}

TEST(Options, HelpAndVersion) {
  EXPECT_EQ(parse({"--help"}).mode, Mode::help);
  EXPECT_EQ(parse({"-h"}).help, help_text());
  EXPECT_EQ(parse({"status", "--help"}).mode, Mode::help);
  EXPECT_EQ(parse({"healthcheck", "liveness", "-h"}).mode, Mode::help);
  EXPECT_EQ(parse({"--name", "x", "--help", "ffmpeg"}).mode, Mode::help);
  EXPECT_EQ(parse({"--version"}).mode, Mode::version);
  EXPECT_EQ(parse({"check", "--version"}).mode, Mode::version);
}

TEST(Help, NamesEveryOptionVariableAndExitCodeInLinesThatFitATerminal) {
  const std::string help = help_text();
  for (const char* word : {"METRICS_PORT",
                           "METRICS_PATH",
                           "HEALTH_CHECK_INTERVAL",
                           "FFMPEG_CHECK_INTERVAL",
                           "STREAM_FREEZE_TIMEOUT",
                           "ENABLE_AUTO_RECOVERY",
                           "MAX_RESTART_ATTEMPTS",
                           "RESTART_COOLDOWN",
                           "AUDIO_STREAM_RETRY_INTERVAL",
                           "AUDIO_STREAM_MAX_RETRIES",
                           "CPU_THRESHOLD_PERCENT",
                           "MEMORY_THRESHOLD_MB",
                           "BITRATE_DROP_THRESHOLD_PERCENT",
                           "AZURACAST_URL",
                           "AZURACAST_API_KEY",
                           "AZURACAST_WEBHOOK_PASSWORD",
                           "RTMP_ENDPOINT",
                           "FFSUPERVISOR_TOKEN",
                           " 69 ",
                           " 78 ",
                           " 126 ",
                           " 127 "}) {
    EXPECT_NE(help.find(word), std::string::npos) << word;
  }
  std::size_t width = 0;
  for (const char c : help) {
    width = c == '\n' ? 0 : width + 1;
    EXPECT_LE(width, 100u);
  }
}

}  // namespace
}  // namespace supervisor
