#pragma once

#include <string>
#include <vector>

#include "supervisor/config/file_reading.hpp"

namespace supervisor {

// A command: a list with one element for each argument, or one line of words (see
// words_of_command_line). An argument may hold references: see with_references. No message shows
// an argument: it may be a stream key.

// At least a program.
void read_command(const Entry& entry, StreamConfig& stream, FileReading& reading);
// Empty: there is none.
void read_fallback(const Entry& entry, StreamConfig& stream, FileReading& reading);
// Of one output of `outputs`: the options of its muxer and protocol, and its URL.
void read_output_arguments(const Entry& entry, std::vector<std::string>& arguments,
                           FileReading& reading);
void read_alert_command(const Entry& entry, Config& config, FileReading& reading);

}  // namespace supervisor
