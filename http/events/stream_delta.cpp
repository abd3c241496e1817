#include "http/events/stream_delta.hpp"

#include <algorithm>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "http/derived_values.hpp"
#include "http/json.hpp"
#include "http/past_json.hpp"
#include "http/stream_json.hpp"

namespace http {
namespace {

namespace json = boost::json;

// Members of a stream's object whose change causes an event.
constexpr std::string_view observed_members[] = {
    "state",     "pid",         "generation", "command",    "source",   "verdict",
    "anomalies", "fallback",    "last_exit",  "track",      "recovery", "covered",
    "encoder",   "no_progress", "unstable",   "fault_since"};

bool runs_with_time(std::string_view name) {
  return name.ends_with("_seconds");
}

// Without members that change with time alone.
json::value settled(const json::value& value) {
  if (!value.is_object()) return value;
  json::object kept;
  for (const auto& [key, member] : value.get_object()) {
    if (!runs_with_time({key.data(), key.size()})) kept[key] = member;
  }
  return kept;
}

std::string observed_state(const json::object& stream, const StreamSnapshot& snapshot) {
  json::array parts;
  for (const std::string_view name : observed_members) {
    const json::value* const member = stream.if_contains({name.data(), name.size()});
    parts.push_back(member == nullptr ? json::value(nullptr) : settled(*member));
  }
  for (const OutputSnapshot& output : snapshot.outputs) {
    parts.push_back(static_cast<int>(output.state));
  }
  return print_json(parts);
}

// Of an open one as known at its detection: time alone is no news.
Event incident_event(std::string_view stream, const recovery::IncidentRecord& incident) {
  const json::object object = incident_json(stream, incident, incident.detected_at);
  return make_event("incident", print_json(object));
}

}  // namespace

Event make_event(std::string_view name, std::string_view data) {
  std::string text;
  text.reserve(name.size() + data.size() + 16);
  text.append("event: ").append(name).append("\ndata: ").append(data).append("\n\n");
  return std::make_shared<const std::string>(std::move(text));
}

Event state_event(const StreamSnapshot& stream, const ClockReading& now) {
  return make_event("state", print_json(stream_json(stream, now)));
}

Event config_event(const Program& program) {
  return make_event("config", print_json(config_json(program)));
}

std::vector<Event> incident_events(const SnapshotStore::View& view, std::size_t limit) {
  const std::vector<KnownIncident> all = newest_incidents(view, limit);
  std::vector<Event> events;
  for (auto known = all.rbegin(); known != all.rend(); ++known) {
    events.push_back(incident_event(known->stream->name, *known->incident));
  }
  return events;
}

std::vector<Event> StreamDelta::update(const std::shared_ptr<const StreamSnapshot>& stream,
                                       const ClockReading& now) {
  std::vector<Event> events;
  if (stream == seen_) return events;
  if (!seen_ || seen_->incidents != stream->incidents) take_incidents(*stream, events);
  seen_ = stream;
  const json::object whole = stream_json(*stream, now);
  std::string state = observed_state(whole, *stream);
  if (state == sent_state_) return events;
  sent_state_ = std::move(state);
  events.push_back(make_event("state", print_json(whole)));
  return events;
}

void StreamDelta::take_incidents(const StreamSnapshot& stream, std::vector<Event>& events) {
  std::map<std::string, Event> present;
  const auto& list = stream.incidents;
  const std::size_t count = list ? std::min(incidents_sent_max, list->size()) : 0;
  for (std::size_t i = count; i-- > 0;) {  // oldest first
    const recovery::IncidentRecord& incident = (*list)[i];
    Event event = incident_event(stream.name, incident);
    const auto sent = sent_incidents_.find(incident.id);
    if (sent == sent_incidents_.end() || *sent->second != *event) events.push_back(event);
    present.emplace(incident.id, std::move(event));
  }
  sent_incidents_ = std::move(present);
}

}  // namespace http
