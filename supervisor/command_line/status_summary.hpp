#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "supervisor/command_line/status_table.hpp"

namespace supervisor {

// One line on how many streams are on air, and one for each that something is wrong with: since
// when, why in a sentence, and what comes next.
std::string summarize(const std::vector<StreamRow>& rows, std::chrono::system_clock::time_point now,
                      bool has_colours);

}  // namespace supervisor
