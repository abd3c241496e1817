// Help, manual and completion say what the parser takes: all of it, and nothing else.
#include "supervisor/command_line/command_words.hpp"

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "supervisor/command_line/help_text.hpp"
#include "tests/paths.hpp"

namespace supervisor {
namespace {

using Words = std::set<std::string>;
using Mode = Options::Mode;

Words all_options() {
  Words all;
  const auto add = [&](Mode mode) {
    for (const std::string_view option : options_of(mode)) all.emplace(option);
  };
  add(Mode::run);
  for (const Subcommand& subcommand : subcommands()) add(subcommand.mode);
  return all;
}

Words all_subcommands() {
  Words all;
  for (const Subcommand& subcommand : subcommands()) all.emplace(subcommand.word);
  return all;
}

Words matches(const std::string& text, const std::string& pattern) {
  const std::regex shape(pattern);
  Words found;
  for (std::sregex_iterator at(text.begin(), text.end(), shape), end; at != end; ++at) {
    found.insert((*at)[1]);
  }
  return found;
}

std::string file(const std::string& path) {
  std::ifstream stream(paths::in_repository(path));
  EXPECT_TRUE(stream) << path;
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

// What bash offers behind these words.
Words completed(const std::string& words) {
  const std::string script = paths::in_repository("etc/bash-completion/ffsupervisor");
  const std::string command = "bash -c '. \"" + script + "\"; COMP_WORDS=(ffsupervisor " + words +
                              " \"\"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _ffsupervisor; "
                              "echo \"${COMPREPLY[@]}\"'";
  FILE* const pipe = popen(command.c_str(), "re");
  std::string text;
  std::array<char, 4096> bytes{};
  for (std::size_t count = 0; (count = fread(bytes.data(), 1, bytes.size(), pipe)) > 0;) {
    text.append(bytes.data(), count);
  }
  pclose(pipe);
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), std::istream_iterator<std::string>()};
}

// "restart|stop|start" counts for each.
Words subcommands_called(const std::string& text, const std::string& pattern) {
  Words found;
  for (const std::string& group : matches(text, pattern)) {
    std::istringstream words(group);
    for (std::string word; std::getline(words, word, '|');) found.insert(word);
  }
  return found;
}

TEST(CommandWords, HelpNamesWhatTheParserTakesAndNothingElse) {
  const std::string help = help_text();
  Words options = matches(help, R"((?:^|[\s(\[])(--?[a-z][a-z-]*))");
  options.erase("-i");  // FFmpeg's, in an example
  EXPECT_EQ(options, all_options());
  EXPECT_EQ(subcommands_called(help, R"(\n  ffsupervisor ([a-z|-]+))"), all_subcommands());
  EXPECT_EQ(subcommands_called(usage_text(), R"(ffsupervisor ([a-z]+\|[a-z|-]+))"),
            all_subcommands());
}

// Its other parts are made of the help's.
TEST(CommandWords, TheManualsSynopsisCallsEverySubcommand) {
  std::string page = file("etc/man/ffsupervisor.1.in");
  page = page.substr(0, page.find(".SH DESCRIPTION"));
  Words called = matches(page, R"(\n\.B ffsupervisor ([a-z-]+))");
  called.merge(matches(page, R"(\n\.BR ([a-z]+) \| stop \| start)"));
  for (const char* word : {"stop", "start"}) {
    if (page.find(std::string(" | ") + word) != std::string::npos) called.insert(word);
  }
  EXPECT_EQ(called, all_subcommands());
  const Words known = all_options();
  for (std::string option : matches(page, R"((\\-\\-?[a-z\\-]+))")) {
    std::erase(option, '\\');
    EXPECT_TRUE(option == "--" || known.contains(option)) << option;
  }
}

TEST(CommandWords, TheCompletionOffersWhatTheParserTakesAndNothingElse) {
  Words first = completed("");
  for (const std::string& word : all_subcommands()) {
    EXPECT_EQ(first.erase(word), 1U) << word;
    const Subcommand* const subcommand = find_subcommand(word);
    Words options;
    for (const std::string_view option : options_of(subcommand->mode)) options.emplace(option);
    options.erase("-h");
    Words offered = completed(word);
    std::erase_if(offered, [](const std::string& each) { return !each.starts_with('-'); });
    EXPECT_EQ(offered, options) << word;
  }
  Words options{"ffmpeg"};
  for (const std::string_view option : options_of(Mode::run)) options.emplace(option);
  options.erase("-h");
  EXPECT_EQ(first, options);
}

}  // namespace
}  // namespace supervisor
