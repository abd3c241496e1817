#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace monitor::probes {

using Headers = std::vector<std::pair<std::string, std::string>>;

// A GET of `url` with these headers and, where they do not replace them, those FFmpeg sends. With
// `authorized`, the URL's user and password go with it (Basic).
std::string get_request(std::string_view url, const Headers& headers, bool authorized);

}  // namespace monitor::probes
