#include "monitor/ffmpeg/url_address.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace monitor {
namespace {

constexpr auto npos = std::string_view::npos;

struct PortOfScheme {
  std::string_view scheme;
  std::string_view port;
};
constexpr std::array ports{
    PortOfScheme{"rtmp", "1935"}, PortOfScheme{"rtmpe", "1935"}, PortOfScheme{"rtmps", "443"},
    PortOfScheme{"rtmpt", "80"},  PortOfScheme{"rtmpts", "443"}, PortOfScheme{"http", "80"},
    PortOfScheme{"https", "443"}, PortOfScheme{"hls", "80"},     PortOfScheme{"icecast", "8000"},
    PortOfScheme{"rtsp", "554"},  PortOfScheme{"rtsps", "322"},  PortOfScheme{"ftp", "21"}};

std::string_view default_port(std::string_view scheme) {
  for (const auto& row : ports) {
    if (row.scheme == scheme) return row.port;
  }
  return {};
}

bool is_alnum(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

}  // namespace

bool same_host(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

UrlAddress address_at(std::string_view text, std::size_t at) {
  std::size_t begin = at;
  while (begin > 0 && is_alnum(text[begin - 1])) --begin;
  UrlAddress address{.scheme = text.substr(begin, at - begin), .host = {}, .port = {}};

  std::string_view rest = text.substr(at + 3);
  rest = rest.substr(0, rest.find_first_of("/?#| \t'\""));
  if (const std::size_t user = rest.rfind('@'); user != npos) rest.remove_prefix(user + 1);
  const std::size_t bracket = rest.starts_with('[') ? rest.find(']') : 0;
  const std::size_t colon = rest.find(':', bracket == npos ? 0 : bracket);
  address.host = rest.substr(0, colon);
  if (address.host.starts_with('[')) address.host = address.host.substr(1, bracket - 1);
  if (colon != npos) {
    const std::string_view port = rest.substr(colon + 1);
    address.port = port.substr(0, port.find_first_not_of("0123456789"));
  }
  if (address.port.empty()) address.port = default_port(address.scheme);
  return address;
}

}  // namespace monitor
