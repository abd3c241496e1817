#pragma once

#include <optional>
#include <string>
#include <vector>

#include "monitor/cause.hpp"
#include "recovery/wall_time.hpp"

namespace recovery {

struct Alerted;
struct AlertResolved;

// What a stream is read from and sent to, `host:port`, several with commas: the same for all
// streams of one server. Empty where there is none.
struct StreamServers {
  std::string source, sink;

  bool operator==(const StreamServers&) const = default;
};

// One outage of one stream, as it is delivered: fires once, is resolved once. A value; secrets
// already masked in every string.
struct Alert {
  std::string id;  // "radio-1763925600123": stream, ms of its beginning; the same when resolved
  std::string stream;
  monitor::Cause cause{};
  std::string output = {};  // where the cause is the sink's: which, where that is known
  StreamServers servers = {};
  bool is_local = false;  // the cause is a source's, and that is a file or device of this machine
  std::string summary;  // one sentence: "radio is off air: …"; resolved: "radio is on air again …"
  std::vector<std::string> evidence;  // the verdict's sentences
  std::vector<std::string> tried;     // what was done about it, oldest first
  WallTime starts_at{};
  std::optional<WallTime> ends_at;  // resolved
  // Its present state, firing or resolved, was delivered to all receivers, or dropped. Not part of
  // the message: the next life of the supervisor must know whether to deliver it.
  bool delivered = false;
  bool is_test = false;  // nothing is wrong: whether the receivers can be reached

  // Nothing is left to deliver: all receivers have its resolution, or gave up.
  bool is_over() const { return ends_at && delivered; }
};

// What `alerted` of `stream` at `wall` fires.
Alert alert_of(const std::string& stream, const Alerted& alerted, WallTime wall,
               const StreamServers& servers = {});

// It is over at `wall`: says what is so now.
void resolve(Alert& alert, const AlertResolved& how, WallTime wall);

// "radio-1763925600123"
std::string id_of(const std::string& stream, WallTime time);

}  // namespace recovery
