#include "supervisor/config/yaml_hint.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace supervisor {

namespace {

using std::string_view;

constexpr string_view blanks = " \t\r";
constexpr string_view never_first = "%@`";  // of a plain text

std::string place(string_view text, std::size_t at) {
  const string_view before = text.substr(0, at);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t begin = before.rfind('\n') + 1;  // npos + 1 is 0
  return "on line " + std::to_string(line) + ", column " + std::to_string(at - begin + 1);
}

// Follows the text as far as YAML's brackets, quotes and comments go.
class HintFinder {
 public:
  explicit HintFinder(string_view text) : text_(text) {}

  std::string find() {
    while (at_ < text_.size() && hint_.empty()) step();
    if (hint_.empty() && !open_.empty()) {
      hint_ = std::string("the ") + text_[open_.back()] + ' ' + place(text_, open_.back()) +
              " is not closed";
    }
    return hint_;
  }

 private:
  bool in_brackets() const { return !open_.empty(); }
  char next() const { return at_ + 1 < text_.size() ? text_[at_ + 1] : '\n'; }
  static bool is_blank(char c) { return c == '\n' || blanks.find(c) != string_view::npos; }

  void step() {
    const char c = text_[at_];
    if (c == '\n') return end_line();
    if (blanks.find(c) != string_view::npos) return blank(c);
    if (c == '#' && (at_ == 0 || is_blank(text_[at_ - 1]))) return skip_line();
    if (is_start_) return start_text(c);
    if (in_brackets()) return inside_brackets(c);
    if (c == ':' && is_blank(next())) return key();
    ++at_;
  }

  void end_line() {
    if (!in_brackets()) {
      is_start_ = true;
      has_key_ = false;
      indent_ = 0;
      is_indenting_ = true;
    }
    ++at_;
  }

  void blank(char c) {
    if (c == '\t' && is_indenting_ && !in_brackets()) {
      hint_ = "indented by a tab " + place(text_, at_) + ": YAML takes spaces";
    }
    if (is_indenting_) ++indent_;
    ++at_;
  }

  void skip_line() { at_ = std::min(text_.find('\n', at_), text_.size()); }

  void start_text(char c) {
    is_indenting_ = false;
    if (c == '-' && is_blank(next()) && !in_brackets()) {
      ++at_;
      return;
    }
    text_at_ = at_;
    is_start_ = false;
    if (c == '"' || c == '\'') return skip_quotes(c);
    if (c == '[' || c == '{') {
      is_start_ = true;
      return open_.push_back(at_++);
    }
    if (in_brackets() && (c == ']' || c == '}' || c == ',')) return inside_brackets(c);
    if ((c == '|' || c == '>') && !in_brackets()) return skip_block();
    if (never_first.find(c) != string_view::npos) quote(c, "begins with");
    ++at_;
  }

  void key() {
    if (has_key_) hint_ = "the text " + place(text_, text_at_) + " holds \": \": put it in quotes";
    has_key_ = true;
    is_start_ = true;
    ++at_;
  }

  void inside_brackets(char c) {
    if (c == ',' || c == '[' || c == '{') {
      if (c != ',') return quote(c, "holds");
      is_start_ = true;
    } else if (c == ']' || c == '}') {
      return close(c);
    } else if (c == ':' && is_blank(next())) {
      is_start_ = true;
    }
    ++at_;
  }

  void close(char c) {
    if ((text_[open_.back()] == '[') != (c == ']')) return quote(c, "holds");
    const std::size_t begin = open_.back();
    open_.pop_back();
    ++at_;
    require_end(begin, "holds brackets: put it in quotes");
  }

  // Behind a closing bracket or quote stands a comma, a bracket, a colon or the end of the line.
  void require_end(std::size_t begin, const std::string& otherwise) {
    std::size_t end = at_;
    while (end < text_.size() && blanks.find(text_[end]) != string_view::npos) ++end;
    if (end == text_.size() || string_view("\n,]}:").find(text_[end]) != string_view::npos) return;
    if (text_[end] == '#' && end > at_) return;
    hint_ = "the text " + place(text_, begin) + ' ' + otherwise;
  }

  void skip_quotes(char quote) {
    const std::size_t begin = at_++;
    while (at_ < text_.size() && text_[at_] != quote)
      at_ += text_[at_] == '\\' && quote == '"' ? 2 : 1;
    if (at_ >= text_.size()) {
      hint_ = std::string("the quote ") + quote + ' ' + place(text_, begin) + " is not closed";
      return;
    }
    ++at_;
    if (quote == '\'' && at_ < text_.size() && text_[at_] == '\'') return skip_quotes(quote);
    require_end(begin, in_brackets() ? "ends at its quote: a comma is missing behind it"
                                     : "ends at its quote: more stands behind it");
  }

  // `|` and `>`: all lines behind that are indented further.
  void skip_block() {
    const std::size_t indent = indent_;
    skip_line();
    while (at_ < text_.size()) {
      const std::size_t begin = at_ + 1;
      const std::size_t first = std::min(text_.find_first_not_of(' ', begin), text_.size());
      const bool is_empty = first < text_.size() && text_[first] == '\n';
      if (!is_empty && first - begin <= indent) return;
      at_ = std::min(text_.find('\n', begin), text_.size());
    }
  }

  void quote(char sign, const std::string& how) {
    hint_ = "the text " + place(text_, text_at_) + ' ' + how + ' ' + sign + ": put it in quotes";
  }

  string_view text_;
  std::size_t at_ = 0;
  std::size_t text_at_ = 0;        // where the text begins that is being passed
  std::vector<std::size_t> open_;  // the brackets around it
  std::size_t indent_ = 0;         // of its line
  bool is_start_ = true;           // a text may begin here
  bool is_indenting_ = true;
  bool has_key_ = false;  // on this line
  std::string hint_;
};

}  // namespace

std::string yaml_hint(string_view text) {
  const std::string hint = HintFinder(text).find();
  if (!hint.empty()) return hint;
  return "a text with one of [ ] { } , # & * ! | > % @ ` or \": \" in it stands in quotes";
}

}  // namespace supervisor
