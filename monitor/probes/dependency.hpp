#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "monitor/probes/executor.hpp"
#include "monitor/time.hpp"

namespace monitor::probes {

// Something else the operator wants watched: `dependencies[]`. A value.
struct Dependency {
  enum class Kind : std::uint8_t { tcp, http };
  std::string name;  // a label of metrics
  Kind kind = Kind::tcp;
  std::string target;  // "postgres:5432", or a URL; may hold a user and password

  bool operator==(const Dependency&) const = default;
};

// The result of one probe.
struct DependencyReport {
  bool up = false;       // TCP: a connection was taken; HTTP: a status below 400
  std::string sentence;  // one, for display; may hold the URL with its secrets: mask it
  Duration took{};
};

// Probes once, within `timeout` as a whole. Calls `done` once, from the executor, never from within
// the call.
void probe_dependency(const boost::asio::any_io_executor& executor, Dependency dependency,
                      Duration timeout, std::function<void(DependencyReport)> done);

}  // namespace monitor::probes
