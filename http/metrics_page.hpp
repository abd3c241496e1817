#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "http/families.hpp"
#include "http/reply.hpp"
#include "http/snapshot.hpp"

namespace http {

// /metrics in Prometheus's text format 0.0.4. Scrapers share one rendering while nothing new was
// published and it is younger than 100 ms: CPU belongs to the encoder. For one thread.
class MetricsPage {
 public:
  explicit MetricsPage(const SnapshotStore& snapshots) : snapshots_(snapshots) {}

  Reply answer(std::string_view accept_encoding, const ClockReading& now);

 private:
  void render(const SnapshotStore::View& view, const ClockReading& now);

  const SnapshotStore& snapshots_;
  Families families_;
  std::uint64_t version_ = 0;
  monitor::Instant rendered_at_{};
  std::shared_ptr<const std::string> text_;
  std::shared_ptr<const std::string> packed_;  // null until someone asks for it
};

}  // namespace http
