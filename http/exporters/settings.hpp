#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "monitor/time.hpp"

namespace http::exporters {

using Headers = std::vector<std::pair<std::string, std::string>>;

// Each field is the YAML key of the same name below `exporters`; each value is its default: no
// export. URLs and header values may hold secrets.

struct Pushgateway {
  std::string url;  // base URL; empty: off
  std::string job = "ffsupervisor";
  monitor::Duration interval = std::chrono::seconds(15);
  bool keep = true;  // false: the group is deleted when the supervisor ends
  Headers headers;

  friend bool operator==(const Pushgateway&, const Pushgateway&) = default;
};

enum class StatsdFormat : std::uint8_t {
  dogstatsd,  // labels as tags: `name:1|c|#stream:radio`
  plain       // labels in the name: `name.stream.radio:1|c`
};

struct Statsd {
  std::string address;  // HOST:PORT, UDP; empty: off
  StatsdFormat format = StatsdFormat::dogstatsd;
  std::string prefix;  // of every name
  monitor::Duration interval = std::chrono::seconds(10);

  friend bool operator==(const Statsd&, const Statsd&) = default;
};

struct Otlp {
  std::string url;  // base URL, `/v1/metrics` is added; empty: off
  std::string service_name = "ffsupervisor";
  monitor::Duration interval = std::chrono::seconds(15);
  Headers headers;

  friend bool operator==(const Otlp&, const Otlp&) = default;
};

struct Settings {
  std::string instance;  // name of this supervisor; empty: the host name
  Pushgateway pushgateway;
  Statsd statsd;
  Otlp otlp;

  friend bool operator==(const Settings&, const Settings&) = default;
};

}  // namespace http::exporters
