#include "http/health.hpp"

#include <algorithm>

#include <boost/json/object.hpp>

#include "http/derived_values.hpp"
#include "http/json.hpp"
#include "monitor/text/rfc3339.hpp"

namespace http {
namespace {

namespace json = boost::json;
using recovery::Status;

enum class Health : std::uint8_t { healthy, degraded, unhealthy };
constexpr const char* health_names[] = {"healthy", "degraded", "unhealthy"};

const char* name(Health health) {
  return health_names[static_cast<std::size_t>(health)];
}

Health health_of(const Status& status) {
  if (!is_on_air(status)) return Health::unhealthy;
  return status.verdict || status.escalated ? Health::degraded : Health::healthy;
}

std::string text(std::string_view view) {
  return std::string(view);
}

// "cooling_down, sink_lost, escalated"
std::string condition(const Status& status) {
  std::string words = text(recovery::name(recovery::air_state(status)));
  if (status.verdict) words += ", " + text(monitor::name(status.verdict->cause));
  if (status.escalated) words += ", escalated";
  return words;
}

// One sentence on the streams for which `wrong` is true; empty if there are none.
template <class Wrong>
std::string problem(const SnapshotStore::View& view, std::string_view what, Wrong wrong) {
  constexpr std::size_t named_limit = 10;  // all of them are in the details
  std::size_t count = 0;
  std::string names;
  for (const auto& stream : view.streams) {
    if (!wrong(stream->status) || ++count > named_limit) continue;
    names += (names.empty() ? "" : "; ") + stream->name + " (" + condition(stream->status) + ")";
  }
  if (count == 0) return {};
  if (count > named_limit) names += "; …";
  const std::string share =
      view.streams.size() == 1
          ? "The stream is "
          : std::to_string(count) + " of " + std::to_string(view.streams.size()) + " streams: ";
  return share + text(what) + ": " + names;
}

std::string off_air_problem(const SnapshotStore::View& view) {
  return problem(view, "not on air", [](const Status& status) { return !is_on_air(status); });
}

Reply answer(Health health, std::string_view message, json::object details,
             const ClockReading& now) {
  return json_reply(health == Health::unhealthy ? 503 : 200,
                    {{"status", name(health)},
                     {"message", message},
                     {"timestamp", monitor::rfc3339(now.wall)},
                     {"details", std::move(details)}});
}

json::object component(const Status& status, const ClockReading& now) {
  // Of the process; the stream's uptime counts from when it came on air.
  const double uptime =
      status.pid && status.launched_at ? seconds_since(*status.launched_at, now.steady) : 0;
  json::object result{{"status", name(health_of(status))},
                      {"state", ffmpeg_state(status)},
                      {"pid", optional_number(status.pid)},
                      {"uptime_seconds", rounded(uptime)},
                      {"stream_state", recovery::name(recovery::air_state(status))}};
  if (status.source_available) result["source_available"] = *status.source_available;
  if (status.fallback_since) result["fallback"] = "on_air";
  if (status.verdict) result["cause"] = monitor::name(status.verdict->cause);
  return result;
}

// Of the first stream, like the component `ffmpeg`.
json::object source_component(const Status& status) {
  const bool available = *status.source_available;
  std::string message = available ? "The source is available" : "The source is not available";
  const bool blamed = !available && status.verdict && !status.verdict->evidence.empty();
  if (blamed) message += ": " + status.verdict->evidence.front();
  return {{"status", name(available ? Health::healthy : Health::unhealthy)}, {"message", message}};
}

// Of the first stream as well. Unhealthy: the receiver is what keeps it off air.
json::object sink_component(const StreamSnapshot& stream) {
  const Status& status = stream.status;
  const bool is_blamed =
      status.verdict && monitor::component_of(status.verdict->cause) == monitor::Component::sink;
  if (is_blamed) {
    std::string message = text(monitor::name(status.verdict->cause));
    if (!status.verdict->evidence.empty()) message += ": " + status.verdict->evidence.front();
    return {{"status", name(is_on_air(status) ? Health::degraded : Health::unhealthy)},
            {"message", message}};
  }
  const auto is_of_sink = [](monitor::Cause cause) {
    return monitor::component_of(cause) == monitor::Component::sink;
  };
  const auto warning = std::ranges::find_if(stream.warnings, is_of_sink);
  if (warning != stream.warnings.end()) {
    return {{"status", name(Health::degraded)}, {"message", monitor::name(*warning)}};
  }
  if (!is_on_air(status)) {
    return {{"status", name(Health::degraded)},
            {"message", "Not known: nothing is sent while the stream is off air"}};
  }
  const auto& taking = stream.readings.sink_is_taking;
  if (!taking) {
    return {{"status", name(Health::healthy)},
            {"message", "No witness sees whether the output is taken; FFmpeg writes it"}};
  }
  return {{"status", name(*taking ? Health::healthy : Health::degraded)},
          {"message", *taking ? "The sink takes what it is sent" : "The sink takes no data"}};
}

json::object dependency_component(const DependencyState& dependency) {
  return {{"status", name(dependency.up ? Health::healthy : Health::unhealthy)},
          {"message", dependency.sentence},
          {"latency_seconds", rounded(monitor::seconds(dependency.took))},
          {"since", monitor::rfc3339(dependency.since)}};
}

Health health_of(const AzuracastState& azuracast) {
  return static_cast<Health>(azuracast.health);
}

// A report of a track that should be long over counts as much as AzuraCast's own health.
json::object azuracast_component(const StreamSnapshot& stream) {
  const AzuracastState& state = *stream.azuracast;
  const bool overdue = state.health == AzuracastState::Health::healthy && stream.track &&
                       !stream.track->overdue.empty();
  std::string message = overdue ? stream.track->overdue : state.sentence;
  if (message.ends_with('.')) message.pop_back();
  return {{"status", name(overdue ? Health::degraded : health_of(state))},
          {"message", message},
          {"latency_seconds", rounded(monitor::seconds(state.took))},
          {"since", monitor::rfc3339(state.since)}};
}

// The streams whose AzuraCast, or its report, is not healthy; empty if there are none.
std::string azuracast_problem(const SnapshotStore::View& view) {
  std::string names;
  for (const auto& stream : view.streams) {
    if (!stream->azuracast) continue;
    const json::object component = azuracast_component(*stream);
    if (component.at("status") == "healthy") continue;
    names += (names.empty() ? "" : ", ") + stream->name;
  }
  return names.empty() ? names : "AzuraCast is not healthy for " + names;
}

// One sentence on the dependencies that are down; empty if none is.
std::string dependency_problem(const SnapshotStore::View& view) {
  if (!view.program.dependencies) return {};
  std::string names;
  for (const DependencyState& each : *view.program.dependencies) {
    if (!each.up) names += (names.empty() ? "" : ", ") + each.name;
  }
  return names.empty() ? names : "Down: " + names;
}

// The streams run on with the old configuration, which the operator may not expect.
std::string config_problem(const SnapshotStore::View& view) {
  if (!view.program.config || view.program.config->successful) return {};
  return "The configuration could not be reloaded: " + view.program.config->message;
}

std::string joined(const std::string& first, const std::string& second) {
  return first + (first.empty() || second.empty() ? "" : ". ") + second;
}

}  // namespace

Reply liveness(bool alive, const ClockReading& now) {
  return answer(alive ? Health::healthy : Health::unhealthy,
                alive ? "Service is alive" : "The supervising loop has not answered for 2 s",
                {{"check", "liveness"}}, now);
}

Reply readiness(const SnapshotStore::View& view, const ClockReading& now) {
  const std::string wrong = off_air_problem(view);
  const bool running =
      std::all_of(view.streams.begin(), view.streams.end(),
                  [](const auto& stream) { return stream->status.pid.has_value(); });
  return answer(wrong.empty() ? Health::healthy : Health::unhealthy,
                wrong.empty() ? "Service is ready" : wrong, {{"ffmpeg_running", running}}, now);
}

Reply detailed(const SnapshotStore::View& view, const std::string& hook_problem,
               const ClockReading& now) {
  Health worst = Health::healthy;
  json::object streams;
  for (const auto& stream : view.streams) {
    worst = std::max(worst, health_of(stream->status));
    json::object each = component(stream->status, now);
    if (stream->azuracast) each["azuracast"] = azuracast_component(*stream);
    streams[stream->name] = std::move(each);
  }
  json::object components;
  if (!view.streams.empty()) {
    const Status& first = view.streams[0]->status;
    components["ffmpeg"] = component(first, now);
    if (first.source_available) components["source"] = source_component(first);
    components["sink"] = sink_component(*view.streams[0]);
  }
  const auto first_asking = std::find_if(view.streams.begin(), view.streams.end(),
                                         [](const auto& each) { return each->azuracast; });
  if (first_asking != view.streams.end()) {
    components["azuracast"] = azuracast_component(**first_asking);
  }
  components["streams"] = std::move(streams);
  if (view.program.dependencies) {
    for (const DependencyState& each : *view.program.dependencies) {
      components[each.name] = dependency_component(each);
    }
  }

  std::string message = off_air_problem(view);
  if (message.empty()) {
    message = problem(view, "on air with a warning",
                      [](const Status& status) { return health_of(status) != Health::healthy; });
  }
  const std::string missing = joined(dependency_problem(view), azuracast_problem(view));
  if (!missing.empty()) worst = std::max(worst, Health::degraded);
  message = joined(message, missing);
  const std::string refused = config_problem(view);
  if (!refused.empty()) {
    worst = std::max(worst, Health::degraded);
    components["config"] = {{"status", name(Health::degraded)}, {"message", refused}};
    message = joined(message, refused);
  }
  if (!hook_problem.empty()) {
    worst = std::max(worst, Health::degraded);
    components["azuracast_webhook"] = {{"status", name(Health::degraded)},
                                       {"message", hook_problem}};
    message = joined(message, hook_problem);
  }
  return answer(worst, message.empty() ? "All components healthy" : message,
                {{"components", std::move(components)}}, now);
}

}  // namespace http
