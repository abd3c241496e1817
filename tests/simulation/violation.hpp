#pragma once

#include <stdexcept>
#include <string>

namespace simulation {

// A rule of the core was broken.
class Violation : public std::runtime_error {
 public:
  Violation(const std::string& rule, const std::string& what)
      : std::runtime_error("rule broken: " + rule + ": " + what) {}
};

inline void require(bool holds, const char* rule, const char* what) {
  if (!holds) throw Violation(rule, what);
}

}  // namespace simulation
