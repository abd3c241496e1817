#pragma once

#include <map>
#include <string>
#include <vector>

#include <prometheus/metric_family.h>

#include "http/clock_reading.hpp"
#include "http/snapshot.hpp"

namespace http {

// All that is said in metrics, by /metrics and by every exporter: one source, so that they cannot
// disagree. Remembers what must not shrink, so each reader has one of its own. For one thread.
class Families {
 public:
  std::vector<prometheus::MetricFamily> of(const SnapshotStore::View& view,
                                           const ClockReading& now);

 private:
  std::map<std::string, double> off_air_floors_;  // by stream
};

}  // namespace http
