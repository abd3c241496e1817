#include "http/dependency_metrics.hpp"

#include "http/family.hpp"

namespace http {

prometheus::MetricFamily dependency_up_family(const std::vector<DependencyState>& dependencies) {
  auto family = make_family({"radio_dependency_up", prometheus::MetricType::Gauge,
                             "1 where the latest look found the dependency up, else 0."});
  for (const DependencyState& each : dependencies) {
    add(family, {{"dependency", each.name}}, each.up ? 1 : 0);
  }
  return family;
}

prometheus::MetricFamily dependency_probe_family(const std::vector<DependencyState>& dependencies) {
  auto family = make_family({"radio_dependency_probe_seconds", prometheus::MetricType::Gauge,
                             "How long the latest look at the dependency took."});
  for (const DependencyState& each : dependencies) {
    add(family, {{"dependency", each.name}}, monitor::seconds(each.took));
  }
  return family;
}

}  // namespace http
