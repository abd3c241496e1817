#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <prometheus/metric_family.h>

#include "http/metrics/family.hpp"

namespace http {

// Collects series as prometheus-cpp's families, for what is no text.
class SeriesFamilies final : public SeriesSink {
 public:
  void begin(const FamilyInfo& info) override;
  void of_stream(std::string_view name) override;
  void add(Labels labels, double value) override;
  void add(Labels labels, const recovery::Histogram& values) override;

  std::vector<prometheus::MetricFamily> take() { return std::move(families_); }

 private:
  prometheus::ClientMetric& next(Labels labels);

  std::vector<prometheus::MetricFamily> families_;
  const FamilyInfo* pending_ = nullptr;  // begun, without series so far
  std::string stream_;                   // empty: of no stream
};

}  // namespace http
