#pragma once

#include <vector>

#include <prometheus/metric_family.h>

#include "http/snapshot.hpp"

namespace http {

// radio_dependency_up, radio_dependency_probe_seconds.
prometheus::MetricFamily dependency_up_family(const std::vector<DependencyState>& dependencies);
prometheus::MetricFamily dependency_probe_family(const std::vector<DependencyState>& dependencies);

}  // namespace http
