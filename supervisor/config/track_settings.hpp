#pragma once

#include <vector>

#include "supervisor/config/file_reading.hpp"
#include "supervisor/config/settings.hpp"

namespace supervisor {

// What a radio station needs: `streams[].source.azuracast`, `streams[].tracks`,
// `streams[].recovery.planned_restart`.
std::vector<Setting<StreamConfig>> azuracast_settings();
std::vector<Setting<StreamConfig>> track_settings();
std::vector<Setting<StreamConfig>> planned_restart_settings();

// `source.azuracast.api_key`: as it stands, {env: NAME} or {file: PATH}.
void read_azuracast_key(const Entry& entry, StreamConfig& stream, FileReading& reading);

}  // namespace supervisor
