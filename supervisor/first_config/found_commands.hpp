#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace supervisor {

// An FFmpeg command that was found somewhere.
struct FoundCommand {
  std::vector<std::string> words;  // a variable in them as variable_mark() writes it
  std::string place;               // "line 3", "service camera"; empty: the command line
  std::string name;                // of the service; empty: it has none
};

struct FoundCommands {
  std::vector<FoundCommand> commands;
  std::vector<std::string> volumes;  // of the compose services, as they stand there
  std::vector<std::string> notes;    // what was found and left out, one sentence each; no secret
};

// Nothing can be made of this text. States place and reason.
class NoCommands : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A variable in a word, between two bytes that no text in UTF-8 has.
constexpr char variable_begin = '\xFE';
constexpr char variable_end = '\xFF';
inline std::string variable_mark(std::string_view name) {
  return variable_begin + std::string(name) + variable_end;
}

// FFmpeg, through wrappers too, with something to read and to write. Throws CommandError for one
// that cannot be supervised.
bool is_stream_command(const std::vector<std::string>& words);

// `sh -c SCRIPT`, `bash -ec SCRIPT`: the last word is the script.
bool runs_script(const std::vector<std::string>& words);

// Without an `ffsupervisor [OPTIONS] [--]` in front.
std::vector<std::string> without_supervisor(const std::vector<std::string>& words);

// That an FFmpeg was found at this place and is not taken over.
std::string left_out_note(const std::string& place, const std::string& why);

// Adds the command if it is one, or those of the text that it hands to a shell; a note where it
// cannot be supervised, is left out, or comes without what stood in front of it.
void add_command(FoundCommand command, FoundCommands& found);

}  // namespace supervisor
