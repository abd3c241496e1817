#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace supervisor {

// A dictionary as FFmpeg reads it: `flvflags=no_metadata:live='a:b'`. What is no pair is passed
// over.
std::vector<std::pair<std::string, std::string>> read_key_values(std::string_view text);

}  // namespace supervisor
