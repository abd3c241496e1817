#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <prometheus/metric_family.h>

#include "recovery/stream_recorder.hpp"

namespace http {

using Labels = std::vector<std::pair<const char*, std::string_view>>;

// What a family is: the name, the type and the words for people, as one row of a table.
struct FamilyInfo {
  const char* name;
  prometheus::MetricType type;
  const char* help;
};

prometheus::MetricFamily make_family(const FamilyInfo& info);
// Counters and gauges.
void add(prometheus::MetricFamily& family, const Labels& labels, double value);
void add(prometheus::MetricFamily& family, const Labels& labels,
         const recovery::Histogram& histogram);

}  // namespace http
