#include "monitor/text/url.hpp"

#include <algorithm>
#include <array>

#include "monitor/text/ascii.hpp"
#include "monitor/text/utf8.hpp"

namespace monitor {
namespace {

using std::string_view;

constexpr std::size_t shown_limit = 100;  // bytes, of a sentence of at most 200
constexpr std::size_t server_limit = 60;  // bytes; the longest that occur in practice

struct PortOfScheme {
  string_view scheme;
  string_view port;
};
constexpr auto ports = std::to_array<PortOfScheme>({
    {"http", "80"},    {"https", "443"},  {"hls", "80"},    {"icy", "80"},    {"icecast", "8000"},
    {"rtmp", "1935"},  {"rtmpe", "1935"}, {"rtmps", "443"}, {"rtmpt", "80"},  {"rtmpte", "80"},
    {"rtmpts", "443"}, {"rtsp", "554"},   {"rtsps", "322"}, {"mms", "1755"},  {"mmst", "1755"},
    {"mmsh", "80"},    {"ftp", "21"},     {"sftp", "22"},   {"gopher", "70"},
});

bool is_scheme_character(char c) {
  return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
}

string_view up_to(string_view text, string_view any) {
  return text.substr(0, text.find_first_of(any));
}

std::string one_line(std::string text) {
  const auto breaks = [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; };
  std::ranges::replace_if(text, breaks, '?');
  return text;
}

string_view without_brackets(string_view host) {
  return host.starts_with('[') ? host.substr(1, host.find(']') - 1) : host;
}

}  // namespace

string_view url_scheme(string_view url) {
  const auto end = std::ranges::find_if_not(url, is_scheme_character);
  if (end == url.end() || *end != ':') return {};
  return url.substr(0, static_cast<std::size_t>(end - url.begin()));
}

Url split_url(string_view text) {
  Url url;
  text = up_to(text, "#");
  url.scheme = url_scheme(text);
  if (!url.scheme.empty()) text.remove_prefix(url.scheme.size() + 1);
  if (!text.starts_with("//")) {
    url.path = text;
    return url;
  }
  text.remove_prefix(2);
  const string_view authority = up_to(text, "/?");
  url.path = text.substr(authority.size());
  const Authority parts = split_authority(authority);
  url.userinfo = parts.userinfo;
  url.host = without_brackets(parts.host);
  url.port = parts.port.value_or(string_view());
  return url;
}

Authority split_authority(string_view text) {
  Authority authority;
  const std::size_t at = text.rfind('@');
  if (at != string_view::npos) {
    authority.userinfo = text.substr(0, at);
    text.remove_prefix(at + 1);
  }
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
  const std::size_t colon = bracket == string_view::npos ? bracket : text.find(':', bracket);
  authority.host = text.substr(0, colon);
  if (colon != string_view::npos) authority.port = text.substr(colon + 1);
  return authority;
}

string_view default_port(string_view scheme) {
  const auto found = std::ranges::find(ports, scheme, &PortOfScheme::scheme);
  return found == ports.end() ? string_view() : found->port;
}

string_view port_of(string_view url) {
  const Url parts = split_url(url);
  return parts.port.empty() ? default_port(parts.scheme) : parts.port;
}

std::string resolved_url(string_view base, string_view location) {
  if (!url_scheme(location).empty()) return std::string(location);
  const Url from = split_url(base);
  const std::string scheme(from.scheme);
  if (location.starts_with("//")) return scheme + ":" + std::string(location);
  std::string root = scheme + "://";
  if (!from.userinfo.empty()) root += std::string(from.userinfo) + "@";
  root += from.host.find(':') == string_view::npos ? std::string(from.host)
                                                   : "[" + std::string(from.host) + "]";
  if (!from.port.empty()) root += ":" + std::string(from.port);
  if (location.starts_with('/')) return root + std::string(location);
  const string_view path = up_to(from.path, "?");
  if (location.starts_with('?')) return root + std::string(path) + std::string(location);
  const string_view folder = path.substr(0, path.rfind('/') + 1);  // npos + 1 is 0
  return root + (folder.empty() ? "/" : std::string(folder)) + std::string(location);
}

std::string host_and_port(string_view host, string_view port) {
  const bool ipv6 = host.find(':') != string_view::npos;
  std::string text = ipv6 ? "[" + std::string(host) + "]" : std::string(host);
  return port.empty() ? text : text + ":" + std::string(port);
}

std::string shown_server(string_view host, string_view port) {
  std::string text = host_and_port(host, port);
  if (text.size() > server_limit)
    text = std::string(utf8_prefix(text, server_limit / 2)).append(ellipsis);
  return one_line(std::move(text));
}

std::string shown_server(string_view url) {
  return shown_server(split_url(url).host, port_of(url));
}

std::string shown_url(string_view text) {
  const Url url = split_url(text);
  const std::string front =
      std::string(url.scheme.substr(0, 20)) + "://" + shown_server(url.host, url.port);
  const std::string whole = one_line(front + std::string(up_to(url.path, "?")));
  return whole.size() <= shown_limit ? whole : front + "/" + std::string(ellipsis);
}

}  // namespace monitor
