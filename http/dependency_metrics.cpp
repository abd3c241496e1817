#include "http/dependency_metrics.hpp"

#include <algorithm>

#include "http/family.hpp"

namespace http {

std::vector<DependencyState> dependencies_with_azuracast(const SnapshotStore::View& view) {
  std::vector<DependencyState> all;
  if (view.dependencies) all = *view.dependencies;
  std::vector<DependencyState> each_stream;
  DependencyState together{.name = "azuracast", .up = true, .sentence = {}};
  for (const auto& stream : view.streams) {
    if (!stream->azuracast) continue;
    const bool up = stream->azuracast->health != AzuracastState::Health::unhealthy;
    together.up = together.up && up;
    together.took = std::max(together.took, stream->azuracast->took);
    each_stream.push_back({"azuracast-" + stream->name, up, {}, stream->azuracast->took});
  }
  if (each_stream.empty()) return all;
  all.push_back(std::move(together));
  if (each_stream.size() > 1) all.insert(all.end(), each_stream.begin(), each_stream.end());
  return all;
}

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
