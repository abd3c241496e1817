#pragma once

#include <string>
#include <utility>
#include <vector>

#include "supervisor/config/file_reading.hpp"

namespace supervisor {

using Headers = std::vector<std::pair<std::string, std::string>>;

// The headers of a request of our own, as a map; up to 32. A value may be a secret: see
// text_value.hpp. Those that frame the request are refused.
void read_headers(const Entry& entry, Headers& headers, FileReading& reading);

}  // namespace supervisor
