#pragma once

#include <string>
#include <vector>

#include "supervisor/config/settings.hpp"

namespace supervisor {

// The keys below `slate`.
std::vector<Setting<StreamConfig>> slate_settings();

// Why its image cannot be read now, with its path; empty: it can, or there is none. A warning only:
// it may come later. Waits for the disk.
std::string slate_trouble(const SlateSettings& slate);

}  // namespace supervisor
