#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <prometheus/metric_family.h>

#include "http/clock_reading.hpp"
#include "http/metrics/family.hpp"
#include "http/metrics/gzip_pieces.hpp"
#include "http/reply.hpp"
#include "http/snapshot_store.hpp"

namespace http {

// The highest value reported of each stream's radio_stream_off_air_seconds_total. That counter runs
// on between snapshots: a snapshot taken just before a scrape and published after it must not
// shrink it, or Prometheus would take the drop for a reset.
using OffAirFloors = std::map<std::string, double>;  // by stream

// The series of the streams. Each carries `stream`. A value that is unknown (a rate before the
// first window) has no series; every other series exists from the first scrape on.
void write_stream_series(const SnapshotStore::View& view, const ClockReading& now,
                         OffAirFloors& floors, SeriesSink& sink);

// Those of them of which a stream has several (a state, a cause, an output).
void write_labelled_series(const SnapshotStore::View& view, SeriesSink& sink);

// The series of the whole program: alerts, dependencies, configuration, exports, the loop's delay,
// radio_supervisor_build_info and process_*. A part that was never published has none.
void write_program_series(const SnapshotStore::View& view, SeriesSink& sink);

// All metrics, for /metrics and for every exporter: one source, so that they cannot disagree. Keeps
// the counters' floors, so each reader owns an instance. For one thread.
class Families {
 public:
  std::vector<prometheus::MetricFamily> of(const SnapshotStore::View& view,
                                           const ClockReading& now);
  // In Prometheus's text format 0.0.4.
  std::string text_of(const SnapshotStore::View& view, const ClockReading& now);

 private:
  void write(const SnapshotStore::View& view, const ClockReading& now, SeriesSink& sink);

  std::size_t text_bytes_ = 0;  // of the last text
  OffAirFloors off_air_floors_;
};

// /metrics in Prometheus's text format 0.0.4. Scrapers share one rendering, and what it is when
// compressed, while nothing new was published and it is younger than 100 ms; a large one in any
// case for a moment (CPU belongs to the encoder). For one thread.
class MetricsPage {
 public:
  // `snapshots` outlives it.
  explicit MetricsPage(const SnapshotStore& snapshots) : snapshots_(snapshots) {}

  Reply answer(std::string_view accept_encoding, const ClockReading& now);

 private:
  bool is_fresh(monitor::Instant now) const;
  void render(const ClockReading& now);

  const SnapshotStore& snapshots_;
  Families families_;
  GzipPieces gzip_;
  std::uint64_t version_ = 0;
  monitor::Instant rendered_at_{};
  std::shared_ptr<const std::string> text_;
  std::shared_ptr<const std::string> packed_;  // null until a scraper accepts gzip
};

}  // namespace http
