#pragma once

#include <vector>

#include "supervisor/config/settings.hpp"

namespace supervisor {

// `streams[].monitor.content`: what counts as dead air, where that is asked for.
std::vector<Setting<StreamConfig>> content_settings();

}  // namespace supervisor
