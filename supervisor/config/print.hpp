#pragma once

#include <string>

#include "supervisor/config/config.hpp"

namespace supervisor {

// What print_config() prints, but only values that differ from the defaults because someone set
// them; of each stream and other element of a list its first line, too.
std::string print_changes(const Config& config);

}  // namespace supervisor
