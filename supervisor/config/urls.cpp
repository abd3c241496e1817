#include "supervisor/config/urls.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>

#include <arpa/inet.h>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "monitor/text/ascii.hpp"
#include "monitor/text/url.hpp"
#include "supervisor/config/settings.hpp"

namespace supervisor {

namespace {

using std::string_view;

constexpr std::size_t url_bytes_max = 8 * 1024;  // what servers take in a request line
constexpr std::size_t public_url_bytes_max = 300;

struct UrlKind {
  string_view scheme;  // the secure one has an `s` behind it
  string_view example;
};
constexpr UrlKind any_http{"http", "an http:// or https:// URL such as https://host/path"};
constexpr UrlKind base{"http", "an http:// or https:// URL such as http://host:9093"};
constexpr UrlKind page{"http", "an http:// or https:// URL such as https://radio.example.org/live"};
constexpr UrlKind api{"http", "an http:// or https:// URL such as http://host:9997"};
constexpr UrlKind exporter{"http", "an http:// or https:// URL such as http://host:9091"};
constexpr UrlKind azuracast{"http", "an http:// or https:// URL such as https://radio.example.org"};
constexpr UrlKind media{"http", "an http:// or https:// URL such as http://host/radio.mp3"};
constexpr UrlKind mount{"http", "an http:// or https:// URL such as http://host:8000/radio.mp3"};
constexpr UrlKind rtmp{"rtmp", "an rtmp:// or rtmps:// URL such as rtmp://host:1935/live/key"};

[[noreturn]] void refuse(const std::string& found, const UrlKind& kind) {
  throw Unexpected::whole("found " + found + ", expected " + std::string(kind.example));
}

bool has_scheme(const std::string& text, string_view scheme) {
  const std::string found = monitor::lowered(text.substr(0, text.find("://")));
  return found.size() < text.size() && (found == scheme || found == std::string(scheme) + 's');
}

bool is_space_or_control(char c) {
  return static_cast<unsigned char>(c) <= ' ' || c == 0x7F;
}

bool is_port(string_view text) {
  std::uint16_t port = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), port);
  return result.ec == std::errc() && result.ptr == text.data() + text.size() && port > 0;
}

bool is_v6(const std::string& text) {
  in6_addr address{};
  return inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

// `USER:PASSWORD@HOST:PORT`.
void require_host(const std::string& text, const UrlKind& kind) {
  const std::size_t start = text.find("://") + 3;
  const string_view rest = string_view(text).substr(start);
  const auto [userinfo, name, port] =
      monitor::split_authority(rest.substr(0, rest.find_first_of("/?#")));
  if (name.empty()) refuse("a URL without a host", kind);
  const bool bracketed = name.front() == '[' && name.back() == ']' && name.size() > 2;
  if (name.front() == '[' && !(bracketed && is_v6(std::string(name.substr(1, name.size() - 2))))) {
    refuse("a URL whose address in brackets is no IPv6 address", kind);
  }
  if (port && !is_port(*port)) {
    refuse("a URL whose port is no number from 1 to 65535", kind);
  }
}

void check_url(const std::string& text, const UrlKind& kind) {
  if (text.empty()) refuse("nothing", kind);
  if (text.size() > url_bytes_max) {
    refuse(std::to_string(text.size()) + " bytes, more than " + std::to_string(url_bytes_max),
           kind);
  }
  if (std::any_of(text.begin(), text.end(), is_space_or_control)) {
    refuse("a space or a control character", kind);
  }
  if (!has_scheme(text, kind.scheme)) {
    const std::string scheme(kind.scheme);
    refuse("a text that does not begin with " + scheme + ":// or " + scheme + "s://", kind);
  }
  require_host(text, kind);
}

// Parsed as its users parse it: a character that must be percent-encoded is reported here.
void check_http_url(const std::string& text, const UrlKind& kind) {
  check_url(text, kind);
  const bool spelt_well = boost::urls::parse_uri(text).has_value();
  if (!spelt_well) refuse("a URL with characters that must be percent-encoded", kind);
}

const std::string& read_base(const std::string& text, const UrlKind& kind) {
  check_http_url(text, kind);
  if (text.find_first_of("?#") != std::string::npos) refuse("a URL with a '?' or '#'", kind);
  return text;
}

}  // namespace

std::string read_http_url(const std::string& text) {
  check_http_url(text, any_http);
  return text;
}

std::string read_base_url(const std::string& text) {
  return read_base(text, base);
}

std::string read_public_url(const std::string& text) {
  if (text.size() > public_url_bytes_max) {
    refuse(
        std::to_string(text.size()) + " bytes, more than " + std::to_string(public_url_bytes_max),
        page);
  }
  read_base(text, page);
  if (!monitor::split_url(text).userinfo.empty()) refuse("a URL with a user name", page);
  return text;
}

std::string read_api_url(const std::string& text) {
  return read_base(text, api);
}

std::string read_exporter_url(const std::string& text) {
  return read_base(text, exporter);
}

std::string read_azuracast_url(const std::string& text) {
  return read_base(text, azuracast);
}

std::string read_media_url(const std::string& text) {
  check_url(text, media);
  return text;
}

std::string read_mount_url(const std::string& text) {
  check_url(text, mount);
  const std::size_t path = text.find_first_of("/?#", text.find("://") + 3);
  const bool named = path != std::string::npos && text[path] == '/' && path + 1 < text.size() &&
                     text.find_first_of("?#", path) != path + 1;
  if (!named) refuse("a URL without a mount", mount);
  return text;
}

std::string read_rtmp_url(const std::string& text) {
  check_url(text, rtmp);
  return text;
}

}  // namespace supervisor
