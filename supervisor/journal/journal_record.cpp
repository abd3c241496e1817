#include "supervisor/journal/journal_record.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "http/clock_reading.hpp"
#include "http/json.hpp"
#include "monitor/text/rfc3339.hpp"
#include "supervisor/journal/journal_line.hpp"
#include "supervisor/journal/journal_values.hpp"

namespace supervisor {
namespace {

namespace json = boost::json;
using recovery::Alert;
using recovery::IncidentRecord;
using recovery::PersistedState;

// How texts are cut to make a line fit.
struct Shortening {
  std::size_t text_bytes = std::string::npos;
  std::size_t list_length = std::string::npos;
};
constexpr std::array<Shortening, 4> shortenings{{{}, {4096, 64}, {1024, 64}, {64, 64}}};

json::string shortened(const std::string& text, const Shortening& to) {
  return json::string(json::string_view(text).substr(0, to.text_bytes));
}

// The newest, which stand at the end.
json::array shortened(const std::vector<std::string>& texts, const Shortening& to) {
  json::array result;
  const auto count = static_cast<std::ptrdiff_t>(std::min(texts.size(), to.list_length));
  for (auto text = texts.end() - count; text != texts.end(); ++text) {
    result.emplace_back(shortened(*text, to));
  }
  return result;
}

json::string cause_text(monitor::Cause cause) {
  return json::string(json::string_view(monitor::name(cause)));
}

json::object json_of(const IncidentRecord& incident, const Shortening& to) {
  json::object object{{"id", incident.id},
                      {"off_air", incident.off_air},
                      {"cause", cause_text(incident.cause)},
                      {"last_good_at", monitor::rfc3339(incident.last_good_at)},
                      {"detected_at", monitor::rfc3339(incident.detected_at)}};
  if (!incident.output.empty()) object["output"] = incident.output;
  if (incident.resolved_at) object["resolved_at"] = monitor::rfc3339(*incident.resolved_at);
  object["off_air_seconds"] = http::rounded(incident.off_air_seconds);
  if (incident.covered_seconds > 0)
    object["covered_seconds"] = http::rounded(incident.covered_seconds);
  object["evidence"] = shortened(incident.evidence, to);
  object["actions"] = shortened(incident.actions, to);
  return object;
}

json::object json_of(const Alert& alert, const Shortening& to) {
  json::object object{{"id", alert.id},
                      {"stream", alert.stream},
                      {"cause", cause_text(alert.cause)},
                      {"starts_at", monitor::rfc3339(alert.starts_at)}};
  if (!alert.output.empty()) object["output"] = alert.output;
  if (!alert.servers.source.empty()) object["source"] = alert.servers.source;
  if (!alert.servers.sink.empty()) object["sink"] = alert.servers.sink;
  if (alert.is_local) object["is_local"] = true;
  if (alert.ends_at) object["ends_at"] = monitor::rfc3339(*alert.ends_at);
  object["summary"] = shortened(alert.summary, to);
  object["evidence"] = shortened(alert.evidence, to);
  object["tried"] = shortened(alert.tried, to);
  object["told"] = alert.delivered;
  return object;
}

json::object state_json(const PersistedState& now, const Shortening& to) {
  json::object object{{"attempts", now.attempts},
                      {"source_retries", now.source_retries},
                      {"stopped_as_asked", now.stopped_as_asked}};
  if (now.launched_at) object["launched_at"] = monitor::rfc3339(*now.launched_at);
  if (now.watched_since) object["watched_since"] = monitor::rfc3339(*now.watched_since);
  if (!now.alert) return object;
  object["escalation"] = json_of(*now.alert, to);
  object["escalated"] = now.escalated;
  return object;
}

json::array json_of(const std::vector<recovery::UnwatchedSpan>& unwatched) {
  json::array list;
  for (const auto& span : unwatched) {
    list.push_back(
        {{"from", monitor::rfc3339(span.from)}, {"until", monitor::rfc3339(span.until)}});
  }
  return list;
}

std::string line_of(const JournalRecord& record, const Shortening& to) {
  const PersistedState& now = record.change.now;
  json::object object{{"stream", record.change.stream}};
  if (record.holds_state) object["now"] = state_json(now, to);
  if (!now.unwatched.empty()) object["unwatched"] = json_of(now.unwatched);
  json::array incidents;
  for (const IncidentRecord& incident : now.incidents) {
    incidents.emplace_back(json_of(incident, to));
  }
  if (!incidents.empty()) object["incidents"] = std::move(incidents);
  return sealed_line(object);
}

// The state first, then each incident, the oldest first, as they are read.
std::vector<JournalRecord> parts_of(const JournalRecord& record) {
  std::vector<JournalRecord> parts;
  if (record.holds_state) {
    parts.push_back(record);
    parts.back().change.now.incidents.clear();
  }
  const auto& incidents = record.change.now.incidents;
  for (auto incident = incidents.rbegin(); incident != incidents.rend(); ++incident) {
    JournalRecord part{{record.change.stream, {}}, false};
    part.change.now.incidents.push_back(*incident);
    parts.push_back(std::move(part));
  }
  return parts;
}

std::optional<std::string> fitting_line(const JournalRecord& record) {
  for (const Shortening& to : shortenings) {
    std::string line = line_of(record, to);
    if (line.size() <= max_line_bytes) return line;
  }
  return std::nullopt;
}

std::optional<IncidentRecord> incident_of(const JournalValues& values) {
  const std::optional<monitor::Cause> cause = values.cause("cause");
  IncidentRecord incident;
  incident.id = values.text("id");
  if (!cause || incident.id.empty()) return std::nullopt;
  incident.cause = *cause;
  incident.output = values.text("output");
  incident.off_air = values.flag("off_air", false);
  incident.last_good_at = values.time("last_good_at").value_or(recovery::WallTime{});
  incident.detected_at = values.time("detected_at").value_or(recovery::WallTime{});
  incident.resolved_at = values.time("resolved_at");
  incident.evidence = values.texts("evidence");
  incident.actions = values.texts("actions");
  incident.off_air_seconds = values.seconds("off_air_seconds");
  incident.covered_seconds = values.seconds("covered_seconds");
  return incident;
}

std::optional<Alert> alert_of(const JournalValues& values) {
  const std::optional<monitor::Cause> cause = values.cause("cause");
  if (!cause) return std::nullopt;
  Alert alert;
  alert.id = values.text("id");
  alert.stream = values.text("stream");
  alert.cause = *cause;
  alert.output = values.text("output");
  alert.servers = {values.text("source"), values.text("sink")};
  alert.is_local = values.flag("is_local", false);
  alert.summary = values.text("summary");
  alert.evidence = values.texts("evidence");
  alert.tried = values.texts("tried");
  alert.starts_at = values.time("starts_at").value_or(recovery::WallTime{});
  alert.ends_at = values.time("ends_at");
  alert.delivered = values.flag("told", false);
  return alert;
}

void read_state(const JournalValues& values, JournalRecord& record) {
  PersistedState& now = record.change.now;
  now.attempts = values.count("attempts");
  now.source_retries = values.count("source_retries");
  now.stopped_as_asked = values.flag("stopped_as_asked", PersistedState{}.stopped_as_asked);
  now.launched_at = values.time("launched_at");
  now.watched_since = values.time("watched_since");
  const json::object* escalation = values.object("escalation");
  if (!escalation) return;
  now.alert = alert_of(JournalValues(*escalation));
  if (!now.alert) ++record.unknown;
  now.escalated = now.alert && values.flag("escalated", true);
}

void read_unwatched(const json::array& spans, PersistedState& now) {
  for (const json::value& value : spans) {
    const json::object* object = value.if_object();
    if (!object) continue;
    const JournalValues values(*object);
    const auto from = values.time("from"), until = values.time("until");
    if (from && until && *from < *until) now.unwatched.push_back({*from, *until});
  }
}

void read_incidents(const json::array& incidents, JournalRecord& record) {
  for (const json::value& value : incidents) {
    const json::object* object = value.if_object();
    auto incident = object ? incident_of(JournalValues(*object)) : std::nullopt;
    if (incident) {
      record.change.now.incidents.push_back(std::move(*incident));
    } else {
      ++record.unknown;
    }
  }
}

}  // namespace

std::vector<std::string> lines_of(const JournalRecord& record) {
  std::string whole = line_of(record, {});
  if (whole.size() <= max_line_bytes) return {std::move(whole)};
  std::vector<std::string> lines;
  for (const JournalRecord& part : parts_of(record)) {
    std::optional<std::string> line = fitting_line(part);
    if (!line) return {};
    lines.push_back(std::move(*line));
  }
  return lines;
}

std::optional<JournalRecord> record_of(const json::object& content) {
  const JournalValues values(content);
  JournalRecord record;
  record.change.stream = values.text("stream");
  if (record.change.stream.empty()) return std::nullopt;
  const json::object* now = values.object("now");
  record.holds_state = now != nullptr;
  if (now) read_state(JournalValues(*now), record);
  if (const json::array* spans = values.array("unwatched")) {
    read_unwatched(*spans, record.change.now);
  }
  if (const json::array* incidents = values.array("incidents")) read_incidents(*incidents, record);
  return record;
}

}  // namespace supervisor
