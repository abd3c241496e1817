#include "http/metrics_page.hpp"

#include <iterator>

#include <prometheus/text_serializer.h>

#include "http/config_metrics.hpp"
#include "http/dependency_metrics.hpp"
#include "http/encoding.hpp"
#include "http/metrics.hpp"

namespace http {

namespace {
constexpr std::chrono::milliseconds shared_for{100};  // Prometheus asks every few seconds
}

void MetricsPage::render(const Board::View& view, const Moment& now) {
  auto families = stream_families(view, now);
  families.push_back(off_air_family(view, now, off_air_floors_));
  if (view.alerts) families.push_back(alerts_family(view));
  if (view.dependencies) {
    families.push_back(dependency_up_family(*view.dependencies));
    families.push_back(dependency_probe_family(*view.dependencies));
  }
  if (view.config) {
    for (auto& family : config_families(*view.config)) families.push_back(std::move(family));
  }
  auto own = own_families();
  families.insert(families.end(), std::make_move_iterator(own.begin()),
                  std::make_move_iterator(own.end()));
  text_ = std::make_shared<std::string>(prometheus::TextSerializer().Serialize(families));
  packed_.reset();
  version_ = view.version;
  rendered_at_ = now.steady;
}

Reply MetricsPage::answer(std::string_view accept_encoding, const Moment& now) {
  const Board::View view = board_.read();
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
