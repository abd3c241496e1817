#pragma once

#include <string>

namespace supervisor {

// What `--help` prints: every call, option, environment variable and exit code.
std::string help_text();

// The same in four lines: the answer to a call without arguments.
std::string usage_text();

}  // namespace supervisor
