#include "supervisor/command_line/check_command.hpp"

#include <cerrno>
#include <filesystem>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "http/listener.hpp"
#include "supervisor/child/descriptor_limit.hpp"
#include "supervisor/child/executable_search.hpp"
#include "supervisor/command_line/explanation.hpp"
#include "supervisor/config/config_secrets.hpp"
#include "supervisor/config/print.hpp"
#include "supervisor/config/problems.hpp"
#include "supervisor/ffmpeg/ffmpeg_command.hpp"
#include "supervisor/ffmpeg/local_inputs.hpp"
#include "supervisor/hold/ask_held.hpp"
#include "supervisor/secrets/secrets.hpp"
#include "supervisor/stream/command_mistakes.hpp"
#include "supervisor/stream/command_warnings.hpp"
#include "supervisor/stream/stream_parts.hpp"

namespace supervisor {

namespace {

// What a message is about: "stream radio", "stream radio: fallback".
struct Command {
  std::string whose;
  const std::vector<std::string>& argv;
};

// Warnings quote the command: what is secret in it is masked, as everywhere. They are told behind
// the configuration, where they are seen.
class Warnings {
 public:
  void learn(const Config& config) { learn_secrets(config, secrets_); }
  void add(const std::string& text) { warnings_.push_back(secrets_.mask(text)); }
  std::string masked(const std::string& text) const { return secrets_.mask(text); }

  void tell(std::ostream& err) const {
    for (const std::string& warning : warnings_) err << "warning: " << warning << '\n';
  }
  std::size_t count() const { return warnings_.size(); }

 private:
  Secrets secrets_;
  std::vector<std::string> warnings_;
};

// The launch searches the same way, but perhaps on another machine: a warning only.
void check_program(const Command& command, const std::string& path, Warnings& warnings) {
  int error_number = 0;
  const std::string& program = command.argv.front();
  if (find_executable(program, path, error_number)) return;
  warnings.add(command.whose + ": " + shown(program) + ": " +
               (error_number == EACCES ? "cannot be executed" : "not found") + " on this machine");
}

// FFmpeg may run on another machine, in another folder, or the file may come: a warning only.
void check_files(const Command& command, Warnings& warnings) {
  namespace fs = std::filesystem;
  const FfmpegCommand parsed(command.argv);
  if (!misread_words(parsed).empty()) return;  // which words are files is not known
  for (const std::string& path : local_inputs(parsed)) {
    std::error_code error;
    const bool is_missing = fs::status(path, error).type() == fs::file_type::not_found;
    if (!is_missing || monitor::probes::is_file_pattern(path)) continue;
    const fs::path folder = (fs::current_path(error) / path).lexically_normal().parent_path();
    warnings.add(command.whose + ": the input file " + shown(path) + " is not there; looked in " +
                 shown(folder.string()) +
                 ". Write its absolute path, and mount it where FFmpeg runs in a container");
  }
}

// Throws ConfigError for a command that cannot be supervised.
void check_supervision(const Command& command, const StreamConfig& stream, Warnings& warnings) {
  try {
    for (const std::string& warning : command_warnings(FfmpegCommand(command.argv), stream))
      warnings.add(command.whose + ": " + warning);
  } catch (const CommandError& error) {
    throw ConfigError(warnings.masked(command.whose + ": " + error.what()));
  }
}

void check_stream(const StreamConfig& stream, const std::string& path, Warnings& warnings) {
  std::vector<Command> commands{{"stream " + stream.name, stream.command}};
  if (!stream.fallback.empty()) {
    commands.push_back({"stream " + stream.name + ": fallback", stream.fallback});
  }
  for (const Command& command : commands) {
    check_supervision(command, stream, warnings);
    check_files(command, warnings);
    check_program(command, path, warnings);
  }
  for (const std::string& mistake : output_mistakes(stream))
    warnings.add("stream " + stream.name + ": " + mistake);
}

// A running instance of this very configuration has it as well: only the flag makes it an error.
void check_address(const Config& config, bool is_required, Warnings& warnings) {
  try {
    boost::asio::io_context context;
    http::listen_on(context, config.http);
  } catch (const std::runtime_error& error) {
    if (is_required) throw ConfigError(error.what());
    warnings.add(std::string(error.what()) +
                 "; the streams would run without metrics and health until it is free");
  }
}

// Taken apart as at the start. Returns how many FFmpegs may run at once.
std::size_t check_held(Config& config) {
  ask_held(config);
  const Secrets secrets;  // nothing of it is printed
  std::size_t children = 0;
  for (const StreamConfig& stream : config.streams) {
    children += stream.hold ? make_stream_parts(stream, {}, secrets).children_at_most() : 1;
  }
  return children;
}

void explain_streams(const Config& config, std::ostream& out) {
  const Secrets secrets;  // only facts of the commands are printed
  for (const StreamConfig& stream : config.streams) {
    explain(stream.name, make_stream_parts(stream, {}, secrets).setup(), out);
  }
}

std::string counted(std::size_t count, const std::string& word) {
  return std::to_string(count) + ' ' + word + (count == 1 ? "" : "s");
}

void print(const Config& config, const Options& options, std::ostream& out) {
  if (options.explain) return explain_streams(config, out);
  if (options.quiet) return;
  out << (options.changed ? print_changes(config) : print_config(config));
}

void check_all(const Options& options, const Environment& environment, std::ostream& out,
               Warnings& warnings, std::string& summary) {
  Config config = load_config(options, environment);
  warnings.learn(config);
  const std::string path = environment("PATH").value_or("/bin:/usr/bin");  // as execvp does
  for (const std::string& warning : config.warnings) warnings.add(warning);
  for (const StreamConfig& stream : config.streams) check_stream(stream, path, warnings);
  if (!config.alerts.command.empty()) {
    check_program({"alerts.command", config.alerts.command}, path, warnings);
  }
  check_address(config, options.require_listen, warnings);
  const std::size_t children = check_held(config);
  const auto few = descriptor_warning(hard_descriptor_limit(), config.streams.size(), children);
  if (few) warnings.add(*few);
  print(config, options, out);
  summary = "OK: " + counted(config.streams.size(), "stream") + ", " +
            counted(warnings.count(), "warning");
}

}  // namespace

int run_check(const Options& options, const Environment& environment, std::ostream& out,
              std::ostream& err) {
  Warnings warnings;
  std::string wrong, summary;
  try {
    check_all(options, environment, out, warnings, summary);
  } catch (const ConfigError& error) {
    wrong = error.what();
  } catch (const CommandError& error) {
    wrong = error.what();
  }
  out << std::flush;
  warnings.tell(err);
  err << (wrong.empty() ? summary : "ffsupervisor: " + wrong) << '\n';
  return wrong.empty() ? 0 : 2;
}

}  // namespace supervisor
