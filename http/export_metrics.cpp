#include "http/export_metrics.hpp"

#include "http/family.hpp"

namespace http {

prometheus::MetricFamily exports_family(const std::vector<ExportCount>& exports) {
  auto family = make_family({"radio_exports_total", prometheus::MetricType::Counter,
                             "Tries to hand the metrics to another system."});
  for (const ExportCount& each : exports) {
    add(family, {{"exporter", each.exporter}, {"outcome", "delivered"}},
        static_cast<double>(each.delivered));
    add(family, {{"exporter", each.exporter}, {"outcome", "failed"}},
        static_cast<double>(each.failed));
  }
  return family;
}

}  // namespace http
