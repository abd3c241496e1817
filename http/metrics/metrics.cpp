#include "http/metrics/metrics.hpp"

#include <iterator>
#include <utility>

#include <prometheus/text_serializer.h>

#include "http/encoding.hpp"

namespace http {
namespace {

constexpr std::chrono::milliseconds shared_for{100};  // Prometheus scrapes every few seconds

}  // namespace

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
