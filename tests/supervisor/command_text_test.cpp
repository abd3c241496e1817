#include "supervisor/words/command_text.hpp"

#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "supervisor/config/config_secrets.hpp"
#include "supervisor/config/load.hpp"
#include "supervisor/ffmpeg/command_outputs.hpp"
#include "supervisor/reload/config_changes.hpp"
#include "supervisor/words/reference_text.hpp"

namespace supervisor {
namespace {

using Words = std::vector<std::string>;

std::string error_of(const std::string& line) {
  try {
    words_of_command_line(line);
  } catch (const CommandTextError& error) {
    return error.what();
  }
  return "no error";
}

TEST(CommandLine, QuotesAndBackslashesHoldWordsTogetherAsInAShell) {
  const std::vector<std::pair<std::string, Words>> lines{
      {"ffmpeg  -i\tin.mp4 out", {"ffmpeg", "-i", "in.mp4", "out"}},
      {"ffmpeg -i 'a b' \"c d\" e\\ f", {"ffmpeg", "-i", "a b", "c d", "e f"}},
      {"a 'it'\\''s' \"say \\\"x\\\"\"", {"a", "it's", "say \"x\""}},
      {R"(a "[0:a]showwaves=size=1x1\,fps[v]" '\d' "\d")",
       {"a", R"([0:a]showwaves=size=1x1\,fps[v])", R"(\d)", R"(\d)"}},
      {"a '' \"\" x''y", {"a", "", "", "xy"}},
      {"ffmpeg -i in \\\n  -c copy \\\r\n out\n", {"ffmpeg", "-i", "in", "-c", "copy", "out"}},
      {"ffmpeg -i in \\ -c copy \\ out", {"ffmpeg", "-i", "in", "-c", "copy", "out"}},
      {"a '$HOME' \\$X 5$ \"5$\" 'a|b;c>d&e`f'", {"a", "$HOME", "$X", "5$", "5$", "a|b;c>d&e`f"}},
      {"a http://h/x?y=1#z # a comment", {"a", "http://h/x?y=1#z"}},
      {"a *.ts b~c {1,2} x=y", {"a", "*.ts", "b~c", "{1,2}", "x=y"}},
      {"a rtmp://h/live/{env: KEY} \"{file: /run/a b}\"",
       {"a", "rtmp://h/live/{env: KEY}", "{file: /run/a b}"}},
      {"env A=b ffmpeg", {"env", "A=b", "ffmpeg"}},
  };
  for (const auto& [line, words] : lines) EXPECT_EQ(words_of_command_line(line), words) << line;
}

TEST(CommandLine, WhatAShellWouldDoIsRefusedAtItsPlace) {
  const std::vector<std::pair<std::string, std::string>> lines{
      {"ffmpeg -i in | tee x", "found | outside quotes at character 14, behind 3 words: no shell"},
      {"ffmpeg && x", "found && outside quotes at character 8, behind 1 word"},
      {"ffmpeg; x", "found ; outside quotes at character 7"},
      {"ffmpeg > x", "found > outside quotes"},
      {"ffmpeg 2>&1", "found > outside quotes at character 9"},
      {"ffmpeg < x", "found < outside quotes"},
      {"ffmpeg -vf a(b)", "found ( outside quotes"},
      {"ffmpeg http://h/a?b=1&c=2", "Put the URL it stands in in quotes"},
      {"ffmpeg rtmp://h/l/$KEY",
       "found $KEY at character 19, behind 1 word: variables are not "
       "expanded. Write {env: KEY}, or put it in single quotes"},
      {"ffmpeg \"rtmp://h/l/${KEY}\"", "found ${KEY} at character 20"},
      {"ffmpeg ${KEY:-hunter22}", "found ${KEY…} at character 8"},
      {"ffmpeg $(cat key)", "found $( at character 8"},
      {"ffmpeg \"`cat key`\"", "found ` at character 9"},
      {"ffmpeg $1", "found $1 at character 8"},
      {"ffmpeg -i ~/a", "found ~ at character 11, behind 2 words: it is not expanded"},
      {"ffmpeg 'in", "the quote ' is not closed: it begins at character 8"},
      {"ffmpeg \"in", "the quote \" is not closed: it begins at character 8"},
      {"ffmpeg ${X", "${ is not closed: it begins at character 8"},
      {"KEY=hunter22 ffmpeg",
       "the first word sets the variable KEY, expected a program: write env"},
  };
  for (const auto& [line, expected] : lines) {
    EXPECT_NE(error_of(line).find(expected), std::string::npos) << line << "\n" << error_of(line);
    EXPECT_EQ(error_of(line).find("hunter22"), std::string::npos) << error_of(line);
  }
}

// Whatever the bytes: an answer or words, never a crash.
TEST(CommandLine, AnyTextIsTakenOrRefused) {
  const std::string letters = "a \\\"'$`{}~#|&\n()=:*-env";
  unsigned state = 12345;
  for (int i = 0; i < 20'000; ++i) {
    std::string line;
    for (int size = i % 24; size > 0; --size) {
      state = state * 1664525U + 1013904223U;
      line += letters[(state >> 16U) % letters.size()];
    }
    try {
      EXPECT_LE(words_of_command_line(line).size(), line.size() + 1);
    } catch (const CommandTextError& error) {
      EXPECT_NE(std::string(error.what()), "");
    }
  }
}

Config read(const std::string& text, const Environment& environment = {}) {
  Config config;
  read_yaml_text(text, "f.yml", config, environment);
  return config;
}

TEST(CommandLine, StandsForTheListInAConfiguration) {
  const Config config = read(R"(
alerts: {command: page-me --team 'night shift'}
streams:
  - command: ffmpeg -re -i "http://h/a b.mp3" -c copy -f flv 'rtmp://h/live/k'
    fallback: >
      ffmpeg -stream_loop -1
      -i loop.mp4 -f flv rtmp://h/live/k
    outputs: {own: -f flv rtmp://h/live/l}
)");
  const StreamConfig& stream = config.streams.at(0);
  EXPECT_EQ(stream.command, (Words{"ffmpeg", "-re", "-i", "http://h/a b.mp3", "-c", "copy", "-f",
                                   "flv", "rtmp://h/live/k"}));
  EXPECT_EQ(stream.fallback, (Words{"ffmpeg", "-stream_loop", "-1", "-i", "loop.mp4", "-f", "flv",
                                    "rtmp://h/live/k"}));
  EXPECT_EQ(stream.outputs.at(0).arguments, (Words{"-f", "flv", "rtmp://h/live/l"}));
  EXPECT_EQ(config.alerts.command, (Words{"page-me", "--team", "night shift"}));
}

std::string error_in(const std::string& text, const Environment& environment = {}) {
  try {
    read(text, environment);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

TEST(CommandLine, AnErrorNamesFileLineAndKey) {
  EXPECT_EQ(
      error_in("streams:\n  - name: a\n    command:\n      ffmpeg -i x | y\n"),
      "f.yml:4: streams[0].command: found | outside quotes at character 13, behind 3 words: "
      "no shell reads this line. Put it in quotes where FFmpeg is to get it; where a shell is "
      "to do it, write [sh, -c, \"…\"]");
}

Environment environment_of(const std::string& name, const std::string& value) {
  return [=](const char* asked) -> std::optional<std::string> {
    return asked == name ? std::optional(value) : std::nullopt;
  };
}

TEST(References, ATextOfTheEnvironmentStandsInAnArgument) {
  const Environment environment = environment_of("KEY", "planted-key");
  const Config config = read(R"(
streams:
  - command: [ffmpeg, -i, in, "rtmp://h/live2/{env: KEY}?x={env:KEY}", {env: KEY}]
    fallback: 'ffmpeg -i loop rtmp://h/live2/{env: KEY}'
    outputs: {o: "-f flv rtmp://h/live2/{env: KEY}"}
)",
                             environment);
  EXPECT_EQ(
      config.streams[0].command,
      (Words{"ffmpeg", "-i", "in", "rtmp://h/live2/planted-key?x=planted-key", "planted-key"}));
  EXPECT_EQ(config.streams[0].fallback.back(), "rtmp://h/live2/planted-key");
  EXPECT_EQ(config.streams[0].outputs.at(0).arguments.back(), "rtmp://h/live2/planted-key");
}

// As a shell would write it: FFmpeg would publish to "$planted-key".
TEST(References, ADollarInFrontOfOneIsRefused) {
  const Environment environment = environment_of("KEY", "planted-key");
  for (const char* command : {"[ffmpeg, -i, in, \"rtmp://h/${env: KEY}\"]",
                              "[ffmpeg, -i, in, \"rtmp://h/${file: /x}\"]"}) {
    try {
      read(std::string("streams: [{command: ") + command + "}]\n", environment);
      ADD_FAILURE() << command;
    } catch (const ConfigError& error) {
      EXPECT_NE(std::string(error.what()).find(" …} without the $"), std::string::npos)
          << error.what();
    }
  }
}

TEST(References, ABraceMoreIsTheTextItself) {
  const Environment environment = environment_of("KEY", "planted-key");
  const Config config =
      read("streams: [{command: [ffmpeg, \"a{{env: KEY}b\", \"{{file: /x}\", \"{artist} {e}\"]}]\n",
           environment);
  EXPECT_EQ(config.streams[0].command,
            (Words{"ffmpeg", "a{env: KEY}b", "{file: /x}", "{artist} {e}"}));
  EXPECT_TRUE(config.secrets.empty());
  EXPECT_EQ(without_references("a{env: KEY}{file:/x}{b}"), "a{{env: KEY}{{file:/x}{b}");
}

TEST(References, AFileIsReadAnewByAReload) {
  const std::string path = testing::TempDir() + "reference_" + std::to_string(getpid());
  const auto load = [&](const std::string& key) {
    std::ofstream(path) << key << '\n';
    return read(
        "streams: [{name: a, command: [ffmpeg, -i, a, \"rtmp://h/l/{file: " + path + "}\"]}]\n",
        environment_of("KEY", ""));
  };
  const Config before = load("planted-1"), after = load("planted-2");
  EXPECT_EQ(after.streams.at(0).command.back(), "rtmp://h/l/planted-2");
  EXPECT_FALSE(compare(before, after).empty()) << "the stream is launched anew";
  EXPECT_TRUE(compare(before, load("planted-1")).empty());
}

// Whatever it is and wherever it stands: in FFmpeg's lines, in what the API tells of the command.
TEST(References, WhatTheyStandForIsASecret) {
  const Config config = read(
      "streams: [{command: [ffmpeg, -i, \"{env: HOST}\", -metadata, \"title=x {env: HOST}\", "
      "o]}]\n",
      environment_of("HOST", "planted.example"));
  Secrets secrets;
  learn_secrets(config, secrets);
  EXPECT_EQ(secrets.mask("Connection to planted.example failed"), "Connection to *** failed");
  EXPECT_EQ(secrets.mask_command(config.streams[0].command),
            (Words{"ffmpeg", "-i", "***", "-metadata", "title=x ***", "o"}));
  EXPECT_EQ(print_config(config).find("planted"), std::string::npos);
}

TEST(References, OneThatIsTooShortToBeMaskedEverywhereIsAWarning) {
  const std::string text = "streams: [{command: [ffmpeg, \"{env: PIN}\", {env: PIN}]}]\n";
  EXPECT_EQ(read(text, environment_of("PIN", "12345")).warnings,
            Words{"in environment variable \"PIN\": found a secret with fewer than 6 characters. A "
                  "secret that short can stand in the log in the clear: only in URLs is it "
                  "replaced by ***"});
  EXPECT_TRUE(read(text, environment_of("PIN", "123456")).warnings.empty());
}

// Outputs are named after their hosts, in metrics too.
TEST(References, NoOutputIsNamedAfterAHiddenHost) {
  const std::string path = testing::TempDir() + "hidden_" + std::to_string(getpid()) + ".yml";
  std::ofstream(path) << "streams: [{command: [ffmpeg, -i, a, -f, flv, \"rtmp://{env: HOST}/l/k\", "
                         "-f, flv, \"rtmp://open.example/l/k\"]}]\n";
  Options options;
  options.config_file = path;
  const Config config = load_config(options, environment_of("HOST", "planted.example"));
  const StreamConfig& stream = config.streams.at(0);
  const auto outputs = command_outputs(FfmpegCommand(stream.command), stream.hidden.texts);
  ASSERT_EQ(outputs.size(), 2u);
  EXPECT_EQ(outputs[0].name, "rtmp");
  EXPECT_EQ(outputs[1].name, "open.example");
}

// A caller that only needs the port neither has nor needs them.
TEST(References, WithoutAnEnvironmentTheyStay) {
  const Config config = read(
      "streams: [{command: [ffmpeg, \"{env: NO}\", {file: /nowhere}], fallback: [{env: A}, -i, x, "
      "y]}]\n");
  EXPECT_EQ(config.streams.at(0).command.at(1), "{env: NO}");
}

TEST(References, WhatIsMissingIsNamedAtItsLine) {
  const Environment empty = environment_of("EMPTY", "");
  const auto error = [&](const std::string& element) {
    return error_in("streams:\n  - command:\n    - ffmpeg\n    - \"" + element + "\"\n", empty);
  };
  const std::string at = "f.yml:4: streams[0].command[1]: ";
  for (const char* name : {"KEY", "EMPTY"}) {
    EXPECT_EQ(error("x{env: " + std::string(name) + "}"),
              at + "environment variable \"" + name + "\" is not set, expected a secret in it");
  }
  EXPECT_EQ(error("x{file: /nowhere/key}"),
            at + "\"/nowhere/key\" cannot be read: No such file or directory");
  EXPECT_EQ(error("x{env: KEY"), at + "found {env: without a } behind it, expected {env: NAME} "
                                      "({{env: is that text itself)");
  EXPECT_EQ(error("x{env: hunter 22}"),
            at + "found a text behind `env` that is no name of a variable, expected one");
  EXPECT_EQ(error("x{file: }"), at + "found nothing behind `file`, expected a path");
}

}  // namespace
}  // namespace supervisor
