#pragma once

#include <cstddef>
#include <string_view>

#include "supervisor/secrets/url_credentials.hpp"

namespace supervisor {

// Finds credentials behind the names that stand in front of them, in any text. Knows no secret.

// The value behind the `=` or `:` at `sign` where the name in front speaks of a credential:
// `token=x`, `Authorization: Bearer x`, `"api_key":"x"`. Empty otherwise.
Span named_secret(std::string_view text, std::size_t sign);

// The value behind the `=` at `sign` of an option that carries credentials, in an argument that
// holds options: `[f=hls:headers='Authorization\: Bearer x']…`. Empty otherwise.
Span option_secret(std::string_view argument, std::size_t sign);

}  // namespace supervisor
