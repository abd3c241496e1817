#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace http {

// What an Authorization header brings. Schemes in any case (RFC 9110, 11.1).

struct BasicCredentials {
  std::string user, password;
};
// Of `Basic BASE64(user:password)`; empty where the header is none such.
std::optional<BasicCredentials> basic_credentials(std::string_view authorization);

// The password alone.
std::optional<std::string> basic_password(std::string_view authorization);

// Of `Bearer TOKEN`; a view into the header. Empty where the header is none such.
std::optional<std::string_view> bearer_token(std::string_view authorization);

// Whether two secrets are the same; takes as long for any `given` of a length.
bool is_same_secret(std::string_view given, std::string_view expected);

}  // namespace http
