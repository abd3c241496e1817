#pragma once

#include <string_view>

namespace monitor::probes {

// Whether FFmpeg would reach this host through an HTTP proxy (environment `http_proxy`, `no_proxy`,
// of HTTPS too): then only the proxy can probe it.
bool goes_through_proxy(std::string_view host);
// `no_proxy` as FFmpeg reads it: `*`, or names that the host is, or ends in; after commas or
// blanks.
bool in_no_proxy(std::string_view no_proxy, std::string_view host);

}  // namespace monitor::probes
