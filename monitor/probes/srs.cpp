#include <boost/json/array.hpp>

#include "monitor/probes/json_values.hpp"
#include "monitor/probes/server_reports.hpp"

namespace monitor::probes {
namespace {

namespace json = boost::json;

constexpr const char* server_name = "SRS";

bool is_path(const json::object& stream, std::string_view path) {
  return std::string(text_in(stream, "app")) + '/' + std::string(text_in(stream, "name")) == path;
}

bool is_published(const json::object& stream) {
  const json::object* publish = object_in(stream.if_contains("publish"));
  return publish != nullptr && flag_in(*publish, "active").value_or(false);
}

struct Found {
  const json::object* any = nullptr;
  const json::object* published = nullptr;
};

Found find_stream(const json::array& streams, std::string_view path) {
  Found found;
  for (const json::value& value : streams) {
    const json::object* stream = value.if_object();
    if (stream == nullptr || !is_path(*stream, path)) continue;
    found.any = stream;
    if (is_published(*stream)) found.published = stream;
  }
  return found;
}

}  // namespace

SinkReport read_srs(std::string_view body, std::string_view path) {
  const auto value = parse_json(body);
  const json::object* answer = value ? object_in(&*value) : nullptr;
  if (answer == nullptr) return not_readable("The answer is no JSON of SRS's API.");
  if (count_in(*answer, "code").value_or(0) != 0)
    return not_readable("SRS's API answers with an error.");
  const json::value* list = answer->if_contains("streams");
  const json::array* streams = list == nullptr ? nullptr : list->if_array();
  if (streams == nullptr) return not_readable("The answer is JSON, but no list of SRS's streams.");
  const Found found = find_stream(*streams, path);
  if (found.published != nullptr)
    return publisher_found(server_name, count_in(*found.published, "recv_bytes"));
  if (found.any != nullptr)
    return no_publisher("SRS knows this stream, but has no publisher of it.");
  return no_publisher("SRS knows no such stream.");
}

}  // namespace monitor::probes
