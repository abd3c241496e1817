#pragma once

#include <string>

namespace supervisor {

// This machine's name in other systems (the label `instance`): in a container its own name.
std::string host_name();

}  // namespace supervisor
