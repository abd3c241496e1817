#include "http/past_json.hpp"

#include <algorithm>
#include <chrono>

#include <boost/json/array.hpp>

#include "http/availability.hpp"
#include "http/json.hpp"
#include "http/timeline.hpp"
#include "http/verdict_json.hpp"
#include "monitor/text/rfc3339.hpp"

namespace http {
namespace {

namespace json = boost::json;

constexpr std::size_t unwatched_shown = 20;

json::array unwatched_json(const StreamSnapshot& stream) {
  json::array list;
  if (!stream.unwatched) return list;
  for (const auto& span : *stream.unwatched) {
    if (list.size() == unwatched_shown) break;
    list.push_back(
        {{"from", monitor::rfc3339(span.from)}, {"until", monitor::rfc3339(span.until)}});
  }
  return list;
}

double off_air_seconds(const recovery::IncidentRecord& incident, recovery::WallTime as_of) {
  if (!incident.off_air || incident.resolved_at) return incident.off_air_seconds;
  const std::chrono::duration<double> passed = as_of - incident.last_good_at;
  return std::max(incident.off_air_seconds, passed.count());  // the clock may have been set back
}

}  // namespace

json::object availability_json(const StreamSnapshot& stream, const ClockReading& now) {
  const Availability availability = availability_of(stream, now);
  return {{"since", monitor::rfc3339(availability.since)},
          {"off_air_seconds", rounded(availability.off_air_seconds)},
          {"unwatched_seconds", rounded(availability.unwatched_seconds)},
          {"unwatched", unwatched_json(stream)},
          {"ratio", optional_number(availability.ratio)}};
}

json::object timeline_json(const StreamSnapshot& stream, const ClockReading& now) {
  json::object result{{"name", stream.name}};
  for (const TimelineSpan& span : timeline_spans) {
    result[json::string_view(span.name)] = timeline_of(stream, span, now);
  }
  return result;
}

json::array history_json(const StreamSnapshot& stream, std::size_t limit) {
  json::array list;
  if (!stream.history) return list;
  for (const recovery::HistoryEntry& entry : *stream.history) {
    if (list.size() == limit) break;
    const json::value success = entry.success ? json::value(*entry.success) : json::value(nullptr);
    list.push_back({{"action", recovery::name(entry.action)},
                    {"timestamp", monitor::rfc3339(entry.timestamp)},
                    {"reason", entry.reason},
                    {"success", success},
                    {"delay_seconds", rounded(entry.delay_seconds)},
                    {"attempt", entry.attempt}});
  }
  return list;
}

json::object incident_json(std::string_view stream, const recovery::IncidentRecord& incident,
                           recovery::WallTime as_of) {
  return {{"id", incident.id},
          {"stream", stream},
          {"component", monitor::name(monitor::component_of(incident.cause))},
          {"cause", monitor::name(incident.cause)},
          {"output", output_json(incident.cause, incident.output)},
          {"off_air", incident.off_air},
          {"last_good_at", monitor::rfc3339(incident.last_good_at)},
          {"detected_at", monitor::rfc3339(incident.detected_at)},
          {"resolved_at", optional_time(incident.resolved_at)},
          {"off_air_seconds", rounded(off_air_seconds(incident, as_of))},
          {"covered_seconds", rounded(incident.covered_seconds)},
          {"evidence", strings(incident.evidence)},
          {"actions", strings(incident.actions)}};
}

}  // namespace http
