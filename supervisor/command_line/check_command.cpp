#include "supervisor/command_line/check_command.hpp"

#include <cerrno>
#include <ostream>

#include "supervisor/child/executable_search.hpp"
#include "supervisor/config/problems.hpp"
#include "supervisor/ffmpeg/ffmpeg_command.hpp"

namespace supervisor {

namespace {

// The launch searches the same way, but perhaps on another machine: a warning only.
void check_program(const StreamConfig& stream, const std::string& path, std::ostream& err) {
  int error_number = 0;
  if (find_executable(stream.command.front(), path, error_number)) return;
  err << "warning: stream " << stream.name << ": " << shown(stream.command.front()) << ": "
      << (error_number == EACCES ? "cannot be executed" : "not found") << " on this machine\n";
}

// The warnings of one stream's command. Throws ConfigError for one that cannot be supervised.
void check_stream(const StreamConfig& stream, std::ostream& err) {
  try {
    const FfmpegCommand command(stream.command);
    for (const std::string& warning : command.warnings()) {
      err << "warning: stream " << stream.name << ": " << warning << '\n';
    }
  } catch (const CommandError& error) {
    throw ConfigError("stream " + stream.name + ": " + error.what());
  }
}

}  // namespace

int run_check(const Options& options, const Environment& environment, std::ostream& out,
              std::ostream& err) {
  try {
    const Config config = load_config(options, environment);
    const std::string path = environment("PATH").value_or("/bin:/usr/bin");  // as execvp does
    for (const std::string& warning : config.warnings) err << "warning: " << warning << '\n';
    for (const StreamConfig& stream : config.streams) {
      check_stream(stream, err);
      check_program(stream, path, err);
    }
    out << print_config(config) << std::flush;
    return 0;
  } catch (const ConfigError& error) {
    err << "ffsupervisor: " << error.what() << '\n';
    return 2;
  }
}

}  // namespace supervisor
