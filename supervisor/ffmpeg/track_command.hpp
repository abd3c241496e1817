#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "monitor/tracks/now_playing.hpp"

namespace supervisor {

// A command whose arguments hold {artist}, {title}, {album} or {playlist}.
bool has_placeholders(const std::vector<std::string>& command);

// Whether the argument is an input file of the track's own: a path behind `-i` with a placeholder.
bool is_track_file(const std::vector<std::string>& command, std::size_t index);

// The command with the track's words put in, by the rules of monitor::filled_argument. An input
// file that is not there is replaced by `default_file`, where that is not empty. Without
// placeholders it comes back as it is.
std::vector<std::string> filled_command(const std::vector<std::string>& command,
                                        const monitor::Track& track,
                                        const std::string& default_file);

}  // namespace supervisor
