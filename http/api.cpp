#include "http/api.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "http/derived_values.hpp"
#include "http/json.hpp"
#include "http/past_json.hpp"
#include "http/preview.hpp"
#include "http/stream_json.hpp"
#include "http/timeline.hpp"
#include "monitor/text/percent.hpp"
#include "monitor/text/rfc3339.hpp"

namespace http {
namespace {

namespace json = boost::json;

const StreamSnapshot* find(const SnapshotStore::View& view, std::string_view name) {
  for (const auto& stream : view.streams) {
    if (stream->name == name) return stream.get();
  }
  return nullptr;
}

Reply no_such_stream(std::string_view name) {
  constexpr std::size_t shown = 100;  // bytes of the requested name
  return error_reply(404, "no stream has the name \"" + std::string(name.substr(0, shown)) + "\"");
}

json::object stream_entry(const StreamSnapshot& stream) {
  const std::string path = "/api/v1/streams/" + monitor::percent_encode(stream.name);
  return {{"name", stream.name},
          {"state", recovery::name(recovery::air_state(stream.status))},
          {"routes", {path, path + "/recovery"}}};
}

}  // namespace

Reply home(const SnapshotStore::View& view, std::string_view metrics_path) {
  json::array entries;
  for (const auto& stream : view.streams) entries.push_back(stream_entry(*stream));
  return json_reply(200, {{"name", "ffsupervisor"},
                          {"version", FFSUPERVISOR_VERSION},
                          {"streams", std::move(entries)},
                          {"routes",
                           {metrics_path, "/health/liveness", "/health/readiness",
                            "/health/detailed", "/api/v1/streams", "/api/v1/timeline",
                            "/api/v1/incidents", "/api/v1/events", "/api/v1/openapi.json"}}});
}

Reply outcome_reply(const Outcome& outcome) {
  if (outcome.receivers.empty()) return error_reply(outcome.status, outcome.message);
  json::array receivers;
  for (const ReceiverAnswer& answer : outcome.receivers) {
    receivers.push_back(json::object{{"receiver", answer.receiver},
                                     {"address", answer.address},
                                     {"delivered", answer.delivered},
                                     {"message", answer.message}});
  }
  return json_reply(outcome.status,
                    {{"message", outcome.message}, {"receivers", std::move(receivers)}});
}

Reply streams(const SnapshotStore::View& view, const ClockReading& now) {
  json::array list;
  for (const auto& stream : view.streams) list.push_back(stream_json(*stream, now));
  return json_reply(200, {{"streams", std::move(list)}, {"config", config_json(view.program)}});
}

Reply stream(const SnapshotStore::View& view, std::string_view name, const ClockReading& now) {
  const StreamSnapshot* const found = find(view, name);
  return found ? json_reply(200, stream_json(*found, now)) : no_such_stream(name);
}

Reply picture(const SnapshotStore::View& view, std::string_view name, const ClockReading& now) {
  const StreamSnapshot* const found = find(view, name);
  return found ? picture_reply(*found, now) : no_such_stream(name);
}

Reply recovery_of(const SnapshotStore::View& view, std::string_view name, std::size_t limit,
                  const ClockReading& now) {
  const StreamSnapshot* const found = find(view, name);
  if (!found) return no_such_stream(name);
  json::object answer{{"stream", name}};
  for (auto& member : recovery_json(*found, now)) answer.insert(member);
  answer["history"] = history_json(*found, limit);
  return json_reply(200, answer);
}

Reply timeline(const SnapshotStore::View& view, const ClockReading& now) {
  json::object cell_seconds;
  for (const TimelineSpan& span : timeline_spans) {
    cell_seconds[json::string_view(span.name)] = span.cell.count();
  }
  json::array list;
  for (const auto& stream : view.streams) list.push_back(timeline_json(*stream, now));
  return json_reply(200, {{"at", monitor::rfc3339(now.wall)},
                          {"cell_seconds", std::move(cell_seconds)},
                          {"streams", std::move(list)}});
}

Reply incidents(const SnapshotStore::View& view, std::size_t limit, const ClockReading& now) {
  json::array list;
  for (const KnownIncident& known : newest_incidents(view, limit)) {
    list.push_back(incident_json(known.stream->name, *known.incident, now.wall));
  }
  return json_reply(200, {{"incidents", std::move(list)}});
}

}  // namespace http
