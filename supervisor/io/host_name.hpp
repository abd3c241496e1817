#pragma once

#include <string>

namespace supervisor {

// What other systems know this machine by (the label `instance`): in a container its own name.
std::string host_name();

}  // namespace supervisor
