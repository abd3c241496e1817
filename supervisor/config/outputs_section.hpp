#pragma once

#include <string>

#include "supervisor/config/file_reading.hpp"

namespace supervisor {

// The map `outputs` of a stream: NAME: [ARG…] or NAME: {args: [ARG…], required, buffer}.
void read_outputs(const Entry& entry, StreamConfig& stream, FileReading& reading);

// `8MiB`, `10s`, or both, `10s 8MiB`: whichever is less. What is not named is as without it. Throws
// Unexpected.
recovery::splice::QueueLimits read_buffer(const std::string& text);
std::string print_buffer(const recovery::splice::QueueLimits& buffer);

}  // namespace supervisor
