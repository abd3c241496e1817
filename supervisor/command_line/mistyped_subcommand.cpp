#include "supervisor/command_line/mistyped_subcommand.hpp"

#include "supervisor/child/executable_search.hpp"
#include "supervisor/command_line/command_words.hpp"
#include "supervisor/config/problems.hpp"

namespace supervisor {

namespace {

std::string meant(const std::string& word) {
  if (word == "help" || word == "version") return "--" + word;
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
  if (near.empty() || find_executable(word, path, error_number)) return;
  throw UsageError(shown(word) + " is no subcommand, and no program in PATH: did you mean " + near +
                   "? (a program: ffsupervisor -- " + word + " ...)");
}

}  // namespace supervisor
