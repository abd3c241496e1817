#include <algorithm>
#include <array>

#include "monitor/text/ascii.hpp"
#include "monitor/text/base64.hpp"
#include "monitor/text/percent.hpp"
#include "supervisor/secrets/credential_names.hpp"
#include "supervisor/secrets/credential_options.hpp"
#include "supervisor/secrets/credentials.hpp"
#include "supervisor/secrets/published_words.hpp"
#include "supervisor/secrets/secrets.hpp"

namespace supervisor {

namespace {

using std::string_view;

constexpr std::size_t shortest_piece = 6;    // of a value, to be masked wherever it stands
constexpr std::size_t longest_word = 12;     // a longer folder of a URL is no ordinary word
constexpr std::size_t shortest_unnamed = 8;  // the value of a header whose name shows no secret

constexpr auto harmless_headers = std::to_array<string_view>(
    {"user-agent", "referer", "origin", "host", "connection", "icy-metadata", "range",
     "content-type", "cache-control", "pragma"});

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

// A word such as `upload` or `index`; FFmpeg's patterns (`seg_%d`) too.
bool is_ordinary(string_view part) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || c == '_' || c == '-' || c == '%';
  };
  return part.size() < longest_word && std::ranges::all_of(part, fits);
}

// `\r`, `\:` and quotes of FFmpeg's lists of options, as the option's value has them.
std::string unescaped(string_view value) {
  std::string text;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\'') continue;
    const bool line_end = value.substr(i).starts_with("\\r") || value.substr(i).starts_with("\\n");
    if (value[i] == '\\' && !line_end) continue;
    text += value[i];
  }
  return text;
}

}  // namespace

void Secrets::learn(const std::vector<std::string>& argv) {
  const std::vector<bool> published = published_words(argv);
  for (std::size_t i = 0; i < argv.size(); ++i) {
    learn_argument(argv[i], published[i] ? Use::publish : Use::any);
    const string_view name = option_name(argv[i]);
    if (i + 1 < argv.size() && is_option_secret(name, argv[i + 1])) learn_option(name, argv[i + 1]);
    const std::vector<std::string> inner = words_of_command_text(argv[i]);
    if (inner.size() > 1) learn(inner);
  }
}

void Secrets::learn_userinfo(string_view userinfo, bool rtmp) {
  const std::size_t colon = userinfo.find(':');
  if (colon == string_view::npos) return learn(userinfo);
  // As it goes over the wire and stands in FFmpeg's debug lines: decoded, or as it is.
  add(monitor::base64(monitor::percent_decode(userinfo)));
  add(monitor::base64(userinfo));
  learn(userinfo.substr(colon + 1));
  if (rtmp || colon + 1 == userinfo.size()) learn(userinfo.substr(0, colon));
}

// FFmpeg reads a password with a `/` or `@` in it as host and path, and names these alone.
void Secrets::learn_pieces(string_view password) {
  if (password.find_first_of("@/?#| ") == string_view::npos) return;
  for_each_piece(password, "@/?#:| ", [&](string_view piece) { learn(piece); });
}

void Secrets::learn_url(string_view text, const Url& url, Place place, Use use) {
  const bool rtmp = is_rtmp(text, url);
  for (const Span& userinfo : {url.userinfo, url.doubtful}) {
    if (!userinfo.empty()) learn_userinfo(userinfo.of(text), rtmp);
  }
  if (!url.userinfo.empty()) {
    const string_view whole = (url.doubtful.empty() ? url.userinfo : url.doubtful).of(text);
    learn_pieces(whole.substr(whole.find(':') + 1));
  }
  if (rtmp) {
    learn_stream_key(stream_key(text, url).of(text));
    for (const Span& span : secret_parts(text, url, place, use)) {
      if (span.begin >= url.end) learn_value(span.of(text));
    }
    return;
  }
  if (use == Use::publish) learn_publish_key(text, url);
  for (const Span& span : secret_query_values(text, url)) learn_query_value(text, span);
  for (const Span& span : secret_parts(text, url, place, Use::any)) {
    const string_view part = span.of(text);
    if (span.begin < url.query.begin && span.begin >= url.path.begin) learn(part);
  }
}

void Secrets::learn_query_value(string_view text, Span value) {
  const string_view before = text.substr(0, value.begin);
  const std::size_t name = before.find_last_of("?&;");
  const bool is_named = before.ends_with('=') && name != string_view::npos &&
                        is_secret_name(before.substr(name + 1, before.size() - name - 2));
  const string_view whole = value.of(text);
  // In a filter's or a tee's options a quote, a bracket or an escape may end it.
  const string_view alone = whole.substr(0, whole.find_first_of("'[]\\"));
  for (const string_view each : {whole, alone}) {
    if (is_named || each.size() >= shortest_unnamed) learn_value(each);
  }
}

