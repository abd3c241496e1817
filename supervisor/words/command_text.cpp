#include "supervisor/words/command_text.hpp"

#include <cstddef>
#include <utility>

#include "supervisor/words/shell_lexer.hpp"

namespace supervisor {

namespace {

std::string place_of(std::size_t at, std::size_t words) {
  return "at character " + std::to_string(at + 1) + ", behind " + std::to_string(words) +
         (words == 1 ? " word" : " words");
}

[[noreturn]] void refuse_sign(const ShellToken& token, std::size_t words) {
  const std::string found = "found " + token.sign + " outside quotes " + place_of(token.at, words);
  if (token.sign == "&")
    throw CommandTextError(found +
                           ": no shell reads this line. Put the URL it stands in in quotes");
  throw CommandTextError(found +
                         ": no shell reads this line. Put it in quotes where FFmpeg is to get it; "
                         "where a shell is to do it, write [sh, -c, \"…\"]");
}

[[noreturn]] void refuse_part(const ShellPart& part, std::size_t words) {
  const std::string found = "found " + part.written + ' ' + place_of(part.at, words);
  if (part.kind == ShellPart::Kind::substitution)
    throw CommandTextError(found +
                           ": no shell reads this line and nothing is run. Write what it stands "
                           "for, or put it in single quotes where FFmpeg is to get it");
  if (part.written == "~")
    throw CommandTextError(found + ": it is not expanded. Write the path out");
  throw CommandTextError(found + ": variables are not expanded. Write {env: " + part.text +
                         "}, or put it in single quotes where FFmpeg is to get it as it stands");
}

// `\ -c:a`: a line that a backslash continues, in a YAML text that makes one line of several.
bool continues_line(std::string_view text, const ShellToken& token) {
  return text[token.at] == '\\' && token.at + 1 < text.size() && text[token.at + 1] == ' ';
}

std::string word_of(const ShellToken& token, std::size_t words) {
  std::string word;
  for (const ShellPart& part : token.parts) {
    if (part.kind != ShellPart::Kind::text) refuse_part(part, words);
    word += part.text;
  }
  return word;
}

// `KEY=x ffmpeg …` sets a variable in a shell.
void require_program(const std::vector<std::string>& words) {
  if (words.empty() || words.front().empty()) return;  // the caller says what it expects
  const std::string& first = words.front();
  if (first.find("://") != std::string::npos)
    throw CommandTextError("the first word is a URL, expected a program, such as ffmpeg");
  const std::size_t equals = first.find('=');
  if (equals == std::string::npos || first.find('/') < equals) return;
  throw CommandTextError("the first word sets the variable " + first.substr(0, equals) +
                         ", expected a program: write env in front of it");
}

}  // namespace

std::vector<std::string> words_of_arguments(std::string_view text) {
  std::vector<std::string> words;
  try {
    for (const ShellToken& token : read_shell_tokens(text)) {
      if (token.sign == "\n") continue;
      if (!token.sign.empty()) refuse_sign(token, words.size());
      std::string word = word_of(token, words.size());
      if (continues_line(text, token)) word.erase(0, 1);
      if (!word.empty() || !continues_line(text, token)) words.push_back(std::move(word));
    }
  } catch (const ShellSyntaxError& error) {
    throw CommandTextError(std::string(error.what()) + ": it begins at character " +
                           std::to_string(error.at + 1));
  }
  return words;
}

std::vector<std::string> words_of_command_line(std::string_view text) {
  std::vector<std::string> words = words_of_arguments(text);
  require_program(words);
  return words;
}

}  // namespace supervisor
