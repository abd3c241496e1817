#include "http/metrics/series_families.hpp"

#include "monitor/text/utf8.hpp"

namespace http {
namespace {

prometheus::MetricType library_type(MetricKind kind) {
  if (kind == counter) return prometheus::MetricType::Counter;
  return kind == gauge ? prometheus::MetricType::Gauge : prometheus::MetricType::Histogram;
}

}  // namespace

void SeriesFamilies::begin(const FamilyInfo& info) {
  pending_ = &info;
  stream_.clear();
}

void SeriesFamilies::of_stream(std::string_view name) {
  stream_ = monitor::valid_utf8(name);
}

prometheus::ClientMetric& SeriesFamilies::next(Labels labels) {
  if (pending_ != nullptr) {
    families_.push_back({pending_->name, pending_->help, library_type(pending_->kind), {}});
    pending_ = nullptr;
  }
  prometheus::ClientMetric& metric = families_.back().metric.emplace_back();
  metric.label.reserve(labels.size() + 1);
  if (!stream_.empty()) metric.label.push_back({"stream", stream_});
  for (const Label& label : labels) {
    metric.label.push_back({std::string(label.name), monitor::valid_utf8(label.value)});
  }
  return metric;
}

void SeriesFamilies::add(Labels labels, double value) {
  prometheus::ClientMetric& metric = next(labels);
  metric.counter.value = value;  // who reads it takes the member of the family's type
  metric.gauge.value = value;
}

void SeriesFamilies::add(Labels labels, const recovery::Histogram& values) {
  prometheus::ClientMetric& metric = next(labels);
  metric.histogram.sample_count = values.counts.back();
  metric.histogram.sample_sum = values.sum;
  for (std::size_t i = 0; i < values.bounds.size(); ++i) {
    metric.histogram.bucket.push_back({values.counts[i], values.bounds[i]});
  }
}

}  // namespace http
