#include "http/exporters/otlp.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "http/json.hpp"

namespace http::exporters {
namespace {

namespace json = boost::json;
using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr int cumulative = 2;  // AGGREGATION_TEMPORALITY_CUMULATIVE

struct Times {
  std::string start, now;  // nanoseconds since 1970
};

std::string nanoseconds(recovery::WallTime time) {
  using std::chrono::nanoseconds;
  return std::to_string(std::chrono::duration_cast<nanoseconds>(time.time_since_epoch()).count());
}

json::object attribute(std::string_view key, std::string_view value) {
  return {{"key", key}, {"value", {{"stringValue", value}}}};
}

// UCUM. None where a receiver that appends the unit to the name would change the name.
std::string_view unit_of(std::string_view name) {
  if (name.ends_with("_total")) name.remove_suffix(6);
  if (name.ends_with("_per_second")) return {};
  if (name.ends_with("_seconds")) return "s";
  if (name.ends_with("_bytes")) return "By";
  return {};
}

json::object point_of(const ClientMetric& metric, const Times& times) {
  json::array attributes;
  for (const auto& label : metric.label) attributes.push_back(attribute(label.name, label.value));
  return {{"attributes", std::move(attributes)}, {"timeUnixNano", times.now}};
}

json::array numbers(const MetricFamily& family, const Times& times) {
  const bool is_counter = family.type == MetricType::Counter;
  json::array points;
  for (const ClientMetric& metric : family.metric) {
    const double value = is_counter ? metric.counter.value : metric.gauge.value;
    if (!std::isfinite(value)) continue;
    json::object point = point_of(metric, times);
    if (is_counter) point["startTimeUnixNano"] = times.start;
    point["asDouble"] = value;
    points.push_back(std::move(point));
  }
  return points;
}

// Prometheus buckets count values up to a bound, OTLP values between two bounds.
json::object histogram_point(const ClientMetric& metric, const Times& times) {
  json::object point = point_of(metric, times);
  point["startTimeUnixNano"] = times.start;
  point["count"] = std::to_string(metric.histogram.sample_count);
  point["sum"] = metric.histogram.sample_sum;
  json::array bounds, counts;
  std::uint64_t below = 0;
  for (const auto& bucket : metric.histogram.bucket) {
    if (!std::isfinite(bucket.upper_bound)) continue;
    bounds.push_back(bucket.upper_bound);
    counts.push_back(json::string(std::to_string(bucket.cumulative_count - below)));
    below = bucket.cumulative_count;
  }
  counts.push_back(json::string(std::to_string(metric.histogram.sample_count - below)));
  point["bucketCounts"] = std::move(counts);
  point["explicitBounds"] = std::move(bounds);
  return point;
}

json::array histogram_points(const MetricFamily& family, const Times& times) {
  json::array points;
  for (const ClientMetric& metric : family.metric) points.push_back(histogram_point(metric, times));
  return points;
}

json::object metric_of(const MetricFamily& family, const Times& times) {
  json::object metric{{"name", family.name}, {"description", family.help}};
  if (const auto unit = unit_of(family.name); !unit.empty()) metric["unit"] = unit;
  if (family.type == MetricType::Counter) {
    metric["sum"] = {{"dataPoints", numbers(family, times)},
                     {"aggregationTemporality", cumulative},
                     {"isMonotonic", true}};
  } else if (family.type == MetricType::Histogram) {
    metric["histogram"] = {{"dataPoints", histogram_points(family, times)},
                           {"aggregationTemporality", cumulative}};
  } else {
    metric["gauge"] = {{"dataPoints", numbers(family, times)}};
  }
  return metric;
}

}  // namespace

std::string otlp_json(const std::vector<MetricFamily>& families, const OtlpResource& resource,
                      recovery::WallTime started_at, recovery::WallTime now) {
  // A sum must not end before it began, even where the clock was set back.
  const Times times{nanoseconds(started_at), nanoseconds(std::max(started_at, now))};
  json::array metrics;
  for (const MetricFamily& family : families) {
    if (!family.metric.empty()) metrics.push_back(metric_of(family, times));
  }
  const json::object scope{{"name", "ffsupervisor"}, {"version", FFSUPERVISOR_VERSION}};
  json::array attributes{attribute("service.name", resource.service_name),
                         attribute("service.instance.id", resource.instance),
                         attribute("service.version", FFSUPERVISOR_VERSION)};
  json::object of_resource{
      {"resource", {{"attributes", std::move(attributes)}}},
      {"scopeMetrics",
       json::array{json::object{{"scope", scope}, {"metrics", std::move(metrics)}}}}};
  return print_json(json::object{{"resourceMetrics", json::array{std::move(of_resource)}}});
}

std::string otlp_refusal(std::string_view answer) {
  json::error_code error;
  const json::value parsed = json::parse(answer, error);
  if (error || !parsed.is_object()) return {};
  const json::value* partial = parsed.as_object().if_contains("partialSuccess");
  if (!partial || !partial->is_object()) return {};
  const json::value* rejected = partial->as_object().if_contains("rejectedDataPoints");
  if (!rejected) return {};
  const std::string count =
      rejected->is_string() ? std::string(rejected->as_string()) : print_json(*rejected);
  const bool is_number = !count.empty() && count.size() < 20 &&
                         count.find_first_not_of("0123456789") == std::string::npos;
  return !is_number || count == "0" ? "" : "it rejected " + count + " data points";
}

}  // namespace http::exporters
