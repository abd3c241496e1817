#pragma once

#include <functional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "http/clock_reading.hpp"
#include "http/exporters/settings.hpp"
#include "http/snapshot_store.hpp"
#include "monitor/time.hpp"

namespace supervisor {

// The outcome of one push.
struct ExportResult {
  std::string error;         // empty: delivered; names host and port only
  monitor::Duration rest{};  // for so long the receiver refuses further pushes
};

// What one push sends. `is_last`: the process ends after it.
struct ExportInput {
  http::SnapshotStore::View view;
  http::ClockReading now;
  bool is_last = false;
};

// One receiver of metrics. `send` renders and sends on the executor it is awaited on, within 5 s,
// one call at a time.
struct Exporter {
  std::string name;  // "pushgateway", "statsd", "otlp"
  monitor::Duration interval;
  std::function<boost::asio::awaitable<ExportResult>(ExportInput)> send;
};

// Those that the settings ask for. `started_at`: when the counters began. Throws
// std::runtime_error naming the setting that cannot be used.
std::vector<Exporter> exporters_of(const http::exporters::Settings& settings,
                                   recovery::WallTime started_at);

}  // namespace supervisor
