#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace supervisor {

// What a command of one line cannot have. The text states what was found, where, and what to write
// instead; nothing of the command but signs and names of variables, as it may hold a secret.
class CommandTextError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The words of a command that is written as one line, as in a shell: blanks separate them, quotes
// and backslashes hold them together, a `#` begins a comment. A backslash in front of a word
// continues a line. No shell reads it: what one would
// expand or run throws CommandTextError.
std::vector<std::string> words_of_command_line(std::string_view text);
// The same of a line that has no program in front.
std::vector<std::string> words_of_arguments(std::string_view text);

}  // namespace supervisor
