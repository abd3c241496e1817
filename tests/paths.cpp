#include "tests/paths.hpp"

#include <cstdlib>

namespace paths {

std::string in_repository(const std::string& path) {
  // Where it is not where the tests were compiled: those of another architecture come out of a
  // chroot.
  const char* moved = std::getenv("TESTED_REPOSITORY");
  return (moved ? moved : REPOSITORY) + ("/" + path);
}

std::string in_tests(const std::string& path) {
  return in_repository("tests/" + path);
}

}  // namespace paths
