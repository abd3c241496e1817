#pragma once

#include <string_view>

#include "monitor/probes/http_request.hpp"
#include "monitor/probes/target.hpp"
#include "monitor/text/url.hpp"

namespace monitor::probes {

// Scheme, host and port are the same (RFC 6454).
bool is_same_origin(const Url& left, const Url& right);

// The headers of the target that `url` may have, which is the target itself or where it was
// redirected to. Another origin gets none that may hold a secret. A cookie goes where its domain,
// its path and `Secure` allow it.
Headers headers_for(const Target& target, std::string_view url);

}  // namespace monitor::probes
