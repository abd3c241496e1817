#pragma once

#include <string_view>

namespace supervisor {

// Whether a server of this name or address can only be reached from networks of its owner: names
// without a dot, names that nobody can register, addresses that no router of the internet knows.
bool is_private_host(std::string_view host);

}  // namespace supervisor
