#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "supervisor/command_line/status_table.hpp"

namespace supervisor {

// One line on how many streams are on air, and one for each that something is wrong with: since
// when, why in a sentence, what comes next, and on a second line what to do first.
std::string summarize(const std::vector<StreamRow>& rows, std::chrono::system_clock::time_point now,
                      bool has_colours);

}  // namespace supervisor
