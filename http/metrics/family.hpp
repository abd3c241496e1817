#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "recovery/stream_recorder.hpp"

namespace http {

// Building blocks of the metric tables: a family, its series, and where they go.

struct Label {
  std::string_view name, value;
};
// Beside `stream`. Valid during the call.
using Labels = std::initializer_list<Label>;

enum class MetricKind : std::uint8_t { counter, gauge, histogram };
inline constexpr auto counter = MetricKind::counter;
inline constexpr auto gauge = MetricKind::gauge;
inline constexpr auto histogram = MetricKind::histogram;

// A metric's name, type and HELP text: one row of a table. Dashboards and alert rules depend on
// names, types and labels; not on HELP.
struct FamilyInfo {
  const char* name;
  MetricKind kind;
  const char* help;
};

// Takes the series one after another: as text (/metrics), or as families (the exporters). The
// tables know neither. Label values that are not UTF-8 are repaired.
class SeriesSink {
 public:
  // What follows is of this family, and of no stream. A family without series is left out.
  virtual void begin(const FamilyInfo& info) = 0;
  // What follows has this label `stream`.
  virtual void of_stream(std::string_view name) = 0;
  // One series of a counter or gauge.
  virtual void add(Labels labels, double value) = 0;
  // One series of a histogram.
  virtual void add(Labels labels, const recovery::Histogram& values) = 0;

 protected:
  ~SeriesSink() = default;
};

}  // namespace http
