#pragma once

#include <vector>

#include <prometheus/metric_family.h>

#include "http/snapshot.hpp"

namespace http {

// The dependencies with each stream's AzuraCast behind them: of one stream that asks it
// `azuracast`; of several `azuracast-STREAM` each, and `azuracast` for all of them together, which
// is up while each is.
std::vector<DependencyState> dependencies_with_azuracast(const SnapshotStore::View& view);

// radio_dependency_up, radio_dependency_probe_seconds.
prometheus::MetricFamily dependency_up_family(const std::vector<DependencyState>& dependencies);
prometheus::MetricFamily dependency_probe_family(const std::vector<DependencyState>& dependencies);

}  // namespace http
