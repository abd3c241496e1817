#pragma once

#include <optional>
#include <string_view>

namespace http {

// The server's name and port as a client wrote them: of the field Host, or of an absolute target.
// Views into the text it was made from.
struct HostField {
  std::string_view host;  // IPv6 without its brackets; may be empty
  std::string_view port;  // digits; empty without one
  bool is_address = false;
};

// `uri-host [":" port]` (RFC 9110, 7.2; RFC 3986, 3.2.2). Empty for anything else, a user name in
// front of it among it. Pure.
std::optional<HostField> host_field(std::string_view text);

}  // namespace http
