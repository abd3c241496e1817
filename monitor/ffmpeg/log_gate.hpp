#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

#include "monitor/ffmpeg/stderr_log.hpp"
#include "monitor/time.hpp"

namespace monitor {

// Decides which of FFmpeg's lines reach the log: repeats are folded, a flood is cut. Warnings and
// worse have a share of their own, so a flood of info lines cannot hide them.
class LogGate {
 public:
  static constexpr double lines_per_second = 20;  // sustained, for each of the two shares
  static constexpr double burst = 200;            // FFmpeg's banner and stream lists fit

  struct Passed {
    bool pass = false;
    std::uint64_t repeated = 0;    // how often the line before was folded: log it first
    std::uint64_t suppressed = 0;  // lines cut since the last one that passed: log it first
  };

  // A line equal to the one before in level, component and text (addresses and digits aside) is
  // folded; the count is reported with the next other line, or by `flush`.
  Passed on_line(const LogLine& line, Instant now);

  // What is not reported yet: after 5 s of folding, or at the end of a life (now = never).
  Passed flush(Instant now);
  Instant deadline() const;

  const std::array<std::uint64_t, log_level_count>& lines() const { return lines_; }
  std::uint64_t suppressed_total() const { return suppressed_total_; }  // cut and folded

 private:
  static constexpr Duration told_after = std::chrono::seconds(5);

  struct Share {
    double tokens = burst;
    Instant refilled_at{};
    bool take(Instant now);
  };
  // What was kept back and is not reported yet.
  struct HeldBack {
    std::uint64_t lines = 0;
    Instant since{};
    void add(Instant now);
    Instant deadline() const { return lines == 0 ? never : since + told_after; }
  };
  bool is_repeat(const LogLine& line);
  void keep_back(HeldBack& held_back, Instant now);

  Share chatter_;                      // info and below
  Share warnings_;                     // warning and worse
  std::optional<std::uint64_t> last_;  // print of the line that passed last; empty after a cut
  HeldBack repeated_;
  HeldBack suppressed_;
  std::array<std::uint64_t, log_level_count> lines_{};
  std::uint64_t suppressed_total_ = 0;
};

}  // namespace monitor
