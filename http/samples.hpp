#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "http/clock_reading.hpp"
#include "http/snapshot.hpp"

namespace http {

// A moment of a stream's charts. Unknown values are NaN, null in JSON.
struct Sample {
  double t = 0;  // Unix time, to the millisecond
  double fps, speed, bitrate_bps, delivered_bps, cpu_percent, memory_bytes;
};

Sample sample_of(const StreamSnapshot& stream, const ClockReading& now);
boost::json::object sample_json(const Sample& sample);
// {"stream", "interval_seconds", "samples": […]}
boost::json::object samples_json(std::string_view stream, std::span<const Sample> samples);

// The last ten minutes of one stream. There is one for each of perhaps a thousand: 28 bytes a
// sample, with the figures to seven digits.
class Samples {
 public:
  static constexpr std::size_t limit = 300;
  static constexpr int interval_seconds = 2;

  void add(const Sample& sample);
  std::vector<Sample> all() const;  // oldest first

 private:
  struct Packed {
    std::uint32_t step_ms;  // since the sample before
    float fps, speed, bitrate_bps, delivered_bps, cpu_percent, memory_bytes;
  };
  std::deque<Packed> samples_;
  std::int64_t newest_ms_ = 0;  // Unix time of the last one
};

}  // namespace http
