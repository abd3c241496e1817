#pragma once

#include <string>
#include <string_view>

namespace http {

// Whom an address stands for where clients share something: an IPv4 address for itself, one of IPv6
// for its /64, which a host usually has whole. Pure.
std::string network_of(std::string_view address);

}  // namespace http
