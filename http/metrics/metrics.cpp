#include "http/metrics/metrics.hpp"

#include "http/encoding.hpp"
#include "http/metrics/series_families.hpp"
#include "http/metrics/series_text.hpp"

namespace http {
namespace {

using namespace std::chrono_literals;

constexpr auto shared_for = 100ms;  // Prometheus scrapes every few seconds
// Of many streams one publishes every millisecond, and a rendering takes several.
constexpr std::size_t large_bytes = 256 * 1024;
constexpr auto large_shared_for = 50ms;

}  // namespace

void Families::write(const SnapshotStore::View& view, const ClockReading& now, SeriesSink& sink) {
  write_stream_series(view, now, off_air_floors_, sink);
  write_program_series(view, sink);
}

std::vector<prometheus::MetricFamily> Families::of(const SnapshotStore::View& view,
                                                   const ClockReading& now) {
  SeriesFamilies families;
  write(view, now, families);
  return families.take();
}

std::string Families::text_of(const SnapshotStore::View& view, const ClockReading& now) {
  constexpr std::size_t growth = 4096;
  SeriesText text(text_bytes_ + growth);
  write(view, now, text);
  std::string result = text.take();
  text_bytes_ = result.size();
  return result;
}

bool MetricsPage::is_fresh(monitor::Instant now) const {
  if (!text_ || now - rendered_at_ >= shared_for) return false;
  const bool is_large = text_->size() > large_bytes;
  return (is_large && now - rendered_at_ < large_shared_for) || version_ == snapshots_.version();
}

void MetricsPage::render(const ClockReading& now) {
  const SnapshotStore::View view = snapshots_.read();
  text_ = std::make_shared<const std::string>(families_.text_of(view, now));
  packed_.reset();
  version_ = view.version;
  rendered_at_ = now.steady;
}

Reply MetricsPage::answer(std::string_view accept_encoding, const ClockReading& now) {
  if (!is_fresh(now.steady)) render(now);
  Reply reply{200, "text/plain; version=0.0.4; charset=utf-8", text_, "Vary: Accept-Encoding\r\n"};
  if (!accepts_gzip(accept_encoding)) return reply;
  if (!packed_) packed_ = gzip_.pack(text_);
  reply.body = packed_;
  reply.headers += "Content-Encoding: gzip\r\n";
  return reply;
}

}  // namespace http
