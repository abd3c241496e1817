#pragma once

#include <string>
#include <vector>

#include "supervisor/config/config.hpp"

namespace supervisor {

// Outputs that two commands which may run at the same time have in common: the second publisher is
// refused, or takes the name from the first; a file is written by both. One sentence each.
std::vector<std::string> output_warnings(const Config& config);

}  // namespace supervisor
