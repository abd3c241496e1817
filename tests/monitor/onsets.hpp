#pragma once

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "monitor/anomalies/anomaly.hpp"

namespace monitor {

// Counts how often something begins to be told.
class Onsets {
 public:
  void see(const std::optional<Anomaly>& anomaly) {
    count_ += anomaly.has_value() && !told_;
    told_ = anomaly.has_value();
  }
  int count() const { return count_; }

 private:
  bool told_ = false;
  int count_ = 0;
};

// `usual` days to simulate; ANOMALY_TIMES in the environment makes it many times as many.
inline int days_to_simulate(int usual) {
  const char* times = std::getenv("ANOMALY_TIMES");
  return usual * (times ? std::clamp(std::atoi(times), 1, 1000) : 1);
}

}  // namespace monitor
