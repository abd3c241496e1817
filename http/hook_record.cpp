#include "http/hook_record.hpp"

namespace http {
namespace {

constexpr std::chrono::minutes between_log_lines{1};
constexpr std::chrono::minutes kept_for{15};

}  // namespace

std::string HookRecord::refused(unsigned status, std::string_view message, Time now) {
  ++refused_;
  ++unlogged_;
  last_ = std::to_string(status) + ": " + std::string(message);
  last_at_ = now;
  if (logged_at_ && now - *logged_at_ < between_log_lines) return {};
  logged_at_ = now;
  const std::uint64_t others = unlogged_ - 1;
  unlogged_ = 0;
  std::string line = "A call of AzuraCast's web hook is refused with " + last_;
  if (others > 0) line += " (" + std::to_string(others) + " more since the last such line)";
  return line;
}

std::string HookRecord::problem(Time now) const {
  if (refused_ == 0 || now - last_at_ > kept_for) return {};
  return "The latest calls of AzuraCast's web hook were refused (" + std::to_string(refused_) +
         "), the last with " + last_;
}

}  // namespace http
