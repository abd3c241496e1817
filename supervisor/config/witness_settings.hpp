#pragma once

#include <vector>

#include "supervisor/config/settings.hpp"

namespace supervisor {

// `streams[].source` and `streams[].sink`: each one URL, under the key that names its kind.
std::vector<Setting<StreamConfig>> source_settings();
std::vector<Setting<StreamConfig>> sink_settings();

// `streams[].monitor.content`: what counts as dead air, where that is asked for.
std::vector<Setting<StreamConfig>> content_settings();

// `streams[].monitor.preview`: what is shown of what goes out, where that is asked for.
std::vector<Setting<StreamConfig>> preview_settings();

}  // namespace supervisor
