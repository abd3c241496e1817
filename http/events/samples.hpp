#pragma once

#include <cstddef>
#include <deque>

#include <boost/json/object.hpp>

#include "http/clock_reading.hpp"
#include "http/snapshot.hpp"

namespace http {

// One second of a stream's charts. Unknown values are NaN, null in JSON.
struct Sample {
  double t = 0;  // Unix time, to the millisecond
  double fps, speed, bitrate_bps, delivered_bps, cpu_percent, memory_bytes;
};

Sample sample_of(const StreamSnapshot& stream, const ClockReading& now);
boost::json::object sample_json(const Sample& sample);

// The last ten minutes of one stream, oldest first.
class Samples {
 public:
  static constexpr std::size_t limit = 600;
  static constexpr int interval_seconds = 1;

  void add(const Sample& sample);
  // {"stream", "interval_seconds", "samples": […]}
  boost::json::object json(std::string_view stream) const;

 private:
  std::deque<Sample> samples_;
};

}  // namespace http
