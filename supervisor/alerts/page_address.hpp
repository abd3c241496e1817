#pragma once

#include <string>

#include "http/settings.hpp"

namespace supervisor {

// The live page as others reach it, for links: `http.public_url`; without it the address that is
// listened on, or this machine's name where that is every address. Without a slash at the end;
// empty where the port is not known.
std::string page_address(const http::Settings& http);

}  // namespace supervisor
