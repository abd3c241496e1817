#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

namespace supervisor {

// States the reason, without the path.
class Unreadable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The content of a file, or of a pipe (`<(…)`) to its end; up to `bytes_max` + 1 bytes of it, so
// that the caller sees what is too large; a pipe has 5 s for the whole. `expected`: what should be
// there, for messages. Throws Unreadable.
std::string read_bounded_file(const std::string& path, std::size_t bytes_max,
                              const std::string& expected);

}  // namespace supervisor