// The folders as a whole, as FFmpeg puts the names of segments behind them; and each part that is
// no ordinary word. What is ordinary, or short, is secret behind its host only.
void Secrets::learn_publish_key(string_view text, const Url& url) {
  const Span key = publish_key(text, url);
  const string_view path = key.of(text).substr(0, key.of(text).find_first_of("?#"));
  if (path.empty()) return;
  const std::size_t host = text.substr(0, url.path.begin).find_last_of("/@") + 1;
  const auto learn_behind_host = [&](std::size_t size) {
    const std::size_t shown = key.begin - host;
    if (size > 0) secrets_.add(text.substr(host, shown + size), shown);
  };
  const string_view folders = path.substr(0, path.rfind('/'));
  const bool is_weak = is_ordinary(folders) || folders.size() < shortest_piece;
  if (!is_weak) learn(folders);
  learn_behind_host(folders.size());
  learn_behind_host(std::min(path.find('.', path.rfind('/') + 1), path.size()));
  for_each_piece(path, "/", [&](string_view part) {
    const string_view stem = part.substr(0, part.rfind('.'));
    if (!is_ordinary(stem)) learn(stem);
  });
}

void Secrets::learn_stream_key(string_view key) {
  learn(key);
  const std::size_t query = std::min(key.find('?'), key.size());
  string_view name = key.substr(0, query);
  while (name.ends_with('/')) name.remove_suffix(1);  // FFmpeg and servers say it without
  learn(name);
  learn(name.substr(name.find(':') + 1));  // `mp4:KEY` asks a server for a file
  if (name.find('/') != string_view::npos)
    for_each_piece(name, "/", [&](string_view part) { learn(part); });
  for_each_piece(key.substr(std::min(query + 1, key.size())), "&;", [&](string_view parameter) {
    const std::size_t equals = parameter.find('=');
    const string_view value = parameter.substr(equals == string_view::npos ? 0 : equals + 1);
    const bool is_named =
        equals != string_view::npos && is_secret_name(parameter.substr(0, equals));
    if (is_named || value.size() >= shortest_unnamed) learn_value(value);
  });
}

// `publish:KEY`, `#!::r=KEY,m=publish`, `O:1 NS:token:KEY`: the parts may turn up alone.
void Secrets::learn_value(string_view value) {
  learn(value);
  const std::string decoded = monitor::percent_decode(value);
  if (decoded.find_first_of(":,=/ ") == std::string::npos) return;
  for_each_piece(decoded, ":,=/ ", [&](string_view piece) {
    if (piece.size() >= shortest_piece) learn(piece);
  });
}

void Secrets::learn_argument(string_view argument, Use use) {
  for (std::size_t i = 0; i < argument.size(); ++i) {
    if (argument[i] != ':' && argument[i] != '=') continue;
    if (argument[i] == ':') {
      if (const auto url = url_at(argument, i, Place::argument)) {
        learn_url(argument, *url, Place::argument, use);
        // What looks like a name in front of a value there is a part of the password.
        i = std::max({i, url->userinfo.end, url->doubtful.end});
        continue;
      }
    }
    if (const Span span = option_secret(argument, i); !span.empty()) {
      const Span name = {argument.substr(0, i).find_last_of("[:|, ") + 1, i};
      learn_option(name.of(argument), unescaped(span.of(argument)));
      learn_value(span.of(argument));
      i = span.end - 1;
      continue;
    }
    const Span span = named_secret(argument, i);
    if (!span.empty()) learn_value(span.of(argument));
  }
}

void Secrets::learn_option(string_view name, string_view value) {
  if (name == "headers" || name == "header" || name == "H" || name == "proxy-header") {
    for (const std::string& line : lines_of(value)) learn_header(line);
  } else if (name == "cookies") {
    for (const std::string& line : lines_of(value)) {
      const string_view pair = string_view(line).substr(0, line.find(';'));
      learn(unquoted(pair.substr(pair.find('=') + 1)));
    }
  } else {
    learn_value(value);
    // `S:TOKEN`, `live/KEY`, `name:password`: the last part may turn up alone.
    const std::size_t separator = value.find_last_of("/:");
    if (separator != string_view::npos) learn(value.substr(separator + 1));
  }
}

void Secrets::learn_header(string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == string_view::npos) return;
  const std::string name = monitor::lowered(unquoted(line.substr(0, colon)));
  const string_view value = unquoted(line.substr(colon + 1));
  const bool harmless = std::ranges::find(harmless_headers, name) != harmless_headers.end() ||
                        name.starts_with("accept");
  if (harmless) return;
  learn(value);
  const std::size_t blank = value.find(' ');  // `Bearer KEY`
  if (blank != string_view::npos) learn(unquoted(value.substr(blank)));
}

}  // namespace supervisor
