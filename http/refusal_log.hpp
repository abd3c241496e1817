#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace http {

// Which refusals stand in the log: any client can cause as many as it likes, for days. Ten in a
// row, then one a minute, with the number of those between. Pure.
class RefusalLog {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Of one refusal: what its line ends with, which may be nothing; empty: no line for it.
  std::optional<std::string> note(Time now);

 private:
  static constexpr double in_a_row = 10;

  double allowance_ = in_a_row;  // lines; one more each minute
  Time at_{};
  std::uint64_t left_out_ = 0;  // since the last line
};

}  // namespace http
