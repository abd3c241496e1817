#include "http/samples.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include <boost/json/array.hpp>

#include "http/derived_values.hpp"
#include "http/json.hpp"

namespace http {
namespace {

constexpr std::int64_t longest_step_ms = std::numeric_limits<std::uint32_t>::max();

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

boost::json::object samples_json(std::string_view stream, std::span<const Sample> samples) {
  boost::json::array list;
  list.reserve(samples.size());
  for (const Sample& sample : samples) list.push_back(sample_json(sample));
  return {{"stream", stream},
          {"interval_seconds", Samples::interval_seconds},
          {"samples", std::move(list)}};
}

void Samples::add(const Sample& sample) {
  const std::int64_t now_ms = std::llround(sample.t * 1000);
  // The wall clock may be set back.
  const std::int64_t step_ms = std::clamp<std::int64_t>(now_ms - newest_ms_, 0, longest_step_ms);
  newest_ms_ = now_ms;
  samples_.push_back({.step_ms = static_cast<std::uint32_t>(step_ms),
                      .fps = static_cast<float>(sample.fps),
                      .speed = static_cast<float>(sample.speed),
                      .bitrate_bps = static_cast<float>(sample.bitrate_bps),
                      .delivered_bps = static_cast<float>(sample.delivered_bps),
                      .cpu_percent = static_cast<float>(sample.cpu_percent),
                      .memory_bytes = static_cast<float>(sample.memory_bytes)});
  if (samples_.size() > limit) samples_.pop_front();
}

std::vector<Sample> Samples::all() const {
  std::vector<Sample> all(samples_.size());
  std::int64_t at_ms = newest_ms_;
  for (std::size_t place = samples_.size(); place-- > 0;) {
    const Packed& packed = samples_[place];
    all[place] = {.t = static_cast<double>(at_ms) / 1000,
                  .fps = packed.fps,
                  .speed = packed.speed,
                  .bitrate_bps = packed.bitrate_bps,
                  .delivered_bps = packed.delivered_bps,
                  .cpu_percent = packed.cpu_percent,
                  .memory_bytes = packed.memory_bytes};
    at_ms -= packed.step_ms;
  }
  return all;
}

}  // namespace http
