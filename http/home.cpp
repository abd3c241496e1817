#include "http/home.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "monitor/text/percent.hpp"

namespace http {
namespace {

namespace json = boost::json;

json::object stream_entry(const StreamSnapshot& stream) {
  const std::string path = "/api/v1/streams/" + monitor::percent_encode(stream.name);
  return {{"name", stream.name},
          {"state", recovery::name(stream.status.state)},
          {"routes", {path, path + "/recovery"}}};
}

}  // namespace

Reply home(const SnapshotStore::View& view, std::string_view metrics_path) {
  json::array entries;
  for (const auto& stream : view.streams) entries.push_back(stream_entry(*stream));
  return json_reply(
      200, {{"name", "ffsupervisor"},
            {"version", FFSUPERVISOR_VERSION},
            {"streams", std::move(entries)},
            {"routes",
             {metrics_path, "/health/liveness", "/health/readiness", "/health/detailed",
              "/api/v1/streams", "/api/v1/incidents", "/api/v1/events", "/api/v1/openapi.json"}}});
}

}  // namespace http
