#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace http {

// Reads the Authorization header. Schemes in any case (RFC 9110, 11.1).

struct BasicCredentials {
  std::string user, password;
};
// Of `Basic BASE64(user:password)`; empty for another scheme.
std::optional<BasicCredentials> basic_credentials(std::string_view authorization);

// The password alone.
std::optional<std::string> basic_password(std::string_view authorization);

// Of `Bearer TOKEN`; a view into the header. Empty for another scheme.
std::optional<std::string_view> bearer_token(std::string_view authorization);

// Compares secrets in a time that depends on the length of `given` only.
bool is_same_secret(std::string_view given, std::string_view expected);

}  // namespace http
