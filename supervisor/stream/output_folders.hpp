#pragma once

#include <string>
#include <vector>

#include "monitor/probes/target.hpp"

namespace supervisor {

// The folders of the outputs that are files (HLS and DASH too), each once, at most
// `output_folders_limit`: where there must be room. Absolute where `working_folder` is. Lexical:
// asks no file system, so a folder need not exist (probe_space() goes up to the nearest that does).
std::vector<std::string> output_folders(const std::vector<monitor::probes::Target>& sinks,
                                        const std::string& working_folder);
inline constexpr std::size_t output_folders_limit = 8;

}  // namespace supervisor
