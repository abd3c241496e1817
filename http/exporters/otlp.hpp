#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <prometheus/metric_family.h>

#include "recovery/wall_time.hpp"

namespace http::exporters {

// The sender: the resource of every metric.
struct OtlpResource {
  std::string service_name;
  std::string instance;
};

// An OTLP ExportMetricsServiceRequest as JSON, in OTLP's variant of protobuf's JSON (64-bit
// integers as strings, enumerations as numbers). Counters are monotonic cumulative sums that began
// at `started_at`; histograms are cumulative in time, their buckets are not. Names are those of
// /metrics; the unit is set where the name ends in one. Pure.
std::string otlp_json(const std::vector<prometheus::MetricFamily>& families,
                      const OtlpResource& resource, recovery::WallTime started_at,
                      recovery::WallTime now);

// The rejection in an answer with status 200 (`partialSuccess`), as a sentence; empty where nothing
// was rejected.
std::string otlp_refusal(std::string_view answer);

}  // namespace http::exporters
