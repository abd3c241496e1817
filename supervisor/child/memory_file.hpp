#pragma once

#include <string_view>

#include "supervisor/child/descriptor.hpp"

namespace supervisor {

// A file in memory with this text, to be read from its begin: a child that gets it as its stdin
// reads at its own pace, and nothing here waits for it. Empty: see errno. `name`: for people who
// look at /proc.
Descriptor memory_file(const char* name, std::string_view text);

}  // namespace supervisor
