// Outputs that stand beside a command.

#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "supervisor/config/config_secrets.hpp"
#include "supervisor/config/load.hpp"
#include "supervisor/config/outputs_section.hpp"
#include "supervisor/config/settings.hpp"
#include "supervisor/secrets/secrets.hpp"

namespace supervisor {
namespace {

using namespace std::chrono_literals;
using recovery::splice::QueueLimits;

Config read(const std::string& outputs, const std::string& more = "") {
  Config config;
  read_yaml_text("streams:\n  - name: radio\n    command: [ffmpeg, -i, x, -c, copy]\n" + more +
                     "    outputs:" + outputs + "\n",
                 "radio.yml", config);
  return config;
}

std::string refusal(const std::string& outputs) {
  try {
    read(outputs);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "taken";
}

TEST(OutputsSection, AnOutputIsItsArgumentsOrAMap) {
  const Config config = read(
      "\n      youtube: [-f, flv, \"rtmp://a/live2/k\"]\n"
      "      own: {args: [\"srt://o:1\"], required: no, buffer: 5s}");
  const auto& outputs = config.streams[0].outputs;
  ASSERT_EQ(outputs.size(), 2U);
  EXPECT_EQ(outputs[0], (OutputSettings{"youtube", {"-f", "flv", "rtmp://a/live2/k"}}));
  EXPECT_TRUE(outputs[0].required);
  EXPECT_EQ(outputs[1], (OutputSettings{"own", {"srt://o:1"}, false, {8 << 20, 5s}}));
}

TEST(OutputsSection, NoneIsNone) {
  EXPECT_TRUE(read("").streams[0].outputs.empty());
  EXPECT_TRUE(read(" {}").streams[0].outputs.empty());
}

TEST(OutputsSection, ABufferIsASizeOrATimeOrBoth) {
  EXPECT_EQ(read_buffer("1MiB"), (QueueLimits{1 << 20, 10s}));
  EXPECT_EQ(read_buffer("1m"), (QueueLimits{8 << 20, 60s}));
  EXPECT_EQ(read_buffer(" 256MiB  1500ms "), (QueueLimits{256U << 20, 1500ms}));
  EXPECT_EQ(read_buffer(print_buffer({3 << 20, 2500ms})), (QueueLimits{3 << 20, 2500ms}));
  EXPECT_EQ(read_buffer("8"), (QueueLimits{8 << 20, 8s}));
  for (const char* wrong : {"", "0MiB", "257MiB", "8MB", "8 MiB", "MiB", "61s", "999ms", "1s 2s",
                            "1MiB 1MiB", "-1MiB", "1s 1MiB x", "1.5MiB"}) {
    EXPECT_THROW(read_buffer(wrong), Unexpected) << wrong;
  }
}

TEST(OutputsSection, WhatIsWrongIsSaidAtItsLine) {
  const std::string key = "radio.yml:5: streams[0].outputs.a";
  EXPECT_EQ(refusal(" [a]"),
            "radio.yml:4: streams[0].outputs: found a list, expected a map of names, such as "
            "{youtube: [-f, flv, \"rtmp://host/live/stream\"]}");
  EXPECT_EQ(refusal("\n      a:"),
            key +
                ": found nothing, expected one line, or a list with one element for each argument, "
                "such as [-f, flv, \"rtmp://host/live/stream\"]");
  EXPECT_EQ(refusal("\n      a: {required: true}"),
            key + ".args: missing, expected a list such as [-f, flv, \"rtmp://host/live/stream\"]");
  EXPECT_EQ(refusal("\n      a: {args: [x], required: maybe}"),
            key + ".required: found \"maybe\", expected true or false");
  EXPECT_EQ(refusal("\n      a: {args: [x], bufer: 1s}"),
            "radio.yml:5: unknown key \"streams[0].outputs.a.bufer\", did you mean buffer? "
            "(expected one of: args, required, buffer)");
  EXPECT_EQ(refusal("\n      a b: [x]"),
            "radio.yml:5: streams[0].outputs.a b: the name of an output: found \"a b\", expected a "
            "name of 1 to 64 characters out of A-Z a-z 0-9 _ . -");
  EXPECT_NE(refusal("\n      a: {args: [x], buffer: 8MB}").find("such as 10s 8MiB"),
            std::string::npos);
}

// As the whole configuration is loaded.
Config load(const std::string& more) {
  const std::string path =
      testing::TempDir() + "config_outputs_test_" + std::to_string(getpid()) + ".yml";
  std::ofstream(path) << "streams:\n  - name: radio\n    command: [ffmpeg, -i, x]\n"
                      << "    outputs: {a: [x]}\n"
                      << more;
  Options options;
  options.config_file = path;
  return load_config(options, [](const std::string&) { return std::optional<std::string>(); });
}

TEST(OutputsSection, TheyImplyHoldWhichMustNotBeSwitchedOff) {
  EXPECT_TRUE(load("").streams[0].hold);
  EXPECT_TRUE(load("    hold: true\n").streams[0].hold);
  try {
    load("    hold: false\n");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what())
                  .find(".yml:5: streams[0].hold: found false, expected true, which "
                        "streams[0].outputs implies"),
              std::string::npos)
        << error.what();
  }
}

TEST(OutputsSection, TooManyAreRefused) {
  std::string outputs;
  for (int i = 0; i < 17; ++i) outputs += "\n      o" + std::to_string(i) + ": [x]";
  EXPECT_EQ(refusal(outputs),
            "radio.yml:4: streams[0].outputs: found 17 outputs, expected at most 16");
}

TEST(OutputsSection, TheirKeysAreSecret) {
  const Config config = read("\n      a: [-f, flv, \"rtmp://h/live/abcd-efgh-ijkl\"]");
  Secrets secrets;
  learn_secrets(config, secrets);
  EXPECT_EQ(secrets.mask("no abcd-efgh-ijkl here"), "no *** here");
  const std::string printed = print_config(config);
  EXPECT_EQ(printed.find("abcd-efgh"), std::string::npos) << printed;
}

}  // namespace
}  // namespace supervisor
