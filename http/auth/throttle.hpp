#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace http {

// Slows down who guesses: ten wrong credentials in a row, then one each six seconds, for each
// address (of IPv6: each /64). Pure; bounded: the table forgets whoever has the least against him.
class Throttle {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  // How long a peer has to wait; empty: it may try.
  std::optional<std::chrono::seconds> wait_of(std::string_view peer, Instant now) const;
  void on_failure(std::string_view peer, Instant now);

  static constexpr double failures_max = 10;
  static constexpr std::chrono::seconds forgiven_after{6};  // each of them
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
