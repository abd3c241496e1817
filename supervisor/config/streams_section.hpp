#pragma once

#include <cstddef>

#include "supervisor/config/file_reading.hpp"

namespace supervisor {

constexpr std::size_t streams_max = 1000;

// `streams`: each with a name and a command of its own.
void read_streams(const Entry& entry, Config& config, FileReading& reading);

// `defaults`, whose keys are those of a stream but for name and command. Returns whether all of it
// was taken.
bool read_stream_defaults(const Entry& entry, Config& config, FileReading& reading);

}  // namespace supervisor
