#include "supervisor/command_line/mistyped_subcommand.hpp"

#include <gtest/gtest.h>

namespace supervisor {
namespace {

std::string answer_to(std::vector<std::string> words) {
  std::vector<const char*> argv{"ffsupervisor"};
  for (const std::string& word : words) argv.push_back(word.c_str());
  try {
    refuse_mistyped_subcommand(parse_options(static_cast<int>(argv.size()), argv.data()),
                               "/nonexistent:/bin");
  } catch (const UsageError& error) {
    return error.what();
  }
  return "a command";
}

TEST(MistypedSubcommand, TheNearestOneIsNamed) {
  EXPECT_EQ(answer_to({"stauts"}),
            "\"stauts\" is no subcommand, and no program in PATH: did you mean status? (a program: "
            "ffsupervisor -- stauts ...)");
  EXPECT_NE(answer_to({"restrat", "radio"}).find("mean restart?"), std::string::npos);
  EXPECT_NE(answer_to({"help"}).find("mean --help?"), std::string::npos);
  EXPECT_NE(answer_to({"version"}).find("mean --version?"), std::string::npos);
  EXPECT_NE(answer_to({"test-alert"}).find("mean alert-test?"), std::string::npos);
  EXPECT_NE(answer_to({"validate", "x.yml"}).find("mean check?"), std::string::npos);
  EXPECT_EQ(answer_to({"ls"}),
            "\"ls\" is no subcommand: did you mean status? (the program: ffsupervisor -- ls)");
}

TEST(MistypedSubcommand, AWordThatIsNoProgramIsAnErrorWithTheNearestOneIfThereIsOne) {
  EXPECT_EQ(answer_to({"ffmeg", "-i", "x", "-f", "null", "-"}),
            "\"ffmeg\" is no subcommand, and no program in PATH: did you mean ffmpeg? (a program: "
            "ffsupervisor -- ffmeg ...)");
  for (const char* word : {"foobar", "strem"}) {
    const std::string answer = answer_to({word, "-i", "x"});
    EXPECT_NE(answer.find("no program in PATH: expected ffmpeg and its words, or a subcommand"),
              std::string::npos)
        << answer;
  }
}

TEST(MistypedSubcommand, WhatMayBeACommandStaysOne) {
  for (const char* word :
       {"ffmpeg", "ffmpeg-7.1", "./stauts", "/x/status", "/x/radio.sh", "cat", "sh"}) {
    EXPECT_EQ(answer_to({word}), "a command") << word;
  }
  EXPECT_EQ(answer_to({"ls", "-l"}), "a command") << "with arguments";
  EXPECT_EQ(answer_to({"--", "stauts"}), "a command") << "as asked for";
  EXPECT_EQ(answer_to({"check", "stauts"}), "a command");
}

}  // namespace
}  // namespace supervisor
