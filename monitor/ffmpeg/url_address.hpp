#pragma once

#include <string_view>

namespace monitor {

// scheme://[userinfo@]host[:port], as far as it distinguishes one server from another. Views into
// the text it stands in.
struct UrlAddress {
  std::string_view scheme;
  std::string_view host;  // without the brackets of IPv6
  std::string_view port;  // of the scheme where none is written; empty: any
};

// The address whose "://" stands at `at` in `text`.
UrlAddress address_at(std::string_view text, std::size_t at);

// Whether any network address in `text` matches; a tee output holds several.
template <class Predicate>
bool any_address(std::string_view text, Predicate matches) {
  constexpr auto npos = std::string_view::npos;
  for (std::size_t at = text.find("://"); at != npos; at = text.find("://", at + 3)) {
    const UrlAddress address = address_at(text, at);
    if (address.scheme != "file" && matches(address)) return true;
  }
  return false;
}

}  // namespace monitor
