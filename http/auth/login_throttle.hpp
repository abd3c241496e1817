#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace http {

// Limits the rate of failed logins (a leaky bucket per address; IPv6: per /64): ten wrong
// credentials in a row, then one per six seconds. Pure. Bounded: a full table drops the address
// with the fewest failures.
class LoginThrottle {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  // How long the peer has to wait; empty: it may try now.
  std::optional<std::chrono::seconds> retry_after(std::string_view peer, Instant now) const;
  void on_failure(std::string_view peer, Instant now);

  static constexpr double failures_max = 10;
  static constexpr std::chrono::seconds failure_lifetime{6};  // one failure expires in each
  static constexpr std::size_t peers_max = 1024;

 private:
  struct Record {
    double failures = 0;
    Instant at{};
  };
  static double failures_at(const Record& record, Instant now);
  void make_room(Instant now);

  std::unordered_map<std::string, Record> records_;
};

}  // namespace http
