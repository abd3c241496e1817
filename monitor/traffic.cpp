#include "monitor/traffic.hpp"

#include <algorithm>

namespace monitor {
namespace {

std::uint64_t growth(std::uint64_t now, std::uint64_t before) {
  return now > before ? now - before : 0;
}

}  // namespace

void Traffic::on_connections(const ConnectionSamples& all) {
  std::vector<Counted> counted;
  for (const ConnectionSample& sample : all) {
    if (sample.side == Side::unknown) continue;  // counted whole once it is known
    const auto before = std::find_if(counted_.begin(), counted_.end(),
                                     [&](const Counted& c) { return c.id == sample.id; });
    const Counted last = before == counted_.end() ? Counted{sample.id, 0, 0, 0} : *before;
    if (sample.side == Side::output) {
      delivered_bytes_ += growth(sample.acked_bytes, last.acked_bytes);
      retransmits_ += growth(sample.retransmits, last.retransmits);
    } else {
      received_bytes_ += growth(sample.received_bytes, last.received_bytes);
    }
    counted.push_back({sample.id, sample.acked_bytes, sample.received_bytes, sample.retransmits});
  }
  counted_ = std::move(counted);
}

}  // namespace monitor
