#include "http/events/samples.hpp"

#include <cmath>
#include <limits>
#include <optional>

#include <boost/json/array.hpp>

#include "http/derived_values.hpp"
#include "http/json.hpp"

namespace http {
namespace {

double or_nan(const std::optional<double>& value) {
  return value ? *value : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

Sample sample_of(const StreamSnapshot& stream, const ClockReading& now) {
  std::optional<double> cpu, memory;
  if (const monitor::ProcessSample* const sample = living_sample(stream)) {
    cpu = sample->cpu_percent;
    memory = static_cast<double>(sample->rss_bytes);
  }
  return {.t = rounded(unix_seconds(now.wall)),
          .fps = or_nan(stream.readings.fps),
          .speed = or_nan(stream.readings.speed),
          .bitrate_bps = or_nan(stream.readings.bitrate_bps),
          .delivered_bps = or_nan(stream.readings.delivered_bps),
          .cpu_percent = or_nan(cpu),
          .memory_bytes = or_nan(memory)};
}

boost::json::object sample_json(const Sample& sample) {
  return {{"t", sample.t},
          {"fps", rounded(sample.fps)},
          {"speed", rounded(sample.speed)},
          {"bitrate_bps", std::round(sample.bitrate_bps)},
          {"delivered_bps", std::round(sample.delivered_bps)},
          {"cpu_percent", rounded(sample.cpu_percent)},
          {"memory_bytes", sample.memory_bytes}};
}

void Samples::add(const Sample& sample) {
  samples_.push_back(sample);
  if (samples_.size() > limit) samples_.pop_front();
}

boost::json::object Samples::json(std::string_view stream) const {
  boost::json::array list;
  list.reserve(samples_.size());
  for (const Sample& sample : samples_) list.push_back(sample_json(sample));
  return {{"stream", stream}, {"interval_seconds", interval_seconds}, {"samples", std::move(list)}};
}

}  // namespace http
