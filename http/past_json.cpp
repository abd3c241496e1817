#include "http/past_json.hpp"

#include <boost/json/array.hpp>

#include "http/availability.hpp"
#include "http/json.hpp"
#include "http/timeline.hpp"
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

}  // namespace http
