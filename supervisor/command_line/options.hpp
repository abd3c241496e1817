#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace supervisor {

// The parsed command line; nothing is read or checked against the machine yet.
struct Options {
  enum class Mode : std::uint8_t {
    run,
    check,
    init,
    alert_test,
    status,
    logs,
    restart,
    stop,
    start,
    reload,
    healthcheck,
    help,
    version
  };
  Mode mode = Mode::run;

  std::optional<std::string> config_file;
  std::optional<std::string> name;
  std::optional<std::string> listen;
  bool require_listen = false;
  bool hold = false;
  bool explain = false;  // check
  bool quiet = false;    // check
  bool changed = false;  // check
  std::optional<std::string> log_format;
  std::optional<std::string> log_level;
  std::vector<std::string>
      command;  // everything from the first word that is no option, or after `--`

  bool is_marked = false;  // … after `--`: it is a command, whatever it looks like

  // what asks a running instance
  std::optional<std::string> url;
  std::optional<std::string> token_file;
  std::optional<std::string> stream;  // status, logs, restart, stop, start
  bool json = false;                  // status, logs
  bool watch = false;                 // status
  bool follow = false;                // logs
  std::string probe = "readiness";    // or "liveness"

  std::string help;  // mode help: the text to print
};

// The command line cannot be taken; the text states what was wrong and what was expected.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Throws UsageError.
// The command is everything from the first argument that is neither an option of ours nor its
// value: options behind it belong to FFmpeg. A subcommand is one only as the first argument.
Options parse_options(int argc, const char* const* argv);

}  // namespace supervisor
