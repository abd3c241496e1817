#pragma once

#include <string>
#include <vector>

#include "monitor/probes/target.hpp"

namespace supervisor {

// The folders of the outputs that are files (HLS and DASH too), each once, at most
// `output_folders_limit`: where there must be room. One that does not exist yet is replaced by the
// nearest that does.
std::vector<std::string> output_folders(const std::vector<monitor::probes::Target>& sinks);
inline constexpr std::size_t output_folders_limit = 8;

}  // namespace supervisor
