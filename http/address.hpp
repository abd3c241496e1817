#pragma once

#include <string>

#include "http/settings.hpp"

namespace http {

// Whether this stands for every address of the machine.
bool is_any_address(const std::string& address);

// `http://HOST:9090`, https where there is a certificate; brackets around an address of IPv6.
std::string url_of(const Settings& settings, const std::string& host);

// As a client on this machine reaches it: the loopback address where every address is listened on.
std::string local_url(const Settings& settings);

}  // namespace http
