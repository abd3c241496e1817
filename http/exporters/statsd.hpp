#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include <prometheus/metric_family.h>

#include "http/exporters/settings.hpp"

namespace http::exporters {

// Metrics in StatsD's format. Gauges are sent as values; counters as deltas since the last
// confirmed send, so that the server's sums continue over restarts of this program; a histogram as
// the counters of its text format: NAME_bucket with `le` (cumulative), NAME_sum, NAME_count.
// process_* is omitted: a StatsD name does not identify the process. Pure: no I/O; keeps one number
// per counter.
class StatsdReport {
 public:
  // Bytes that fit a packet on any path, IPv6 and tunnels included. A single line may be longer.
  static constexpr std::size_t datagram_limit = 1232;

  StatsdReport(StatsdFormat format, std::string prefix);

  // Lines, packed into datagrams. Until confirm_sent() is called, the next call contains the same
  // deltas again.
  std::vector<std::string> datagrams(const std::vector<prometheus::MetricFamily>& families);
  void confirm_sent();

 private:
  struct Series {
    std::string name;  // with its labels, as in a line
    std::string tags;
  };
  Series series(const std::string& name, const std::vector<prometheus::ClientMetric::Label>& labels,
                const std::string& bound = {}) const;
  void add(const prometheus::MetricFamily& family);
  void add_gauge(const Series& series, double value);
  void add_counter(const Series& series, double value);
  void add_histogram(const std::string& name, const prometheus::ClientMetric& metric);
  void add_line(const std::string& line);

  StatsdFormat format_;
  std::string prefix_;
  std::map<std::string, double> sent_, pending_;  // counter → its value
  std::vector<std::string> datagrams_;
};

}  // namespace http::exporters
