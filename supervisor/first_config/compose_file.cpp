#include "supervisor/first_config/compose_file.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <yaml-cpp/yaml.h>

#include "supervisor/config/yaml_hint.hpp"
#include "supervisor/first_config/line_words.hpp"
#include "supervisor/first_config/shell_script.hpp"
#include "supervisor/words/shell_lexer.hpp"

namespace supervisor {

namespace {

using std::string_view;
using Words = std::vector<std::string>;

// `$$` is compose's own way to write a `$`.
std::string without_doubled_dollars(std::string text) {
  for (std::size_t at = 0; (at = text.find("$$", at)) != std::string::npos; ++at) text.erase(at, 1);
  return text;
}

// `${NAME}`, `$NAME` and `${NAME:-text}` are put in by compose; nothing else is.
std::string interpolated(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == '`') quoted += '\\';
    quoted += c;
  }
  quoted += '"';
  std::string result;
  for (const ShellToken& token : read_shell_tokens(quoted)) {
    for (const ShellPart& part : token.parts) {
      if (part.kind == ShellPart::Kind::text) result += part.text;
      if (part.kind == ShellPart::Kind::substitution) result += part.written;
      if (part.kind == ShellPart::Kind::variable)
        result += part.otherwise ? *part.otherwise : variable_mark(part.text);
    }
  }
  return result;
}

// Of a list each element; `script`: the text behind `sh -c`, with its variables as they stand.
Words words_of(const YAML::Node& node, std::string& script) {
  if (!node || node.IsNull()) return {};
  if (node.IsScalar()) return words_of_line(without_doubled_dollars(node.Scalar()));
  Words words;
  if (!node.IsSequence()) return words;
  for (const YAML::Node& item : node) {
    if (!item.IsScalar()) continue;
    script = without_doubled_dollars(item.Scalar());
    words.push_back(interpolated(script));
  }
  return words;
}

void add_once(const std::string& text, Words& list) {
  if (std::ranges::find(list, text) == list.end()) list.push_back(text);
}

// What else FFmpeg had in its container, and needs in the next one.
void keep_surroundings(const std::string& name, const YAML::Node& service, FoundCommands& found) {
  for (const YAML::Node& volume : service["volumes"]) {
    if (volume.IsScalar()) add_once(volume.Scalar(), found.volumes);
  }
  std::string left_out;
  for (const char* key : {"devices", "networks", "network_mode", "extra_hosts", "env_file",
                          "group_add", "user", "deploy", "runtime", "cap_add"}) {
    if (service[key]) left_out += (left_out.empty() ? "" : ", ") + std::string(key);
  }
  for (const YAML::Node& volume : service["volumes"]) {
    if (volume.IsMap())
      add_once("service " + name +
                   ": a volume with type and source is not taken "
                   "over: add it to the new service",
               found.notes);
  }
  if (!left_out.empty())
    found.notes.push_back("service " + name + ": " + left_out +
                          ": not taken over: add what FFmpeg needs of it to the new service");
}

void add_all(FoundCommands more, const std::string& name, const YAML::Node& service,
             FoundCommands& found) {
  if (!more.commands.empty()) keep_surroundings(name, service, found);
  for (FoundCommand& command : more.commands) {
    command.name = name;
    found.commands.push_back(std::move(command));
  }
  found.notes.insert(found.notes.end(), more.notes.begin(), more.notes.end());
}

// What an image starts where the service names no program.
std::string program_of_image(const YAML::Node& image) {
  const bool is_ours =
      image && image.IsScalar() && image.Scalar().find("ffsupervisor") != std::string::npos;
  return is_ours ? "ffsupervisor" : "ffmpeg";
}

void read_service(const std::string& name, const YAML::Node& service, FoundCommands& found) {
  if (!service.IsMap()) return;
  const std::string place = "service " + name;
  std::string script;
  Words words = words_of(service["entrypoint"], script);
  for (std::string& word : words_of(service["command"], script)) words.push_back(std::move(word));
  if (runs_script(words)) {
    if (script.empty()) script = words.back();
    return add_all(commands_of_script(script, place), name, service, found);
  }
  const bool has_program = !words.empty() && !words.front().starts_with('-');
  if (!has_program) words.insert(words.begin(), program_of_image(service["image"]));
  FoundCommands one;
  add_command({words, place, name}, one);
  add_all(std::move(one), name, service, found);
}

}  // namespace

bool is_compose_file(string_view text) {
  constexpr string_view key = "services:";
  if (text.starts_with(key)) return true;
  const std::string line = "\n" + std::string(key);
  return text.find(line) != string_view::npos;
}

FoundCommands commands_of_compose(string_view text) {
  FoundCommands found;
  try {
    const YAML::Node root = YAML::Load(std::string(text));
    const YAML::Node services = root["services"];
    if (!services.IsMap()) return found;
    for (const auto& service : services)
      read_service(service.first.as<std::string>(), service.second, found);
  } catch (const YAML::Exception& error) {
    const int line = error.mark.is_null() ? 1 : error.mark.line + 1;
    throw NoCommands("line " + std::to_string(line) + ": not valid YAML: " + error.msg + ": " +
                     yaml_hint(text));
  } catch (const ShellSyntaxError& error) {
    throw NoCommands(std::string("a command of one line: ") + error.what());
  }
  return found;
}

}  // namespace supervisor
