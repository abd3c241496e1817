#pragma once

#include <vector>

#include <prometheus/metric_family.h>

#include "http/snapshot.hpp"

namespace http {

// radio_config_last_reload_successful, radio_config_last_reload_success_timestamp_seconds.
std::vector<prometheus::MetricFamily> config_families(const ConfigState& config);

}  // namespace http
