#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace supervisor {

// A quote, or a `${`, that is never closed. `at`: its offset in the text.
class ShellSyntaxError : public std::runtime_error {
 public:
  ShellSyntaxError(const std::string& what, std::size_t where)
      : std::runtime_error(what), at(where) {}
  std::size_t at;
};

// A piece of a word, quotes and backslashes taken off.
struct ShellPart {
  enum class Kind : std::uint8_t {
    text,
    variable,      // `$NAME`, `${NAME…}`, and `~` in front of a path, which is $HOME
    substitution,  // `$(…)`, a backtick: what a shell would run
  };
  Kind kind;
  std::string text;     // of a variable its name
  std::string written;  // of a variable or a substitution: its beginning as it stands there
  std::size_t at;       // its offset
  bool is_quoted;       // between double quotes: a variable there is one word
  std::optional<std::string> otherwise = {};  // `text` of `${NAME:-text}`
};

struct ShellToken {
  std::string sign;              // `|`, `&&`, `>`, `;`, a line end …; empty: a word
  std::vector<ShellPart> parts;  // of a word
  std::size_t at;                // offset of its first character
};

// `|`, `&`, `>` and the like: of the shell, or as any other character, as where compose splits a
// line into words.
enum class ShellSigns : std::uint8_t { separate, ordinary };

// Of the name of a variable: its first character, and the others.
bool is_variable_start(char c);
bool is_variable_char(char c);

// A text as a POSIX shell reads it: words, quotes, backslashes, comments, signs. Nothing is
// expanded or run. `{env: NAME}` and `{file: PATH}` stay in one word, blanks included. Comments and
// lines continued by a backslash are gone. Throws ShellSyntaxError.
std::vector<ShellToken> read_shell_tokens(std::string_view text,
                                          ShellSigns signs = ShellSigns::separate);

}  // namespace supervisor
