#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "http/clock_reading.hpp"
#include "http/snapshot.hpp"

namespace http {

// One event as it goes over the wire; shared by all who get it.
using Event = std::shared_ptr<const std::string>;
// `data` is one line.
Event make_event(std::string_view name, std::string_view data);

// Event `state`: the object of GET /api/v1/streams/NAME.
Event state_event(const StreamSnapshot& stream, const ClockReading& now);
// The newest of all streams, newest last, at most `limit`.
std::vector<Event> incident_events(const SnapshotStore::View& view, std::size_t limit);

// What was last told of one stream, and so what is news.
class StreamNews {
 public:
  // The events since the last call: `incident` for each that was opened, changed or closed, `state`
  // where what people act on has changed: not with each figure, or it would come with each block.
  std::vector<Event> take(const std::shared_ptr<const StreamSnapshot>& stream,
                          const ClockReading& now);

 private:
  void take_incidents(const StreamSnapshot& stream, std::vector<Event>& events);

  std::shared_ptr<const StreamSnapshot> seen_;
  std::string told_state_;
  std::map<std::string, Event> told_incidents_;  // by id; the newest
};

inline constexpr std::size_t incidents_told = 100;

}  // namespace http
