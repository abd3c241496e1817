#include "monitor/probes/json_values.hpp"
#include "monitor/probes/server_reports.hpp"

namespace monitor::probes {
namespace {

constexpr const char* server_name = "MediaMTX";

// Until 1.16 `ready`; since then also `online`, while `ready` may mean a stand-in.
bool is_published(const boost::json::object& path) {
  return flag_in(path, "online").value_or(flag_in(path, "ready").value_or(false));
}

std::optional<std::uint64_t> bytes_received(const boost::json::object& path) {
  const auto newer = count_in(path, "inboundBytes");
  return newer ? newer : count_in(path, "bytesReceived");
}

}  // namespace

SinkReport read_mediamtx(std::string_view body) {
  const auto value = parse_json(body);
  const boost::json::object* path = value ? object_in(&*value) : nullptr;
  if (path == nullptr) return not_readable("The answer is no JSON of MediaMTX's API.");
  if (text_in(*path, "error") == "path not found")
    return no_publisher("MediaMTX knows no such path.");
  if (path->contains("error")) return not_readable("MediaMTX's API answers with an error.");
  if (!path->contains("online") && !path->contains("ready"))
    return not_readable("The answer is JSON, but not of a path of MediaMTX.");
  if (!is_published(*path))
    return no_publisher("MediaMTX knows this path, but has no publisher of it.");
  return publisher_found(server_name, bytes_received(*path));
}

}  // namespace monitor::probes
