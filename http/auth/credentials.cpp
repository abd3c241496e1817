#include "http/auth/credentials.hpp"

#include <algorithm>
#include <utility>

#include "monitor/text/ascii.hpp"
#include "monitor/text/base64.hpp"

namespace http {
namespace {

using std::string_view;

constexpr std::size_t authorization_bytes = 4096;  // a longer header is refused

// What follows the scheme; empty where the scheme is another.
std::optional<string_view> of_scheme(string_view scheme, string_view authorization) {
  if (authorization.size() > authorization_bytes) return std::nullopt;
  authorization = monitor::trimmed(authorization);
  const std::size_t blank = authorization.find(' ');
  if (blank == string_view::npos ||
      !monitor::equal_ignoring_case(authorization.substr(0, blank), scheme)) {
    return std::nullopt;
  }
  return monitor::trimmed(authorization.substr(blank));
}

}  // namespace

std::optional<BasicCredentials> basic_credentials(string_view authorization) {
  const auto encoded = of_scheme("basic", authorization);
  const auto both = encoded ? monitor::base64_decoded(*encoded) : std::nullopt;
  if (!both) return std::nullopt;
  const std::size_t colon = both->find(':');
  if (colon == std::string::npos) return std::nullopt;
  return BasicCredentials{both->substr(0, colon), both->substr(colon + 1)};
}

std::optional<std::string> basic_password(string_view authorization) {
  auto credentials = basic_credentials(authorization);
  if (!credentials) return std::nullopt;
  return std::move(credentials->password);
}

std::optional<string_view> bearer_token(string_view authorization) {
  return of_scheme("bearer", authorization);
}

bool is_same_secret(string_view given, string_view expected) {
  unsigned difference = given.size() == expected.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const char other = expected.empty() ? '\0' : expected[i % expected.size()];
    const volatile auto bits = static_cast<unsigned char>(given[i] ^ other);
    difference |= bits;
  }
  return difference == 0;
}

}  // namespace http
