#pragma once

#include <string>

namespace supervisor {

// What `--help` prints: every call, option, environment variable and exit code.
std::string help_text();

// The same in four lines, for somebody who called with nothing.
std::string usage_text();

}  // namespace supervisor
