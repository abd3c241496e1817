#include "http/metrics/metrics.hpp"

#include <iterator>
#include <utility>

#include <prometheus/text_serializer.h>

#include "http/encoding.hpp"
#include "http/metrics/family.hpp"
#include "monitor/text/utf8.hpp"

namespace http {
namespace {

constexpr std::chrono::milliseconds shared_for{100};  // Prometheus scrapes every few seconds

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
         const recovery::Histogram& values) {
  prometheus::ClientMetric metric = labelled(labels);
  metric.histogram.sample_count = values.counts.back();
  metric.histogram.sample_sum = values.sum;
  for (std::size_t i = 0; i < values.bounds.size(); ++i) {
    metric.histogram.bucket.push_back({values.counts[i], values.bounds[i]});
  }
  family.metric.push_back(std::move(metric));
}

std::vector<prometheus::MetricFamily> Families::of(const SnapshotStore::View& view,
                                                   const ClockReading& now) {
  auto families = stream_families(view, now, off_air_floors_);
  auto program = program_families(view);
  families.insert(families.end(), std::make_move_iterator(program.begin()),
                  std::make_move_iterator(program.end()));
  return families;
}

void MetricsPage::render(const SnapshotStore::View& view, const ClockReading& now) {
  text_ = std::make_shared<std::string>(
      prometheus::TextSerializer().Serialize(families_.of(view, now)));
  packed_.reset();
  version_ = view.version;
  rendered_at_ = now.steady;
}

Reply MetricsPage::answer(std::string_view accept_encoding, const ClockReading& now) {
  const SnapshotStore::View view = snapshots_.read();
  const bool fresh = text_ && version_ == view.version && now.steady - rendered_at_ < shared_for;
  if (!fresh) render(view, now);
  Reply reply{200, "text/plain; version=0.0.4; charset=utf-8", text_, "Vary: Accept-Encoding\r\n"};
  if (!accepts_gzip(accept_encoding)) return reply;
  if (!packed_) packed_ = std::make_shared<std::string>(gzip(*text_));
  reply.body = packed_;
  reply.headers += "Content-Encoding: gzip\r\n";
  return reply;
}

}  // namespace http
