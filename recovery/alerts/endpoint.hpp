#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace recovery::alerts {

using Headers = std::vector<std::pair<std::string, std::string>>;

// Where to POST. Everything but `name` may hold secrets.
struct Endpoint {
  std::string name;  // "https://hooks.slack.com:443": the part that may be shown
  bool tls = false;
  std::string host;  // without the brackets of IPv6
  std::string port;
  std::string host_header;
  std::string target;  // path and query
  Headers headers;     // with the Authorization that the URL's userinfo asks for
};

// Of an http or https URL; `path` is added to the URL's own. Throws std::runtime_error that states
// the error without the URL.
Endpoint parse_endpoint(std::string_view url, std::string_view path = {});

// Throws std::runtime_error naming the header that cannot be sent; never its value.
void check_headers(const Headers& headers);

}  // namespace recovery::alerts
