#include "supervisor/command_line/running_instance.hpp"

#include <fstream>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "supervisor/ffmpeg/launch_wrapper.hpp"

namespace supervisor {

namespace {

constexpr std::size_t longest_file = 4 * 1024 * 1024;  // Linux: arguments and environment end there

// The texts of a file in which each ends with a NUL.
std::vector<std::string> texts_in(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<std::string> texts;
  std::size_t size = 0;
  for (std::string text; size < longest_file && std::getline(file, text, '\0');) {
    size += text.size() + 1;
    texts.push_back(std::move(text));
  }
  return texts;
}

std::optional<Options> options_of(const std::string& process) {
  const std::vector<std::string> words = texts_in(process + "/cmdline");
  if (words.empty() || base_name(words.front()) != "ffsupervisor") return std::nullopt;
  std::vector<const char*> argv;
  for (const std::string& word : words) argv.push_back(word.c_str());
  try {
    Options options = parse_options(static_cast<int>(argv.size()), argv.data());
    if (options.mode == Options::Mode::run) return options;
  } catch (const UsageError&) {
    // It is about to end with this very error.
  }
  return std::nullopt;
}

// Empty where it may not be read.
Environment environment_of(const std::string& process) {
  std::map<std::string, std::string> variables;
  for (const std::string& text : texts_in(process + "/environ")) {
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos) variables[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return [variables = std::move(variables)](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

std::vector<std::string> children_of_first(const std::string& proc) {
  std::ifstream file(proc + "/1/task/1/children");
  return {std::istream_iterator<std::string>(file), std::istream_iterator<std::string>()};
}

}  // namespace

std::optional<RunningInstance> find_running_instance(const std::string& proc) {
  std::string process = proc + "/1";
  std::optional<Options> options = options_of(process);
  if (!options) {
    const std::vector<std::string> children = children_of_first(proc);
    if (children.size() != 1) return std::nullopt;
    process = proc + '/' + children.front();
    options = options_of(process);
  }
  if (!options) return std::nullopt;
  return RunningInstance{std::move(*options), environment_of(process)};
}

}  // namespace supervisor
