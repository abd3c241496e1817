#include "supervisor/first_config/line_words.hpp"

#include <utility>

#include "supervisor/first_config/found_commands.hpp"
#include "supervisor/words/shell_lexer.hpp"

namespace supervisor {

std::vector<std::string> words_of_line(const std::string& line) {
  std::vector<std::string> words;
  for (const ShellToken& token : read_shell_tokens(line, ShellSigns::ordinary)) {
    if (!token.sign.empty()) continue;  // a line end
    std::string word;
    for (const ShellPart& part : token.parts) {
      if (part.kind == ShellPart::Kind::variable) {
        word += part.otherwise ? *part.otherwise : variable_mark(part.text);
      } else {
        word += part.kind == ShellPart::Kind::text ? part.text : part.written;
      }
    }
    words.push_back(std::move(word));
  }
  return words;
}

}  // namespace supervisor
