#pragma once

#include <vector>

#include <prometheus/metric_family.h>

#include "http/snapshot.hpp"

namespace http {

// radio_exports_total.
prometheus::MetricFamily exports_family(const std::vector<ExportCount>& exports);

}  // namespace http
