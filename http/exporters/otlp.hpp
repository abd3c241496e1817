#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <prometheus/metric_family.h>

#include "recovery/wall_time.hpp"

namespace http::exporters {

// Who speaks: the resource of every metric.
struct OtlpResource {
  std::string service_name;
  std::string instance;
};

// An OTLP ExportMetricsServiceRequest as JSON, in OTLP's own spelling of protobuf's JSON (64-bit
// integers as texts, enumerations as numbers). Counters are monotonic cumulative sums that began at
// `started_at`; histograms are cumulative in time, their buckets are not. Names are those of
// /metrics; units are told where the name ends in them. Pure.
std::string otlp_json(const std::vector<prometheus::MetricFamily>& families,
                      const OtlpResource& resource, recovery::WallTime started_at,
                      recovery::WallTime now);

// What an answer with status 200 refuses after all (`partialSuccess`), as a sentence; empty where
// it refuses nothing.
std::string otlp_refusal(std::string_view answer);

}  // namespace http::exporters
