#pragma once

#include <string_view>

#include "supervisor/config/file_reading.hpp"

namespace supervisor {

// The list `dependencies`: {name, tcp: HOST:PORT} or {name, http: URL}.
void read_dependencies(const Entry& entry, Config& config, FileReading& reading);

std::string_view name_of(monitor::probes::Dependency::Kind kind);  // "tcp", "http"

}  // namespace supervisor
