#include "supervisor/first_config/shell_loop.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace supervisor {

namespace {

using std::string_view;
using Kind = ShellPart::Kind;
using Words = std::vector<std::string>;

constexpr std::size_t values_max = 1000;
constexpr std::size_t tokens_max = 100'000;  // of all rounds

std::optional<int> number_in(string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  return is_whole && number >= 0 ? std::optional(number) : std::nullopt;
}

// `01` to `12` have two digits each.
void add_range(string_view first, string_view last, Words& values) {
  const auto from = number_in(first), to = number_in(last);
  if (!from || !to) return;
  const std::size_t width = first.starts_with('0') ? std::max(first.size(), last.size()) : 0;
  const int step = *from <= *to ? 1 : -1;
  for (int number = *from; values.size() < values_max; number += step) {
    std::string text = std::to_string(number);
    if (text.size() < width) text.insert(0, width - text.size(), '0');
    values.push_back(std::move(text));
    if (number == *to) return;
  }
}

// `{1..8}`: what stands on both sides of the dots.
std::optional<std::pair<string_view, string_view>> ends_of_range(string_view word) {
  const std::size_t dots = word.find("..");
  if (!word.starts_with('{') || !word.ends_with('}') || dots == string_view::npos) return {};
  const string_view first = word.substr(1, dots - 1);
  const string_view last = word.substr(dots + 2, word.size() - dots - 3);
  if (!number_in(first) || !number_in(last)) return {};
  return std::pair(first, last);
}

}  // namespace

std::string plain_text(const ShellToken& token) {
  const bool is_plain = token.parts.size() == 1 && token.parts[0].kind == Kind::text;
  return is_plain ? token.parts[0].text : std::string();
}

bool begins_seq(const ShellToken& word) {
  return word.parts.size() == 2 && word.parts[0].written == "$(" && word.parts[1].text == "seq";
}

bool is_leading_word(string_view word) {
  constexpr auto leading = std::to_array<string_view>(
      {"do", "then", "else", "elif", "if", "while", "until", "!", "{", "time", "exec", "nohup",
       "command", "export", "readonly", "local", "declare"});
  return std::find(leading.begin(), leading.end(), word) != leading.end();
}

Words listed_values(const Words& words) {
  Words values;
  if (!words.empty() && words[0] == seq_mark) {
    const bool has_first = words.size() == 3;
    if (has_first || words.size() == 2) add_range(has_first ? words[1] : "1", words.back(), values);
    return values;
  }
  for (const std::string& word : words) {
    if (const auto ends = ends_of_range(word)) {
      add_range(ends->first, ends->second, values);
    } else if (values.size() < values_max) {
      values.push_back(word);
    }
  }
  return values;
}

bool ShellLoop::take(const ShellToken& token) {
  const std::string text = plain_text(token);
  const bool is_word = token.sign.empty();
  if (is_word && begins_command_) {
    if (text == "done" && depth_ == 0) return true;
    if (text == "done") --depth_;
    if (text == "for" || text == "while" || text == "until" || text == "select") ++depth_;
  }
  const bool is_redirection = token.sign.find_first_of("<>") != std::string::npos;
  begins_command_ = is_word ? begins_command_ && is_leading_word(text) : !is_redirection;
  body_.push_back(token);
  return false;
}

std::vector<ShellToken> ShellLoop::round(const std::string& value) const {
  std::vector<ShellToken> tokens = body_;
  for (ShellToken& token : tokens) {
    for (ShellPart& part : token.parts) {
      if (part.kind != Kind::variable || part.text != variable_) continue;
      part.kind = Kind::text;
      part.text = value;
    }
  }
  return tokens;
}

bool ShellLoop::is_bounded() const {
  return values_.size() < values_max && values_.size() * body_.size() <= tokens_max;
}

}  // namespace supervisor
