#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include <prometheus/metric_family.h>

#include "recovery/stream_recorder.hpp"

namespace http {

// Building blocks of the metric tables: a family and its series.

using Labels = std::vector<std::pair<const char*, std::string_view>>;

inline constexpr auto counter = prometheus::MetricType::Counter;
inline constexpr auto gauge = prometheus::MetricType::Gauge;
inline constexpr auto histogram = prometheus::MetricType::Histogram;

// A metric's name, type and HELP text: one row of a table. Dashboards and alert rules depend on
// names, types and labels; not on HELP.
struct FamilyInfo {
  const char* name;
  prometheus::MetricType type;
  const char* help;
};

// A family without series.
prometheus::MetricFamily make_family(const FamilyInfo& info);

// Adds one series of a counter or gauge. Label values that are not UTF-8 are repaired.
void add(prometheus::MetricFamily& family, const Labels& labels, double value);
// Adds one series of a histogram.
void add(prometheus::MetricFamily& family, const Labels& labels, const recovery::Histogram& values);

}  // namespace http
