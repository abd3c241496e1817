#include "supervisor/words/shell_lexer.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "monitor/text/ascii.hpp"
#include "supervisor/words/reference_text.hpp"

namespace supervisor {

namespace {

using std::string_view;
using Kind = ShellPart::Kind;

constexpr string_view blanks = " \t\r";
constexpr string_view separating = "|&;<>()\n";

class ShellLexer {
 public:
  ShellLexer(string_view text, ShellSigns signs)
      : text_(text), separating_(signs == ShellSigns::separate ? separating : "\n") {}

  std::vector<ShellToken> take() {
    while (at_ < text_.size()) read_one();
    end_word();
    return std::move(tokens_);
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  void read_one() {
    const char c = text_[at_];
    if (blanks.find(c) != string_view::npos) return end_word(1);
    if (separating_.find(c) != string_view::npos) return read_sign();
    if (c == '#' && !in_word_) return skip_comment();
    if (const std::size_t size = continued_line(); size > 0) {
      at_ += size;
      return;
    }
    begin_word();
    if (c == '\'') return read_single_quotes();
    if (c == '"') return read_double_quotes();
    if (c == '\\') return read_escaped(false);
    if (c == '~' && is_home()) return add_part(Kind::variable, "HOME", "~", 1);
    read_in_any_quotes();
  }

  // What means the same with double quotes around it and without.
  void read_in_any_quotes() {
    const char c = text_[at_];
    if (c == '$') return read_dollar();
    if (c == '`') return read_backtick();
    const std::size_t reference = reference_mark_at(text_, at_);
    const std::size_t end = reference > 0 ? text_.find('}', at_) : string_view::npos;
    const std::size_t size = end == string_view::npos ? 1 : end + 1 - at_;
    add_text(text_.substr(at_, size));
    at_ += size;
  }

  void begin_word() {
    if (in_word_) return;
    in_word_ = true;
    tokens_.push_back({"", {}, at_});
  }

  void end_word(std::size_t passed = 0) {
    in_word_ = false;
    at_ += passed;
  }

  // A backslash in front of a line end: its size with that, else 0.
  std::size_t continued_line() const {
    if (peek() != '\\') return 0;
    if (peek(1) == '\n') return 2;
    return peek(1) == '\r' && peek(2) == '\n' ? 3 : 0;
  }

  void add_text(string_view text) {
    std::vector<ShellPart>& parts = tokens_.back().parts;
    if (parts.empty() || parts.back().kind != Kind::text)
      parts.push_back({Kind::text, "", "", at_, in_quotes_});
    parts.back().text += text;
  }

  void add_part(Kind kind, string_view text, string_view written, std::size_t passed) {
    tokens_.back().parts.push_back(
        {kind, std::string(text), std::string(written), at_, in_quotes_});
    at_ += passed;
  }

  void read_sign() {
    end_word();
    constexpr std::array<string_view, 7> longer{"&&", "||", ">>", "<<", "&>", ";;", "|&"};
    const string_view two = text_.substr(at_, 2);
    const bool is_two = std::find(longer.begin(), longer.end(), two) != longer.end();
    const string_view sign = is_two ? two : text_.substr(at_, 1);
    tokens_.push_back({std::string(sign), {}, at_});
    at_ += sign.size();
  }

  void skip_comment() { at_ = std::min(text_.find('\n', at_), text_.size()); }

  void read_single_quotes() {
    const std::size_t end = text_.find('\'', at_ + 1);
    if (end == string_view::npos) throw ShellSyntaxError("the quote ' is not closed", at_);
    add_text(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
  }

  void read_double_quotes() {
    const std::size_t begin = at_++;
    add_text("");
    in_quotes_ = true;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '\\') {
        read_escaped(true);
      } else {
        read_in_any_quotes();
      }
    }
    if (at_ == text_.size()) throw ShellSyntaxError("the quote \" is not closed", begin);
    ++at_;
    in_quotes_ = false;
  }

  // Between double quotes a backslash stays where what is behind it has no meaning there.
  void read_escaped(bool in_quotes) {
    if (const std::size_t size = continued_line(); size > 0) {
      at_ += size;
      return;
    }
    const char next = peek(1);
    const bool stays = in_quotes && string_view("$`\"\\").find(next) == string_view::npos;
    if (stays || next == '\0') {
      add_text("\\");
      ++at_;
      return;
    }
    add_text(text_.substr(at_ + 1, 1));
    at_ += 2;
  }

  // `~/clips`, not `a~b`.
  bool is_home() const {
    if (tokens_.back().at != at_) return false;
    const char next = peek(1);
    return next == '/' || next == '\0' || next == '\n' || blanks.find(next) != string_view::npos;
  }

  void read_dollar() {
    const char next = peek(1);
    if (is_variable_start(next)) return read_variable();
    if (next == '{') return read_braced_variable();
    if (next == '(') return add_part(Kind::substitution, "", "$(", 2);
    const bool is_special =
        next != '\0' && string_view("@*#?-$!0123456789").find(next) != string_view::npos;
    if (is_special) return add_part(Kind::substitution, "", text_.substr(at_, 2), 2);
    add_text("$");  // on its own it is a dollar
    ++at_;
  }

  void read_variable() {
    std::size_t end = at_ + 1;
    while (end < text_.size() && is_variable_char(text_[end])) ++end;
    const string_view name = text_.substr(at_ + 1, end - at_ - 1);
    add_part(Kind::variable, name, text_.substr(at_, end - at_), end - at_);
  }

  void read_braced_variable() {
    const std::size_t close = text_.find('}', at_);
    if (close == string_view::npos) throw ShellSyntaxError("${ is not closed", at_);
    std::size_t end = at_ + 2;
    while (end < close && is_variable_char(text_[end])) ++end;
    const string_view name = text_.substr(at_ + 2, end - at_ - 2);
    const string_view behind = text_.substr(end, close - end);
    const bool is_plain =
        behind.empty() || string_view(":-?").find(behind.front()) != string_view::npos;
    const bool is_name = is_plain && !name.empty() && is_variable_start(name.front());
    const std::string written = "${" + std::string(name) + (behind.empty() ? "}" : "…}");
    add_part(is_name ? Kind::variable : Kind::substitution, name, written, close + 1 - at_);
    const std::size_t text = behind.starts_with(":-") ? 2 : behind.starts_with('-') ? 1 : 0;
    if (text > 0) tokens_.back().parts.back().otherwise = behind.substr(text);
  }

  void read_backtick() {
    const std::size_t end = text_.find('`', at_ + 1);
    const std::size_t size = end == string_view::npos ? text_.size() - at_ : end + 1 - at_;
    add_part(Kind::substitution, "", "`", size);
  }

  string_view text_;
  string_view separating_;
  std::size_t at_ = 0;
  bool in_word_ = false;
  bool in_quotes_ = false;  // double ones
  std::vector<ShellToken> tokens_;
};

}  // namespace

bool is_variable_start(char c) {
  return monitor::is_letter(c) || c == '_';
}

bool is_variable_char(char c) {
  return is_variable_start(c) || monitor::is_digit(c);
}

std::vector<ShellToken> read_shell_tokens(string_view text, ShellSigns signs) {
  return ShellLexer(text, signs).take();
}

}  // namespace supervisor
