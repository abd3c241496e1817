#include "supervisor/command_line/mistyped_subcommand.hpp"

#include "supervisor/child/executable_search.hpp"
#include "supervisor/command_line/command_words.hpp"
#include "supervisor/config/problems.hpp"

namespace supervisor {

namespace {

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
  return std::string(closest_name(word, words));
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
  if (near.empty() || (is_program && !is_alone)) return;
  if (is_program) {
    throw UsageError(shown(word) + " is no subcommand: did you mean " + near +
                     "? (the program: ffsupervisor -- " + word + ")");
  }
  throw UsageError(shown(word) + " is no subcommand, and no program in PATH: did you mean " + near +
                   "? (a program: ffsupervisor -- " + word + " ...)");
}

}  // namespace supervisor
