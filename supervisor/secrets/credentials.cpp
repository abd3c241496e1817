#include "supervisor/secrets/credentials.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "monitor/text/ascii.hpp"

namespace supervisor {

namespace {

using monitor::is_digit;
using monitor::is_letter;
using monitor::lowered;
using std::string_view;

constexpr std::size_t longest_name =
    48;  // of a header or parameter; looking back further costs time
constexpr std::size_t shortest_name = 3;  // of those in the tables for prose
constexpr int deepest_url = 4;            // URLs inside URLs; what is deeper is masked whole

bool is_name_char(char c) {
  return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.';
}
bool is_space_or_control(char c) {
  return static_cast<unsigned char>(c) <= ' ' || c == 0x7f;
}
template <std::size_t count>
bool is_one_of(string_view word, const std::array<string_view, count>& words) {
  return std::ranges::find(words, word) != words.end();
}

// A name that contains one of these is a credential's, wherever it stands.
constexpr auto plain_parts = std::to_array<string_view>(
    {"passphrase", "passw", "secret", "token", "authori", "credential", "signature", "apikey",
     "api_key", "api-key", "streamkey", "stream_key", "stream-key", "streamname", "streamid",
     "playpath", "cookie", "jwt"});
// A name with one of these words is one in a query; the first few also in prose, if the value is
// long.
constexpr std::size_t prose_words = 6;
constexpr auto query_words = std::to_array<string_view>(
    {"key", "auth", "pass", "pwd", "psk", "sig", "pw", "sign", "hmac", "md5", "hash", "policy",
     "session", "sid", "cid",                 // `cid` is YouTube's stream key over HLS
     "hdnea", "hdnts", "hdntl", "jtv"});      // Akamai, librtmp's Justin.tv token
constexpr std::size_t shortest_in_prose = 6;  // `pass=1` is a pass number

// The letters of a word as a set of bits: a name that lacks one cannot contain the word. Spares
// most comparisons in lines of 60 `name=value`, such as x264's options.
constexpr std::uint32_t letters_of(string_view lowered_word) {
  std::uint32_t letters = 0;
  for (const char c : lowered_word)
    if (c >= 'a' && c <= 'z') letters |= 1U << (c - 'a');
  return letters;
}

constexpr auto plain_letters = [] {
  std::array<std::uint32_t, plain_parts.size()> letters{};
  for (std::size_t i = 0; i < letters.size(); ++i) letters[i] = letters_of(plain_parts[i]);
  return letters;
}();

bool has_plain_part(string_view lowered_name) {
  const std::uint32_t letters = letters_of(lowered_name);
  for (std::size_t i = 0; i < plain_parts.size(); ++i)
    if ((plain_letters[i] & ~letters) == 0 &&
        lowered_name.find(plain_parts[i]) != string_view::npos)
      return true;
  return false;
}

bool has_word(string_view lowered_name, std::size_t count) {
  const auto words_end = query_words.begin() + static_cast<std::ptrdiff_t>(count);
  while (!lowered_name.empty()) {
    const std::size_t end = std::min(lowered_name.find_first_of("._-"), lowered_name.size());
    const string_view word = lowered_name.substr(0, end);
    if (word.ends_with("key") || std::find(query_words.begin(), words_end, word) != words_end)
      return true;
    lowered_name.remove_prefix(std::min(end + 1, lowered_name.size()));
  }
  return false;
}

// "//" or JSON's "\/\/" behind the colon: its length, or 0.
std::size_t slashes_at(string_view text, std::size_t at) {
  if (text.substr(at).starts_with("//")) return 2;
  if (text.substr(at).starts_with("\\/\\/")) return 4;
  return 0;
}

Span scheme_before(string_view text, std::size_t colon) {
  std::size_t end = colon;
  while (end > 0 && text[end - 1] == '\\') --end;  // a filter graph escapes the colon
  std::size_t begin = end;
  const auto is_scheme_char = [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '.' || c == '-';
  };
  while (begin > 0 && end - begin < longest_name && is_scheme_char(text[begin - 1])) --begin;
  while (begin < end && !is_letter(text[begin])) ++begin;
  return {begin, end};
}

std::size_t end_of_url(string_view text, std::size_t from, Place place) {
  std::size_t end = from;
  for (; end < text.size(); ++end) {
    const char c = text[end];
    if (is_space_or_control(c) || c == '|') break;
    if (place == Place::prose && string_view("\"'<>`").find(c) != string_view::npos) break;
  }
  if (place == Place::argument) return end;
  while (end > from && string_view(".,;:!)]}").find(text[end - 1]) != string_view::npos) --end;
  return end;
}

bool is_port(string_view text) {
  return std::ranges::all_of(text, is_digit);
}

// Where the userinfo ends (its `@`), or npos. An unescaped `/`, `?` or `#` in a password cuts the
// host short; a "port" that is no number gives that away.
std::size_t find_at_sign(string_view authority, string_view rest) {
  const std::size_t at = authority.rfind('@');
  if (at != string_view::npos) return at;
  const std::size_t colon = authority.rfind(':');
  if (colon == string_view::npos || authority.find(']') != string_view::npos) return at;
  return is_port(authority.substr(colon + 1)) ? string_view::npos : rest.rfind('@');
}

void add_userinfo(string_view text, const Url& url, std::vector<Span>& spans) {
  if (url.userinfo.empty()) return;
  const string_view scheme = url.scheme.of(text);
  const std::size_t colon = url.userinfo.of(text).find(':');
  if (is_rtmp(text, url) || (colon == string_view::npos && scheme.starts_with("http"))) {
    spans.push_back(url.userinfo);  // a lone name in front of a web host is a token as a rule
    return;
  }
  if (colon == string_view::npos) return;
  const Span password{url.userinfo.begin + colon + 1, url.userinfo.end};
  if (!password.empty()) spans.push_back(password);
}

void add_parts(string_view text, const Url& url, Place place, int depth, std::vector<Span>& spans) {
  add_userinfo(text, url, spans);
  if (is_rtmp(text, url)) {
    const Span key = stream_key(text, url);
    if (!key.empty()) spans.push_back(key);
    return;
  }
  const std::vector<Span> values = secret_query_values(text, url);
  spans.insert(spans.end(), values.begin(), values.end());

  const string_view whole = text.substr(0, url.end);
  const std::size_t colon = whole.find("://", url.path.begin);
  if (colon == string_view::npos) return;
  if (depth == deepest_url) {
    spans.push_back({colon, url.end});
    return;
  }
  const auto inner = url_at(whole, colon, place);
  if (inner) add_parts(whole, *inner, place, depth + 1, spans);
}

std::vector<Span> merged(std::vector<Span> spans) {
  std::ranges::sort(spans, {}, &Span::begin);
  std::vector<Span> result;
  for (const Span& span : spans) {
    if (!result.empty() && span.begin <= result.back().end)
      result.back().end = std::max(result.back().end, span.end);
    else
      result.push_back(span);
  }
  return result;
}

bool is_header_name(string_view lowered_name) {
  constexpr auto names = std::to_array<string_view>(
      {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key",
       "x-auth-token", "private-token", "password", "passphrase"});
  return is_one_of(lowered_name, names);
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
  while (begin > 0 && end - begin < longest_name && is_name_char(text[begin - 1])) --begin;
  return {begin, end};
}

Span quoted_value(string_view text, std::size_t quote) {
  const std::size_t close = text.find(text[quote], quote + 1);
  return {quote + 1, close == string_view::npos ? text.size() : close};
}

}  // namespace

std::optional<Url> url_at(string_view text, std::size_t colon, Place place) {
  const std::size_t slashes = slashes_at(text, colon + 1);
  if (slashes == 0) return std::nullopt;
  Url url;
  url.scheme = scheme_before(text, colon);
  if (url.scheme.empty()) return std::nullopt;
  const std::size_t start = colon + 1 + slashes;
  url.end = end_of_url(text, start, place);

  const string_view rest = text.substr(start, url.end - start);
  const string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  const std::size_t at = find_at_sign(authority, rest);
  std::size_t host = 0;
  if (at != string_view::npos) {
    url.userinfo = {start, start + at};
    host = at + 1;
  }
  const std::size_t path = std::min(rest.find_first_of("/?#", host), rest.size());
  const std::size_t query = std::min(rest.find('?', path), rest.size());
  url.path = {start + path, start + query};
  url.query = {start + std::min(query + 1, rest.size()), url.end};
  return url;
}

bool is_rtmp(string_view text, const Url& url) {
  return lowered(url.scheme.of(text)).find("rtmp") != std::string::npos;
}

Span stream_key(string_view text, const Url& url) {
  string_view path = url.path.of(text);
  while (path.ends_with('/')) path.remove_suffix(1);
  const std::size_t slash = path.rfind('/');
  if (slash == string_view::npos) return url.query;
  return {url.path.begin + slash + 1, url.end};
}

std::vector<Span> secret_query_values(string_view text, const Url& url) {
  std::vector<Span> values;
  for (std::size_t at = url.query.begin; at < url.query.end;) {
    const std::size_t end = std::min(text.find('&', at), url.query.end);
    const string_view parameter = text.substr(at, end - at);
    const std::size_t equals = parameter.find('=');
    if (equals != string_view::npos && equals + 1 < parameter.size() &&
        is_secret_name(parameter.substr(0, equals)))
      values.push_back({at + equals + 1, end});
    at = end + 1;
  }
  return values;
}

std::vector<Span> secret_parts(string_view text, const Url& url, Place place) {
  std::vector<Span> spans;
  add_parts(text, url, place, 1, spans);
  return merged(std::move(spans));
}

Span named_secret(string_view text, std::size_t sign) {
  std::size_t value = sign + 1;
  const bool header = text[sign] == ':';
  while (header && value < text.size() && text[value] == ' ') ++value;
  if (value >= text.size() || is_space_or_control(text[value])) return {};
  const Span name_span = name_before(text, sign);
  if (name_span.end - name_span.begin < shortest_name) return {};

  const std::string name = lowered(name_span.of(text));
  const bool plain = has_plain_part(name);
  const bool quoted_name = name_span.end != sign;
  if (header && !is_header_name(name) && !(quoted_name && (plain || has_word(name, prose_words))))
    return {};
  if (!header && !plain && !has_word(name, prose_words)) return {};

  const bool quoted = text[value] == '"' || text[value] == '\'';
  const Span span = quoted ? quoted_value(text, value)
                           : Span{value, header && !quoted_name ? end_of_header(text, value)
                                                                : end_of_word(text, value)};
  if (!plain && !header && span.end - span.begin < shortest_in_prose) return {};
  return span;
}

bool is_secret_name(string_view name) {
  const std::string low = lowered(name.substr(0, longest_name));
  return has_plain_part(low) || has_word(low, query_words.size());
}

bool is_credential_option(string_view name) {
  constexpr auto options = std::to_array<string_view>(
      {"headers", "cookies", "auth", "key", "decryption_key", "decryption_keys", "encryption_key",
       "hls_enc_key", "cenc_decryption_key", "audible_key", "activation_bytes", "rtmp_playpath",
       "rtmp_conn", "rtmp_subscribe", "srtp_out_params", "srtp_in_params", "cryptokey",
       "post_data"});
  // Their values are paths, and two of them look like nothing else.
  if (name.ends_with("_file") || name.ends_with("-file")) return false;
  const std::string low = lowered(name.substr(0, longest_name));
  return is_one_of(low, options) || has_plain_part(low);
}

}  // namespace supervisor
