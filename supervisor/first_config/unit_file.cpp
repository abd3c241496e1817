#include "supervisor/first_config/unit_file.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "monitor/text/ascii.hpp"
#include "supervisor/first_config/line_words.hpp"
#include "supervisor/first_config/shell_script.hpp"
#include "supervisor/words/shell_lexer.hpp"

namespace supervisor {

namespace {

using std::string_view;
using Words = std::vector<std::string>;

struct UnitLine {
  std::string text;
  int number;  // of its first line in the file
};

bool is_comment(string_view line) {
  return line.starts_with('#') || line.starts_with(';');
}

// Without comments; what a backslash continues is one line.
std::vector<UnitLine> lines_of(string_view text) {
  std::vector<UnitLine> lines;
  bool is_continued = false;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    string_view line = monitor::trimmed(text.substr(0, end), " \t\r");
    text.remove_prefix(std::min(end + 1, text.size()));
    if (is_comment(line)) continue;  // between continued lines, too
    const bool continues = line.ends_with('\\');
    if (continues) line.remove_suffix(1);
    if (!is_continued) lines.push_back({{}, number});
    lines.back().text.append(line).append(continues ? " " : "");
    is_continued = continues;
  }
  return lines;
}

// `%i`, which only systemd knows; `%%` is a percent sign. Empty: there is none.
std::string specifier_in(string_view text) {
  for (std::size_t at = 0; (at = text.find('%', at)) != string_view::npos; at += 2) {
    if (text.substr(at + 1, 1) != "%") return std::string(text.substr(at, 2));
  }
  return {};
}

std::string with_single(std::string text, string_view doubled) {
  for (std::size_t at = 0; (at = text.find(doubled, at)) != std::string::npos; ++at)
    text.erase(at, 1);
  return text;
}

using Environment = std::map<std::string, std::string>;

void set_variables(const std::string& line, Environment& environment) {
  for (const std::string& word : words_of_line(line)) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos) continue;
    environment[word.substr(0, equals)] = with_single(word.substr(equals + 1), "%%");
  }
}

std::string with_variables(std::string word, const Environment& environment) {
  for (const auto& [name, text] : environment) {
    const std::string mark = variable_mark(name);
    for (std::size_t at = 0; (at = word.find(mark, at)) != std::string::npos; at += text.size())
      word.replace(at, mark.size(), text);
  }
  return word;
}

void read_command(const UnitLine& line, string_view value, const Environment& environment,
                  FoundCommands& found) {
  const std::string place = "line " + std::to_string(line.number);
  value.remove_prefix(std::min(value.find_first_not_of("-@:+! \t"), value.size()));
  if (const std::string specifier = specifier_in(value); !specifier.empty()) {
    found.notes.push_back(place + ": this command was left out: what " + specifier +
                          " stands for is known only to systemd");
    return;
  }
  Words words;
  for (const std::string& word : words_of_line(with_single(std::string(value), "%%")))
    words.push_back(with_variables(with_single(word, "$$"), environment));
  if (runs_script(words)) {
    FoundCommands more = commands_of_script(words.back(), place);
    for (FoundCommand& command : more.commands) found.commands.push_back(std::move(command));
    found.notes.insert(found.notes.end(), more.notes.begin(), more.notes.end());
    return;
  }
  add_command({std::move(words), place, {}}, found);
}

}  // namespace

bool is_unit_file(string_view text) {
  return ("\n" + std::string(text)).find("\n[Service]") != std::string::npos;
}

FoundCommands commands_of_unit(string_view text) {
  FoundCommands found;
  Environment environment;
  for (const UnitLine& line : lines_of(text)) {
    const std::size_t equals = line.text.find('=');
    if (equals == std::string::npos) continue;
    const string_view key = monitor::trimmed(string_view(line.text).substr(0, equals), " \t");
    const string_view value = monitor::trimmed(string_view(line.text).substr(equals + 1), " \t");
    try {
      if (key == "Environment") set_variables(std::string(value), environment);
      if (key == "ExecStart") read_command(line, value, environment, found);
    } catch (const ShellSyntaxError& error) {
      throw NoCommands("line " + std::to_string(line.number) + ": " + error.what());
    }
  }
  return found;
}

}  // namespace supervisor
