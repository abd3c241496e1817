#include "http/config_metrics.hpp"

#include "http/clock_reading.hpp"
#include "http/family.hpp"

namespace http {

std::vector<prometheus::MetricFamily> config_families(const ConfigState& config) {
  constexpr auto gauge = prometheus::MetricType::Gauge;
  auto successful =
      make_family({"radio_config_last_reload_successful", gauge,
                   "1 where the configuration could be used when last read, else 0."});
  add(successful, {}, config.successful ? 1 : 0);
  auto at = make_family({"radio_config_last_reload_success_timestamp_seconds", gauge,
                         "Unix time of the last reading of a configuration that could be used."});
  add(at, {}, unix_seconds(config.succeeded_at));
  return {successful, at};
}

}  // namespace http
