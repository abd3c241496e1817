#pragma once

#include <string>

// The absolute paths of files in this repository. `path` is below the folder named.
namespace paths {

std::string in_repository(const std::string& path);
std::string in_tests(const std::string& path);

}  // namespace paths
