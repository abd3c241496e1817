#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "http/clock_reading.hpp"
#include "http/snapshot_store.hpp"

namespace http {

// One event as it is sent; shared by all clients.
using Event = std::shared_ptr<const std::string>;
// `data` is one line.
Event make_event(std::string_view name, std::string_view data);

// Event `state`: the object of GET /api/v1/streams/NAME.
Event state_event(const StreamSnapshot& stream, const ClockReading& now);
// Event `config`: the result of the latest read of the configuration.
Event config_event(const Program& program);
// The newest of all streams, newest last, at most `limit`.
std::vector<Event> incident_events(const SnapshotStore::View& view, std::size_t limit);

// What was last sent of one stream, to find what has changed.
class StreamDelta {
 public:
  // The events since the last call: `incident` for each that was opened, changed or closed; `state`
  // where a member that matters to an operator has changed, not with the figures of each block.
  std::vector<Event> update(const std::shared_ptr<const StreamSnapshot>& stream,
                            const ClockReading& now);

 private:
  void take_incidents(const StreamSnapshot& stream, std::vector<Event>& events);

  std::shared_ptr<const StreamSnapshot> seen_;
  std::string sent_state_;
  std::map<std::string, Event> sent_incidents_;  // by id; the newest
};

inline constexpr std::size_t incidents_sent_max = 100;

}  // namespace http
