#include "http/metrics/family.hpp"

#include "monitor/text/utf8.hpp"

namespace http {
namespace {

prometheus::ClientMetric labelled(const Labels& labels) {
  prometheus::ClientMetric metric;
  metric.label.reserve(labels.size());
  for (const auto& [name, value] : labels)
    metric.label.push_back({name, monitor::valid_utf8(value)});
  return metric;
}

}  // namespace

prometheus::MetricFamily make_family(const FamilyInfo& info) {
  return {info.name, info.help, info.type, {}};
}

void add(prometheus::MetricFamily& family, const Labels& labels, double value) {
  prometheus::ClientMetric metric = labelled(labels);
  metric.counter.value = value;  // the serializer reads the member of the family's type
  metric.gauge.value = value;
  family.metric.push_back(std::move(metric));
}

void add(prometheus::MetricFamily& family, const Labels& labels,
         const recovery::Histogram& histogram) {
  prometheus::ClientMetric metric = labelled(labels);
  metric.histogram.sample_count = histogram.counts.back();
  metric.histogram.sample_sum = histogram.sum;
  for (std::size_t i = 0; i < histogram.bounds.size(); ++i) {
    metric.histogram.bucket.push_back({histogram.counts[i], histogram.bounds[i]});
  }
  family.metric.push_back(std::move(metric));
}

}  // namespace http
