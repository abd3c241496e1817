#include "supervisor/command_line/mistyped_subcommand.hpp"

#include <cerrno>

#include "supervisor/child/executable_search.hpp"
#include "supervisor/command_line/command_words.hpp"
#include "supervisor/config/problems.hpp"

namespace supervisor {

namespace {

constexpr std::string_view ffmpeg = "ffmpeg";

// What other programs call it.
constexpr std::pair<std::string_view, std::string_view> synonyms[] = {{"help", "--help"},
                                                                      {"version", "--version"},
                                                                      {"test-alert", "alert-test"},
                                                                      {"test-alerts", "alert-test"},
                                                                      {"validate", "check"},
                                                                      {"config", "check"},
                                                                      {"verify", "check"},
                                                                      {"list", "status"},
                                                                      {"ls", "status"},
                                                                      {"ps", "status"},
                                                                      {"show", "status"},
                                                                      {"top", "status --watch"},
                                                                      {"monitor", "status --watch"},
                                                                      {"tail", "logs -f"},
                                                                      {"log", "logs"},
                                                                      {"health", "healthcheck"},
                                                                      {"generate", "init"},
                                                                      {"kill", "stop"}};

std::string synonym_of(std::string_view word) {
  for (const auto& [other, ours] : synonyms) {
    if (other == word) return std::string(ours);
  }
  return {};
}

std::string meant(const std::string& word) {
  const std::string ours = synonym_of(word);
  if (!ours.empty()) return ours;
  std::vector<std::string_view> words;
  for (const Subcommand& subcommand : subcommands()) words.push_back(subcommand.word);
  words.push_back(ffmpeg);
  return std::string(closest_name(word, words));
}

// `ffmpeg-7`, in no directory now: it may come, and the command's exit code says that it is
// missing.
bool may_be_ffmpeg(const std::string& word) {
  return word.starts_with(ffmpeg);
}

std::string unknown_word(const std::string& word, const std::string& near) {
  const std::string text = shown(word) + " is no subcommand, and no program in PATH: ";
  const std::string as_program = " (a program: ffsupervisor -- " + word + " ...)";
  if (!near.empty()) return text + "did you mean " + near + '?' + as_program;
  return text + "expected ffmpeg and its words, or a subcommand (ffsupervisor --help)" + as_program;
}

}  // namespace

void refuse_mistyped_subcommand(const Options& options, const std::string& path) {
  if (options.mode != Options::Mode::run || options.is_marked || options.command.empty()) return;
  const std::string& word = options.command.front();
  if (word.find('/') != std::string::npos) return;
  const std::string near = meant(word);
  int error_number = 0;
  const bool is_program = find_executable(word, path, error_number).has_value();
  // `top`, `ps`: nobody keeps these on air.
  const bool is_alone = options.command.size() == 1 && !synonym_of(word).empty();
  if (is_program && !(is_alone && !near.empty())) return;
  if (is_program) {
    throw UsageError(shown(word) + " is no subcommand: did you mean " + near +
                     "? (the program: ffsupervisor -- " + word + ")");
  }
  if (error_number == EACCES || may_be_ffmpeg(word)) return;  // the launch says what is wrong
  throw UsageError(unknown_word(word, near));
}

}  // namespace supervisor
