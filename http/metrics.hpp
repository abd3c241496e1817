#pragma once

#include <map>
#include <string>
#include <vector>

#include <prometheus/metric_family.h>

#include "http/clock_reading.hpp"
#include "http/snapshot.hpp"

namespace http {

// Everything /metrics says of the streams. Each series carries `stream`; one whose value is unknown
// (a rate before the first window) is left out, every other one is there from the first scrape.
std::vector<prometheus::MetricFamily> stream_families(const SnapshotStore::View& view,
                                                      const ClockReading& now);

// radio_alerts_sent_total, of all streams together; without series where nobody is told.
prometheus::MetricFamily alerts_family(const SnapshotStore::View& view);

// radio_stream_off_air_seconds_total runs on between snapshots. `floors` is what was last said of
// each stream: a snapshot stamped just before that scrape and published after it must not shrink
// the counter, or Prometheus would take it for a reset.
prometheus::MetricFamily off_air_family(const SnapshotStore::View& view, const ClockReading& now,
                                        std::map<std::string, double>& floors);

// The supervisor itself: radio_supervisor_build_info and the usual process_*.
std::vector<prometheus::MetricFamily> own_families();

}  // namespace http
