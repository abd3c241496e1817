#include "supervisor/secrets/secrets.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "monitor/text/ascii.hpp"
#include "monitor/text/base64.hpp"
#include "monitor/text/percent.hpp"
#include "supervisor/secrets/text_encodings.hpp"

namespace supervisor {

namespace {

using std::string_view;

constexpr string_view mask_text = "***";
constexpr std::size_t shortest_strong = 6;   // a shorter secret is likely to be a word of its own
constexpr std::size_t shortest_weak = 3;     // "1" would eat the figures of every line
constexpr std::size_t shortest_unnamed = 8;  // the value of a header whose name shows no secret

// Words of FFmpeg's own lines that are also used as stream keys.
constexpr auto ordinary_words = std::to_array<string_view>(
    {"stream",   "Stream",   "output",  "Output",  "source",  "encoder", "channel",  "publish",
     "default",  "ffmpeg",   "FFmpeg",  "string",  "bitrate", "quality", "subtitle", "internal",
     "duration", "metadata", "unknown", "request", "streams", "server"});

constexpr auto harmless_headers = std::to_array<string_view>(
    {"user-agent", "referer", "origin", "host", "connection", "icy-metadata", "range",
     "content-type", "cache-control", "pragma"});

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

string_view unquoted(string_view text) {
  return monitor::trimmed(text, " \t\r\n'\"");
}

template <class Take>
void for_each_piece(string_view text, string_view separators, Take take) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    if (end > 0) take(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// The lines of a -headers or -cookies value; shells pass on both real and escaped line ends.
std::vector<std::string> lines_of(string_view value) {
  std::string text(value);
  for (const string_view escaped : {"\\r", "\\n"})
    for (std::size_t at = text.find(escaped); at != std::string::npos; at = text.find(escaped, at))
      text.replace(at, escaped.size(), "\n");
  std::vector<std::string> lines;
  for_each_piece(text, "\r\n", [&](string_view line) { lines.emplace_back(line); });
  return lines;
}

std::string replaced(string_view text, string_view secret, std::size_t first) {
  std::string result;
  result.reserve(text.size());
  std::size_t done = 0;
  for (std::size_t at = first; at != string_view::npos; at = text.find(secret, done)) {
    result.append(text, done, at - done);
    result += mask_text;
    done = at + secret.size();
  }
  return result.append(text.substr(done));
}

// FFmpeg's own -streamid numbers MPEG-TS streams: `0:33`.
bool is_option_secret(string_view name, string_view value) {
  if (!is_credential_option(name) || value.empty()) return false;
  return name != "streamid" || value.find_first_not_of("0123456789:,") != string_view::npos;
}

// `-headers` → `headers`; empty for what is no option.
string_view option_name(string_view word) {
  if (word.size() < 2 || word.front() != '-') return {};
  word.remove_prefix(
      word.find_first_not_of('-') == string_view::npos ? word.size() : word.find_first_not_of('-'));
  return word.substr(0, word.find(':'));
}

// The text with some of its parts masked.
class Masked {
 public:
  explicit Masked(string_view text) : text_(text) {}

  void mask(Span span) {
    result_.append(text_, done_, span.begin - done_);
    result_ += mask_text;
    done_ = span.end;
  }
  std::string take() && { return std::move(result_.append(text_.substr(done_))); }

 private:
  string_view text_;
  std::string result_;
  std::size_t done_ = 0;
};

constexpr std::array<bool, 256> make_triggers() {
  std::array<bool, 256> table{};
  for (const char c : {'/', '=', ':', '@'}) table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr auto triggers = make_triggers();

// Masks by form, and by `weak_at(text, at)`: the length of a weak secret that starts there, or 0.
template <class WeakAt>
std::string mask_forms(string_view text, Place place, WeakAt weak_at) {
  Masked masked(text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (!triggers[static_cast<unsigned char>(c)]) continue;
    if (c == ':') {
      if (const auto url = url_at(text, i, place)) {
        for (const Span& span : secret_parts(text, *url, place)) masked.mask(span);
        i = url->end - 1;
        continue;
      }
    }
    Span span;
    if (c == ':' || c == '=') span = named_secret(text, i);
    if (span.empty()) span = {i + 1, i + 1 + weak_at(text, i + 1)};
    if (span.empty()) continue;
    masked.mask(span);
    i = span.end - 1;
  }
  return std::move(masked).take();
}

}  // namespace

void Secrets::learn(string_view secret) {
  if (secret.find_first_not_of('*') == string_view::npos) return;  // empty, or the mask itself
  learn_encodings(secret);
}

void Secrets::learn(const std::vector<std::string>& argv) {
  for (std::size_t i = 0; i < argv.size(); ++i) {
    learn_argument(argv[i]);
    const string_view name = option_name(argv[i]);
    if (i + 1 < argv.size() && is_option_secret(name, argv[i + 1])) learn_option(name, argv[i + 1]);
  }
}

void Secrets::learn_encodings(string_view secret) {
  const std::string decoded = monitor::percent_decode(secret);
  for (const string_view form : {secret, string_view(decoded)}) {
    add(form);
    add(monitor::percent_encode(form));
    add(monitor::percent_encode(form, monitor::is_unreserved, monitor::HexCase::lower));
    add(json_escaped(form, JsonSlash::plain));
    add(json_escaped(form, JsonSlash::escaped));
  }
}

void Secrets::add(string_view secret) {
  if (secret.size() < shortest_weak) return;
  const bool weak = secret.size() < shortest_strong ||
                    std::ranges::find(ordinary_words, secret) != ordinary_words.end();
  std::vector<std::string>& list = weak ? weak_ : secrets_;
  if (std::ranges::find(list, secret) != list.end()) return;
  const auto longer = [&](const std::string& other) { return other.size() > secret.size(); };
  list.emplace(std::ranges::find_if_not(list, longer), secret);
}

void Secrets::learn_url(string_view text, const Url& url, Place place) {
  const string_view userinfo = url.userinfo.of(text);
  const std::size_t colon = userinfo.find(':');
  if (colon != string_view::npos) {
    // As it goes over the wire and stands in FFmpeg's debug lines: decoded, or as it is.
    add(monitor::base64(monitor::percent_decode(userinfo)));
    add(monitor::base64(userinfo));
    learn(userinfo.substr(colon + 1));
    if (is_rtmp(text, url)) learn(userinfo.substr(0, colon));
  }
  if (is_rtmp(text, url)) {
    learn_stream_key(stream_key(text, url).of(text));
    return;
  }
  for (const Span& span : secret_parts(text, url, place)) learn_value(span.of(text));
}

void Secrets::learn_stream_key(string_view key) {
  learn(key);
  const std::size_t query = std::min(key.find('?'), key.size());
  const string_view name = key.substr(0, query);
  learn(name);
  learn(name.substr(name.find(':') + 1));  // `mp4:KEY` asks a server for a file
  for_each_piece(key.substr(std::min(query + 1, key.size())), "&", [&](string_view parameter) {
    const std::size_t equals = parameter.find('=');
    if (equals == string_view::npos) return;
    const string_view value = parameter.substr(equals + 1);
    if (is_secret_name(parameter.substr(0, equals)) || value.size() >= shortest_unnamed)
      learn_value(value);
  });
}

// `publish:KEY`, `#!::r=KEY,m=publish`, `O:1 NS:token:KEY`: the parts may turn up alone.
void Secrets::learn_value(string_view value) {
  learn(value);
  const std::string decoded = monitor::percent_decode(value);
  if (decoded.find_first_of(":,=/ ") == std::string::npos) return;
  for_each_piece(decoded, ":,=/ ", [&](string_view piece) {
    if (piece.size() >= shortest_strong) learn(piece);
  });
}

void Secrets::learn_argument(string_view argument) {
  for (std::size_t i = 0; i < argument.size(); ++i) {
    if (argument[i] != ':' && argument[i] != '=') continue;
    if (argument[i] == ':') {
      if (const auto url = url_at(argument, i, Place::argument)) {
        learn_url(argument, *url, Place::argument);
        continue;
      }
    }
    const Span span = named_secret(argument, i);
    if (!span.empty()) learn_value(span.of(argument));
  }
}

void Secrets::learn_option(string_view name, string_view value) {
  if (name == "headers") {
    for (const std::string& line : lines_of(value)) learn_header(line);
  } else if (name == "cookies") {
    for (const std::string& line : lines_of(value)) {
      const string_view pair = string_view(line).substr(0, line.find(';'));
      learn(unquoted(pair.substr(pair.find('=') + 1)));
    }
  } else {
    learn_value(value);
  }
}

void Secrets::learn_header(string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == string_view::npos) return;
  const std::string name = monitor::lowered(unquoted(line.substr(0, colon)));
  const string_view value = unquoted(line.substr(colon + 1));
  const bool harmless = std::ranges::find(harmless_headers, name) != harmless_headers.end() ||
                        name.starts_with("accept");
  if (harmless || (!is_secret_name(name) && value.size() < shortest_unnamed)) return;
  learn(value);
  const std::size_t blank = value.find(' ');  // `Bearer KEY`
  if (blank != string_view::npos) learn(unquoted(value.substr(blank)));
}

std::size_t Secrets::weak_secret_at(string_view text, std::size_t at) const {
  for (const std::string& secret : weak_) {
    if (!text.substr(at).starts_with(secret)) continue;
    const std::size_t end = at + secret.size();
    const bool scheme = text.substr(end).starts_with(":/") || text.substr(end).starts_with(":\\/");
    if (!scheme && (end == text.size() || !is_word_char(text[end]))) return secret.size();
  }
  return 0;
}

std::string Secrets::mask_as(string_view text, Place place) const {
  std::string without_learnt;
  string_view current = text;
  for (const std::string& secret : secrets_) {
    const std::size_t at = current.find(secret);
    if (at == string_view::npos) continue;
    without_learnt = replaced(current, secret, at);
    current = without_learnt;
  }
  return mask_forms(current, place,
                    [this](string_view in, std::size_t at) { return weak_secret_at(in, at); });
}

std::string Secrets::mask(string_view text) const {
  return mask_as(text, Place::prose);
}

std::vector<std::string> Secrets::mask_command(const std::vector<std::string>& argv) const {
  std::vector<std::string> masked;
  masked.reserve(argv.size());
  for (std::size_t i = 0; i < argv.size(); ++i) {
    const bool value = i > 0 && is_option_secret(option_name(argv[i - 1]), argv[i]);
    masked.push_back(value ? std::string(mask_text) : mask_as(argv[i], Place::argument));
  }
  return masked;
}

}  // namespace supervisor
