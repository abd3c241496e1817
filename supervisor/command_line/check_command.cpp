#include "supervisor/command_line/check_command.hpp"

#include <cerrno>
#include <ostream>
#include <string>
#include <vector>

#include "supervisor/child/executable_search.hpp"
#include "supervisor/config/problems.hpp"
#include "supervisor/ffmpeg/ffmpeg_command.hpp"

namespace supervisor {

namespace {

// What a message is about: "stream radio", "stream radio: fallback".
struct Command {
  std::string whose;
  const std::vector<std::string>& argv;
};

// The launch searches the same way, but perhaps on another machine: a warning only.
void check_program(const Command& command, const std::string& path, std::ostream& err) {
  int error_number = 0;
  const std::string& program = command.argv.front();
  if (find_executable(program, path, error_number)) return;
  err << "warning: " << command.whose << ": " << shown(program) << ": "
      << (error_number == EACCES ? "cannot be executed" : "not found") << " on this machine\n";
}

// Throws ConfigError for a command that cannot be supervised.
void check_supervision(const Command& command, std::ostream& err) {
  try {
    const FfmpegCommand understood(command.argv);
    for (const std::string& warning : understood.warnings()) {
      err << "warning: " << command.whose << ": " << warning << '\n';
    }
  } catch (const CommandError& error) {
    throw ConfigError(command.whose + ": " + error.what());
  }
}

void check_stream(const StreamConfig& stream, const std::string& path, std::ostream& err) {
  std::vector<Command> commands{{"stream " + stream.name, stream.command}};
  if (!stream.fallback.empty()) {
    commands.push_back({"stream " + stream.name + ": fallback", stream.fallback});
  }
  for (const Command& command : commands) {
    check_supervision(command, err);
    check_program(command, path, err);
  }
}

}  // namespace

int run_check(const Options& options, const Environment& environment, std::ostream& out,
              std::ostream& err) {
  try {
    const Config config = load_config(options, environment);
    const std::string path = environment("PATH").value_or("/bin:/usr/bin");  // as execvp does
    for (const std::string& warning : config.warnings) err << "warning: " << warning << '\n';
    for (const StreamConfig& stream : config.streams) check_stream(stream, path, err);
    if (!config.alerts.command.empty()) {
      check_program({"alerts.command", config.alerts.command}, path, err);
    }
    out << print_config(config) << std::flush;
    return 0;
  } catch (const ConfigError& error) {
    err << "ffsupervisor: " << error.what() << '\n';
    return 2;
  }
}

}  // namespace supervisor
