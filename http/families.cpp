#include "http/families.hpp"

#include <iterator>
#include <utility>

#include "http/config_metrics.hpp"
#include "http/dependency_metrics.hpp"
#include "http/export_metrics.hpp"
#include "http/metrics.hpp"

namespace http {

std::vector<prometheus::MetricFamily> Families::of(const SnapshotStore::View& view,
                                                   const ClockReading& now) {
  auto families = stream_families(view, now);
  families.push_back(off_air_family(view, now, off_air_floors_));
  if (view.alerts) families.push_back(alerts_family(view));
  const auto dependencies = dependencies_with_azuracast(view);
  if (!dependencies.empty()) {
    families.push_back(dependency_up_family(dependencies));
    families.push_back(dependency_probe_family(dependencies));
  }
  if (view.config) {
    for (auto& family : config_families(*view.config)) families.push_back(std::move(family));
  }
  if (view.exports) families.push_back(exports_family(*view.exports));
  auto own = own_families();
  families.insert(families.end(), std::make_move_iterator(own.begin()),
                  std::make_move_iterator(own.end()));
  return families;
}

}  // namespace http
