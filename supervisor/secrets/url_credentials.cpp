#include "supervisor/secrets/url_credentials.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "monitor/text/ascii.hpp"
#include "supervisor/secrets/credential_names.hpp"
#include "supervisor/secrets/url_authority.hpp"

namespace supervisor {

namespace {

using monitor::is_digit;
using monitor::is_letter;
using monitor::lowered;
using std::string_view;

constexpr std::size_t longest_scheme = 48;  // looking back further costs time
constexpr int deepest_url = 4;              // URLs inside URLs; what is deeper is masked whole
constexpr std::size_t longest_user = 16;    // a longer name is a token as a rule

bool is_blank(char c) {
  return static_cast<unsigned char>(c) <= ' ' || c == 0x7f;
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
  while (begin > 0 && end - begin < longest_scheme && is_scheme_char(text[begin - 1])) --begin;
  while (begin < end && !is_letter(text[begin])) ++begin;
  return {begin, end};
}

std::size_t end_of_url(string_view text, std::size_t from, Place place) {
  std::size_t end = from;
  for (; end < text.size(); ++end) {
    const char c = text[end];
    if (is_blank(c) || c == '|') break;
    if (place == Place::prose && string_view("\"'<>`").find(c) != string_view::npos) break;
  }
  if (place == Place::argument) return end;
  while (end > from && string_view(".,;:!)]}").find(text[end - 1]) != string_view::npos) --end;
  return end;
}

// Where the next URL of a list in an argument begins (`a|[f=flv]b`, `a|b`), or librtmp's options
// behind the path: up to there a user name or password of this one may reach.
std::size_t end_of_reach(string_view text, std::size_t from) {
  std::size_t reach = std::min(text.find("|[", from), text.size());
  for (std::size_t at = text.find("://", from); at < reach; at = text.find("://", at + 3)) {
    const std::size_t begin = scheme_before(text, at).begin;
    const bool is_separate =
        begin > from && (is_blank(text[begin - 1]) ||
                         string_view("|=/],").find(text[begin - 1]) != string_view::npos);
    if (is_separate) reach = begin - 1;
  }
  const std::size_t path = text.find('/', from);
  for (std::size_t at = std::min(path, reach); at < reach; ++at) {
    if (text[at] != ' ') continue;
    std::size_t name_end = at + 1;
    while (name_end < reach && is_letter(text[name_end])) ++name_end;
    if (name_end > at + 1 && name_end < reach && text[name_end] == '=') return at;
  }
  return reach;
}

// ` name=value` of librtmp, as often as it follows.
Span options_behind(string_view text, std::size_t url_end) {
  std::size_t end = url_end;
  while (end < text.size() && text[end] == ' ') {
    std::size_t at = end + 1;
    while (at < text.size() && is_letter(text[at])) ++at;
    if (at == text.size() || text[at] != '=') break;
    end = std::min(text.find_first_of(" |", at), text.size());
  }
  return {url_end, end};
}

void add_userinfo(string_view text, Span userinfo, bool whole, std::vector<Span>& spans) {
  if (userinfo.empty()) return;
  const std::size_t colon = userinfo.of(text).find(':');
  const bool has_password = colon != string_view::npos && userinfo.begin + colon + 1 < userinfo.end;
  if (whole || !has_password || colon > longest_user) {
    spans.push_back(userinfo);  // a name without a password is a token as a rule
  } else {
    spans.push_back({userinfo.begin + colon + 1, userinfo.end});
  }
}

bool is_harmless_value(string_view value) {
  constexpr auto words = std::to_array<string_view>({"true", "false", "yes", "no", "on", "off"});
  return value.size() <= 1 || std::ranges::find(words, lowered(value)) != words.end();
}

// Of `name=value` in a query.
Span secret_of_pair(string_view text, Span name, Span value) {
  if (is_secret_name(name.of(text))) return value;
  if (is_harmless_value(value.of(text))) return {};
  // A URL in its place is looked at by itself.
  if (value.of(text).find("://") != string_view::npos) return {};
  return is_harmless_parameter(name.of(text)) ? Span{} : value;
}

void add_pairs(string_view text, Span pairs, std::vector<Span>& values) {
  for (std::size_t at = pairs.begin; at < pairs.end;) {
    const std::size_t end = std::min(text.find_first_of("&;", at), pairs.end);
    const std::size_t equals = text.find('=', at);
    const Span value = equals < end ? secret_of_pair(text, {at, equals}, {equals + 1, end})
                                    : secret_of_pair(text, {at, end}, {at, end});
    if (!value.empty()) values.push_back(value);
    at = end + 1;
  }
}

// Long and made of letters and figures, as keys are and names are not.
bool looks_like_token(string_view part) {
  constexpr std::size_t shortest = 20;
  constexpr std::ptrdiff_t fewest = 3;
  const auto fits = [](char c) {
    return is_letter(c) || is_digit(c) || string_view("_-~=+").find(c) != string_view::npos;
  };
  return part.size() >= shortest && std::ranges::all_of(part, fits) &&
         std::ranges::count_if(part, is_digit) >= fewest &&
         std::ranges::count_if(part, is_letter) >= fewest;
}

std::vector<Span> parts_of(string_view text, Span path) {
  std::vector<Span> parts;
  for (std::size_t at = path.begin; at < path.end;) {
    const std::size_t slash = std::min(text.find('/', at), path.end);
    std::size_t end = slash;
    while (end > at && text[end - 1] == '\\') --end;  // JSON's
    if (end > at) parts.push_back({at, end});
    at = slash + 1;
  }
  return parts;
}

// `1`, `1.ts`
bool is_number_of_stream(string_view part) {
  const string_view number = part.substr(0, part.find('.'));
  return !number.empty() && std::ranges::all_of(number, is_digit);
}

// `/a;token=x/b`: parameters of one part (RFC 3986, 3.3).
void add_parameters(string_view text, Span part, std::vector<Span>& spans) {
  const std::size_t begin = part.of(text).find(';');
  if (begin != string_view::npos) add_pairs(text, {part.begin + begin + 1, part.end}, spans);
}

// Of a path that is read from: tokens, parameters, and the account in front of a number, as the
// servers of television providers have it (`/USER/PASSWORD/1.ts`, `/live/USER/PASSWORD/1.ts`).
void add_path(string_view text, const Url& url, std::vector<Span>& spans) {
  constexpr auto kinds =
      std::to_array<string_view>({"live", "movie", "series", "timeshift", "streaming"});
  const std::vector<Span> parts = parts_of(text, url.path);
  for (const Span& part : parts) {
    if (looks_like_token(part.of(text))) spans.push_back(part);
    add_parameters(text, part, spans);
  }
  // A camera's is in front of its host: `rtsp://USER:PASSWORD@nvr/Streaming/Channels/101`.
  const bool is_camera = lowered(url.scheme.of(text)).starts_with("rtsp");
  if (is_camera && !url.userinfo.empty()) return;
  if (parts.size() == 3 && is_number_of_stream(parts[2].of(text))) {
    spans.push_back(parts[0]);
    spans.push_back(parts[1]);
  }
  if (parts.size() < 4 || std::ranges::find(kinds, parts[0].of(text)) == kinds.end()) return;
  spans.push_back(parts[1]);
  spans.push_back(parts[2]);
}

void add_rtmp_options(string_view text, Span options, std::vector<Span>& spans) {
  for (std::size_t at = options.begin; at < options.end;) {
    const std::size_t end = std::min(text.find(' ', at), options.end);
    const std::size_t equals = text.find('=', at);
    if (equals < end && equals + 1 < end && !is_harmless_rtmp_option(text.substr(at, equals - at)))
      spans.push_back({equals + 1, end});
    at = end + 1;
  }
}

void add_parts(string_view text, const Url& url, Place place, Use use, int depth,
               std::vector<Span>& spans) {
  const bool rtmp = is_rtmp(text, url);
  add_userinfo(text, url.userinfo, rtmp, spans);
  add_userinfo(text, url.doubtful, rtmp, spans);
  if (rtmp) {
    const Span key = stream_key(text, url);
    if (!key.empty()) spans.push_back(key);
    add_rtmp_options(text, url.options, spans);
    return;
  }
  if (use == Use::publish) {
    const Span key = publish_key(text, url);
    if (!key.empty()) spans.push_back(key);
  }
  const std::vector<Span> values = secret_query_values(text, url);
  spans.insert(spans.end(), values.begin(), values.end());
  add_path(text, url, spans);

  const string_view whole = text.substr(0, url.end);
  const std::size_t colon = whole.find("://", url.path.begin);
  if (colon == string_view::npos) return;
  if (depth == deepest_url) {
    spans.push_back({colon, url.end});
    return;
  }
  const auto inner = url_at(whole, colon, place);
  if (inner) add_parts(whole, *inner, place, use, depth + 1, spans);
}

}  // namespace

std::vector<Span> merged(std::vector<Span> spans) {
  std::erase_if(spans, [](const Span& span) { return span.empty(); });
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

std::optional<Url> url_at(string_view text, std::size_t colon, Place place) {
  const std::size_t slashes = slashes_at(text, colon + 1);
  if (slashes == 0) return std::nullopt;
  Url url;
  url.scheme = scheme_before(text, colon);
  if (url.scheme.empty()) return std::nullopt;
  const std::size_t start = colon + 1 + slashes;
  const std::size_t reach =
      place == Place::prose ? end_of_url(text, start, place) : end_of_reach(text, start);

  const Authority authority = read_authority(text.substr(start, reach - start));
  url.userinfo = {start, start + authority.userinfo};
  const std::size_t host = start + authority.host;
  url.end = end_of_url(text, std::min(host, reach), place);
  if (authority.doubtful > 0) {
    url.doubtful = {start, start + authority.doubtful};
    url.end = std::max(url.end, end_of_url(text, url.doubtful.end, place));
  }
  const std::size_t path = std::min(text.find_first_of("/?#", host), url.end);
  const std::size_t query = std::min(text.find('?', path), url.end);
  url.path = {path, query};
  url.query = {std::min(query + 1, url.end), url.end};
  url.options = {url.end, url.end};
  if (place == Place::argument && is_rtmp(text, url)) url.options = options_behind(text, url.end);
  return url;
}

bool is_rtmp(string_view text, const Url& url) {
  return lowered(url.scheme.of(text)).find("rtmp") != std::string::npos;
}

// The first part of the path is the application's; what follows may be an instance of it, or a user
// and a password in front of the stream's name.
Span stream_key(string_view text, const Url& url) {
  const std::vector<Span> parts = parts_of(text, url.path);
  if (parts.empty()) return url.query;
  return {parts[parts.size() > 1 ? 1 : 0].begin, url.end};
}

Span publish_key(string_view text, const Url& url) {
  const std::string scheme = lowered(url.scheme.of(text));
  constexpr auto files = std::to_array<string_view>({"file", "ftp", "sftp", "smb", "icecast"});
  if (std::ranges::find(files, scheme) != files.end()) return {};
  const std::vector<Span> parts = parts_of(text, url.path);
  if (parts.empty()) return {};
  // A web server's folders are as secret as the names in them.
  return {parts[scheme.starts_with("http") ? 0 : parts.size() - 1].begin, url.end};
}

std::vector<Span> secret_query_values(string_view text, const Url& url) {
  std::vector<Span> values;
  const std::size_t fragment = url.query.empty() ? text.find('#', url.path.begin) : url.end;
  if (fragment < url.end) add_pairs(text, {fragment + 1, url.end}, values);
  add_pairs(text, url.query, values);
  return values;
}

std::vector<Span> secret_parts(string_view text, const Url& url, Place place, Use use) {
  std::vector<Span> spans;
  add_parts(text, url, place, use, 1, spans);
  return merged(std::move(spans));
}

}  // namespace supervisor
