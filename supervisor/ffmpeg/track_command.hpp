#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "monitor/tracks/now_playing.hpp"

namespace supervisor {

// A command whose arguments hold {artist}, {title}, {album} or {playlist}.
bool has_placeholders(const std::vector<std::string>& command);

// Whether the argument is an input file of the track's own: a path behind `-i` with a placeholder.
bool is_track_file(const std::vector<std::string>& command, std::size_t index);

// The command with the track's words put in, by the rules of monitor::filled_argument. Without
// placeholders it comes back as it is. Pure, as all here: the caller passes which files exist.
std::vector<std::string> filled_command(const std::vector<std::string>& command,
                                        const monitor::Track& track);

// The paths of the track's own input files, as filled in: one a is_track_file() argument.
std::vector<std::string> track_files(const std::vector<std::string>& command,
                                     const monitor::Track& track);

// As filled_command(), with `default_file` in place of each track's own file that is not readable.
std::vector<std::string> filled_command(
    const std::vector<std::string>& command, const monitor::Track& track,
    const std::string& default_file,
    const std::function<bool(const std::string& path)>& is_readable);

}  // namespace supervisor
