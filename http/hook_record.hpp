#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace http {

// What became of the latest calls of AzuraCast's web hook, for the health answer and the log: a
// hook that is refused is silent otherwise, as AzuraCast does not try again. Pure.
class HookRecord {
 public:
  using Time = std::chrono::steady_clock::time_point;

  void accepted() { refused_ = 0; }

  // The sentence to log, with the number of refusals since the last one; at most one a minute, else
  // empty.
  std::string refused(unsigned status, std::string_view message, Time now);

  // A sentence while the latest calls are refused; empty once one was accepted, or a quarter of an
  // hour after the last refusal.
  std::string problem(Time now) const;

 private:
  std::uint64_t refused_ = 0;  // since the last accepted call
  std::uint64_t unlogged_ = 0;
  std::string last_;  // "401: the password is wrong"
  Time last_at_{};
  std::optional<Time> logged_at_;
};

}  // namespace http
