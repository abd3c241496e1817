#include "supervisor/secrets/credentials.hpp"

#include <algorithm>

#include "monitor/text/ascii.hpp"
#include "supervisor/secrets/credential_names.hpp"

namespace supervisor {

namespace {

using monitor::is_digit;
using monitor::is_letter;
using std::string_view;

constexpr std::size_t longest_name_in_text =
    48;  // of a header or parameter; looking back further costs time
constexpr std::size_t shortest_name = 3;      // of those in the tables for prose
constexpr std::size_t shortest_in_prose = 6;  // `pass=1` is a pass number

bool is_name_char(char c) {
  return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.';
}

bool is_space_or_control(char c) {
  return static_cast<unsigned char>(c) <= ' ' || c == 0x7f;
}

// Up to the end of the line, a literal `\r` or `\n`, or a quote.
std::size_t end_of_header(string_view text, std::size_t from) {
  for (std::size_t end = from; end < text.size(); ++end) {
    const char c = text[end];
    if (c == '\r' || c == '\n' || c == '"') return end;
    if (c == '\\' && end + 1 < text.size() && (text[end + 1] == 'r' || text[end + 1] == 'n'))
      return end;
  }
  return text.size();
}

std::size_t end_of_word(string_view text, std::size_t from) {
  std::size_t end = from;
  while (end < text.size() && !is_space_or_control(text[end]) &&
         string_view("&;|\"'<>`)]}").find(text[end]) == string_view::npos)
    ++end;
  return end;
}

Span name_before(string_view text, std::size_t sign) {
  std::size_t end = sign;
  if (end > 0 && (text[end - 1] == '"' || text[end - 1] == '\'')) --end;  // JSON's "name":
  std::size_t begin = end;
  while (begin > 0 && end - begin < longest_name_in_text && is_name_char(text[begin - 1])) --begin;
  return {begin, end};
}

Span quoted_value(string_view text, std::size_t quote) {
  const std::size_t close = text.find(text[quote], quote + 1);
  return {quote + 1, close == string_view::npos ? text.size() : close};
}

// Of a value in FFmpeg's lists of options: quotes and backslashes take the meaning away from what
// would end it. A colon with a blank behind it is a header's own.
std::size_t end_of_option(string_view text, std::size_t from) {
  bool quoted = false;
  for (std::size_t at = from; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\\') {
      ++at;
    } else if (c == '\'') {
      quoted = !quoted;
    } else if (!quoted && (c == ']' || (c == ':' && !text.substr(at + 1).starts_with(' ')))) {
      return at;
    }
  }
  return text.size();
}

}  // namespace

Span named_secret(string_view text, std::size_t sign) {
  std::size_t value = sign + 1;
  const bool header = text[sign] == ':';
  while (header && value < text.size() && text[value] == ' ') ++value;
  if (value >= text.size() || is_space_or_control(text[value])) return {};
  const Span name_span = name_before(text, sign);
  if (name_span.end - name_span.begin < shortest_name) return {};

  const string_view name = name_span.of(text);
  const bool plain = is_plain_secret_name(name);
  const bool quoted_name = name_span.end != sign;
  if (header && !is_header_name(name) && !(quoted_name && (plain || may_be_secret_name(name))))
    return {};
  if (!header && !plain && !may_be_secret_name(name)) return {};

  const bool quoted = text[value] == '"' || text[value] == '\'';
  const Span span = quoted ? quoted_value(text, value)
                           : Span{value, header && !quoted_name ? end_of_header(text, value)
                                                                : end_of_word(text, value)};
  if (!plain && !header && span.end - span.begin < shortest_in_prose) return {};
  return span;
}

Span option_secret(string_view argument, std::size_t sign) {
  if (argument[sign] != '=') return {};
  const Span name = name_before(argument, sign);
  // A word that is an option by itself is the caller's; an option of a list follows a separator.
  if (name.empty() || !is_credential_option(name.of(argument))) return {};
  const bool follows =
      name.begin > 0 && string_view("[:|, ").find(argument[name.begin - 1]) != string_view::npos;
  if (name.begin > 0 && !follows) return {};
  return {sign + 1, end_of_option(argument, sign + 1)};
}

}  // namespace supervisor
