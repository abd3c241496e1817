#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "supervisor/words/shell_lexer.hpp"

namespace supervisor {

// The text of a word that has no variable in it; else empty.
std::string plain_text(const ShellToken& token);

// Words in front of a command that start it, or decide whether it is started: `do`, `exec`.
bool is_leading_word(std::string_view word);

// `$(seq`, with which a list of numbers begins; it stands in listed_values() as seq_mark.
bool begins_seq(const ShellToken& word);
inline constexpr std::string_view seq_mark = "$(seq";

// `1 2 3`, `{1..8}` and `$(seq 1 8`, each value for itself; other words as they are. At most 1000.
std::vector<std::string> listed_values(const std::vector<std::string>& words);

// The body of a `for` loop, from behind its list to its `done`.
class ShellLoop {
 public:
  // `values`: of the variable, one for each round.
  ShellLoop(std::string variable, std::vector<std::string> values)
      : variable_(std::move(variable)), values_(std::move(values)) {}

  // The next token. Returns whether it is the `done` that ends the loop.
  bool take(const ShellToken& token);

  const std::string& variable() const { return variable_; }
  const std::vector<std::string>& values() const { return values_; }
  const std::vector<ShellToken>& body() const { return body_; }

  // The body with `value` in the place of the variable.
  std::vector<ShellToken> round(const std::string& value) const;

  // Its rounds are no more than a configuration holds.
  bool is_bounded() const;

 private:
  std::string variable_;
  std::vector<std::string> values_;
  std::vector<ShellToken> body_;
  bool begins_command_ = true;
  unsigned depth_ = 0;  // of loops in it
};

}  // namespace supervisor
