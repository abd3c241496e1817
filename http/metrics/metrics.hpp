#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <prometheus/metric_family.h>

#include "http/clock_reading.hpp"
#include "http/reply.hpp"
#include "http/snapshot.hpp"

namespace http {

// The highest value reported of each stream's radio_stream_off_air_seconds_total. That counter runs
// on between snapshots: a snapshot taken just before a scrape and published after it must not
// shrink it, or Prometheus would take the drop for a reset.
using OffAirFloors = std::map<std::string, double>;  // by stream

// The families of the streams. Each series carries `stream`. A value that is unknown (a rate before
// the first window) has no series; every other series exists from the first scrape on.
std::vector<prometheus::MetricFamily> stream_families(const SnapshotStore::View& view,
                                                      const ClockReading& now,
                                                      OffAirFloors& floors);

// Those of them that have several series a stream (a state, a cause, an output).
void add_labelled_families(const SnapshotStore::View& view,
                           std::vector<prometheus::MetricFamily>& families);

// The families of the whole program: alerts, dependencies, configuration, exports, the loop's
// delay, radio_supervisor_build_info and process_*. A part that was never published has no family.
std::vector<prometheus::MetricFamily> program_families(const SnapshotStore::View& view);

// All metrics, for /metrics and for every exporter: one source, so that they cannot disagree. Keeps
// the counters' floors, so each reader owns an instance. For one thread.
class Families {
 public:
  std::vector<prometheus::MetricFamily> of(const SnapshotStore::View& view,
                                           const ClockReading& now);

 private:
  OffAirFloors off_air_floors_;
};

// /metrics in Prometheus's text format 0.0.4. Scrapers share one rendering while nothing new was
// published and it is younger than 100 ms: CPU belongs to the encoder. For one thread.
class MetricsPage {
 public:
  // `snapshots` outlives it.
  explicit MetricsPage(const SnapshotStore& snapshots) : snapshots_(snapshots) {}

  Reply answer(std::string_view accept_encoding, const ClockReading& now);

 private:
  void render(const SnapshotStore::View& view, const ClockReading& now);

  const SnapshotStore& snapshots_;
  Families families_;
  std::uint64_t version_ = 0;
  monitor::Instant rendered_at_{};
  std::shared_ptr<const std::string> text_;
  std::shared_ptr<const std::string> packed_;  // null until a scraper accepts gzip
};

}  // namespace http
