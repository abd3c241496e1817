#include "monitor/ffmpeg/url_address.hpp"

#include "monitor/text/ascii.hpp"
#include "monitor/text/url.hpp"

namespace monitor {
UrlAddress address_at(std::string_view text, std::size_t at) {
  std::size_t begin = at;
  while (begin > 0 && (is_letter(text[begin - 1]) || is_digit(text[begin - 1]))) --begin;
  UrlAddress address{.scheme = text.substr(begin, at - begin), .host = {}, .port = {}};

  std::string_view rest = text.substr(at + 3);
  rest = rest.substr(0, rest.find_first_of("/?#| \t'\""));
  const Authority parts = split_authority(rest);
  address.host = parts.host;
  if (address.host.starts_with('['))
    address.host = address.host.substr(1, address.host.find(']') - 1);
  const std::string_view port = parts.port.value_or(std::string_view());
  address.port = port.substr(0, port.find_first_not_of("0123456789"));
  if (address.port.empty()) address.port = default_port(address.scheme);
  return address;
}

}  // namespace monitor
