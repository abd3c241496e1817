#pragma once

#include <string>

namespace monitor {

// Why a program could not be started, and what to do about it: for the log and the verdict.
// `error_number`: of pipe, fork or execve. `program`: the first word of the command; empty where it
// is not known.
std::string describe_launch_error(int error_number, const std::string& program);

}  // namespace monitor
