#include "monitor/probes/url.hpp"

#include <algorithm>
#include <charconv>

namespace monitor::probes {
namespace {

using std::string_view;

constexpr std::size_t shown_limit = 100;  // bytes, of a sentence of at most 200
constexpr std::size_t server_limit = 60;  // bytes; the longest that occur in practice

bool is_scheme_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '-' || c == '.';
}

string_view up_to(string_view text, string_view any) {
  return text.substr(0, text.find_first_of(any));
}

std::string one_line(std::string text) {
  const auto breaks = [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; };
  std::ranges::replace_if(text, breaks, '?');
  return text;
}

void split_host(string_view authority, Url& url) {
  std::size_t host_end = 0;
  if (authority.starts_with('[')) {
    host_end = std::min(authority.find(']'), authority.size());
    url.host = authority.substr(1, host_end - 1);
  } else {
    url.host = up_to(authority, ":");
    host_end = url.host.size();
  }
  const std::size_t colon = authority.find(':', host_end);
  if (colon != string_view::npos) url.port = authority.substr(colon + 1);
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
  string_view authority = up_to(text, "/?");
  url.path = text.substr(authority.size());
  const std::size_t at = authority.rfind('@');
  if (at != string_view::npos) {
    url.userinfo = authority.substr(0, at);
    authority.remove_prefix(at + 1);
  }
  split_host(authority, url);
  return url;
}

std::string percent_decoded(string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char value = 0;
    const char* digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
      decoded += static_cast<char>(value);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
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
  if (text.size() > server_limit) {
    std::size_t size = server_limit / 2;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;  // UTF-8
    text.replace(size, std::string::npos, "…");
  }
  return one_line(std::move(text));
}

std::string shown_url(string_view text) {
  const Url url = split_url(text);
  const std::string front =
      std::string(url.scheme.substr(0, 20)) + "://" + shown_server(url.host, url.port);
  const std::string whole = one_line(front + std::string(up_to(url.path, "?")));
  return whole.size() <= shown_limit ? whole : front + "/…";
}

}  // namespace monitor::probes
