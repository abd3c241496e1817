#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "monitor/anomalies/anomaly.hpp"
#include "monitor/time.hpp"
#include "monitor/window.hpp"

namespace monitor {

// Events (restarts, errors) of the last hour and of the last day against their rate in up to 7 days
// before, by the conditional test of two Poisson rates (Przyborowski & Wilenski 1940) at level 1 in
// 100,000: where the rate has not changed, each of all the events falls into the last hour by
// chance, so their number there is binomial.
//
// Minutes with an event are counted, not events: a flood is one. Those that usually come together
// count as one (quasi-Poisson, Wedderburn 1974). An hour or a day no worse than one of the history
// is not reported. The history begins at the first call; nothing is reported in its first two
// hours.
//
// False alarms are measured in tests/monitor/count_anomaly_test.cpp.
class CountAnomaly {
 public:
  // `what` as the sentence calls them: "Restarts", "Errors".
  // `minutes_together`: for how long they are expected to come; the history corrects it.
  explicit CountAnomaly(std::string what, double minutes_together = 1)
      : what_(std::move(what)), expected_together_(minutes_together) {}

  void on_event(Instant now);
  std::optional<Anomaly> check(Instant now);
  // No event could occur in this span, so it is no part of the history.
  void leave_out(Duration span);

  static constexpr std::size_t hours_limit = 8 * 24;

 private:
  void advance(Instant now);
  void pass_minute();
  double minutes_together() const;

  // Busy minutes of the present and of the history before it.
  struct Comparison {
    int recent;
    double recent_hours;
    int before;
    double before_hours;
    int worst_before;  // of as many hours of the history
  };
  std::optional<Comparison> last_hour() const;
  std::optional<Comparison> last_day() const;
  std::optional<Anomaly> judge(const std::optional<Comparison>& found) const;

  std::string what_;
  double expected_together_;
  std::optional<Instant> first_;  // when the history began
  std::int64_t minute_ = 0;       // the present one, counted from first_
  std::uint64_t last_hour_ = 0;   // a bit for each of the last 60 minutes, the present one lowest
  Window<std::uint8_t> hours_;    // busy minutes of each hour of the history, oldest first
  unsigned hour_begun_ = 0;       // … of the hour that leaves last_hour_ now
  int minutes_begun_ = 0;         // how much of it has left
};

}  // namespace monitor
