#pragma once

#include "supervisor/config/file_reading.hpp"

namespace supervisor {

// `http.allowed_hosts`: names in a list, without scheme and port.
void read_allowed_hosts(const Entry& entry, Config& config, FileReading& reading);

}  // namespace supervisor
