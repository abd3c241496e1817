#include "tests/paths.hpp"

namespace paths {

std::string in_repository(const std::string& path) {
  return REPOSITORY "/" + path;
}

std::string in_tests(const std::string& path) {
  return in_repository("tests/" + path);
}

}  // namespace paths
