#include "supervisor/command_line/init_command.hpp"

#include <iostream>
#include <iterator>
#include <ostream>
#include <string>

#include <unistd.h>

#include "supervisor/config/config.hpp"
#include "supervisor/config/load.hpp"
#include "supervisor/config/settings.hpp"
#include "supervisor/config/streams_section.hpp"
#include "supervisor/config/values.hpp"
#include "supervisor/ffmpeg/ffmpeg_command.hpp"
#include "supervisor/first_config/compose_file.hpp"
#include "supervisor/first_config/config_text.hpp"
#include "supervisor/first_config/found_commands.hpp"
#include "supervisor/first_config/shell_script.hpp"
#include "supervisor/first_config/unit_file.hpp"

namespace supervisor {

namespace {

constexpr std::size_t input_max = 1024 * 1024;

constexpr const char* usage =
    "expected a command: ffsupervisor init -- ffmpeg …, or a shell script, a compose file or a "
    "systemd unit on stdin: ffsupervisor init < FILE";

bool is_text(const std::string& text) {
  return text.find_first_of(std::string{'\0', variable_begin, variable_end}) == std::string::npos;
}

std::string whole_of(std::istream& in) {
  std::string text;
  for (char c; text.size() <= input_max && in.get(c);) text += c;
  if (text.size() > input_max) throw NoCommands("stdin: more than 1 MiB, expected a script");
  if (!is_text(text)) throw NoCommands("stdin: found bytes that are no text in UTF-8");
  return text;
}

FoundCommands commands_of(const Options& options, std::istream& in) {
  if (!options.command.empty()) {
    for (const std::string& word : options.command) {
      if (!is_text(word)) throw NoCommands("the command holds bytes that are no text in UTF-8");
    }
    if (runs_script(options.command)) return commands_of_script(options.command.back());
    FoundCommands found;
    add_command({options.command, {}, {}}, found);
    return found;
  }
  if (&in == &std::cin && isatty(STDIN_FILENO) != 0) throw NoCommands(usage);
  const std::string text = whole_of(in);
  if (is_compose_file(text)) return commands_of_compose(text);
  return is_unit_file(text) ? commands_of_unit(text) : commands_of_script(text);
}

void require_commands(const FoundCommands& found, const Options& options) {
  const std::size_t count = found.commands.size();
  if (count == 0 && options.command.empty())
    throw NoCommands(std::string("no FFmpeg command with an input and an output was found; ") +
                     usage);
  if (count == 0 && options.command.size() == 1)
    throw NoCommands(
        "no FFmpeg was found in the command; a script or a compose file is read from "
        "stdin: ffsupervisor init < FILE");
  if (count == 0)
    throw NoCommands(
        "no FFmpeg with an input and an output was found in the command, expected "
        "words such as ffmpeg -i INPUT … OUTPUT");
  if (count > streams_max)
    throw NoCommands("found " + std::to_string(count) + " commands, expected at most " +
                     std::to_string(streams_max));
  if (count > 1 && options.name)
    throw NoCommands("--name is for one command, found " + std::to_string(count));
}

// What is printed has to be taken.
void require_valid(const std::string& text) {
  try {
    Config config;
    read_yaml_text(text, "the configuration", config, [](const char*) { return "set later"; });
  } catch (const ConfigError& error) {
    throw NoCommands(std::string("the command fits in no configuration: ") + error.what());
  }
}

}  // namespace

int run_init(const Options& options, std::istream& in, std::ostream& out, std::ostream& err) {
  try {
    if (options.name) read_stream_name(*options.name);
    const FoundCommands found = commands_of(options, in);
    for (const std::string& note : found.notes) err << "warning: " << note << '\n';
    require_commands(found, options);
    const std::string text = config_text(found, options.name);
    require_valid(text);
    out << text << std::flush;
    return 0;
  } catch (const NoCommands& error) {
    err << "ffsupervisor: init: " << error.what() << '\n';
  } catch (const Unexpected& error) {
    err << "ffsupervisor: init: --name: " << error.what() << '\n';
  }
  return 2;
}

}  // namespace supervisor
