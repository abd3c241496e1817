#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "monitor/probes/target.hpp"

namespace supervisor {

// The output that a server's statistics are about, as its URL: of those that a server takes, the
// one at the host and port of `statistics_url`, else at its host, else the first. Empty: there is
// none.
std::string output_of_statistics(std::string_view statistics_url,
                                 const std::vector<monitor::probes::Target>& sinks);

}  // namespace supervisor
