#include "http/refusal_log.hpp"

#include <algorithm>
#include <utility>

namespace http {
namespace {

using Minutes = std::chrono::duration<double, std::ratio<60>>;

}  // namespace

std::optional<std::string> RefusalLog::note(Time now) {
  allowance_ = std::min(in_a_row, allowance_ + Minutes(now - at_).count());
  at_ = now;
  if (allowance_ < 1) {
    ++left_out_;
    return std::nullopt;
  }
  allowance_ -= 1;
  const std::uint64_t others = std::exchange(left_out_, 0);
  if (others == 0) return std::string();
  return " (" + std::to_string(others) + " more since the last such line)";
}

}  // namespace http
