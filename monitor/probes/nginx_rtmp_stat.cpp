#include <pugixml.hpp>

#include "monitor/probes/server_reports.hpp"

namespace monitor::probes {
namespace {

constexpr const char* server_name = "nginx-rtmp";

// The application may be `live` or `live/instance`: together with the stream's name it makes the
// path, whichever it is.
bool is_path(std::string_view path, std::string_view application, std::string_view name) {
  return path.size() == application.size() + 1 + name.size() && path.starts_with(application) &&
         path[application.size()] == '/' && path.ends_with(name);
}

struct Found {
  pugi::xml_node any, published;
};

Found find_stream(const pugi::xml_node& root, std::string_view path) {
  Found found;
  for (const pugi::xml_node server : root.children("server")) {
    for (const pugi::xml_node application : server.children("application")) {
      const char* const name = application.child_value("name");
      for (const pugi::xml_node stream : application.child("live").children("stream")) {
        if (!is_path(path, name, stream.child_value("name"))) continue;
        found.any = stream;
        if (stream.child("publishing")) found.published = stream;
      }
    }
  }
  return found;
}

std::optional<std::uint64_t> bytes_in(const pugi::xml_node& stream) {
  const pugi::xml_text text = stream.child("bytes_in").text();
  if (!text) return std::nullopt;
  return text.as_ullong();
}

}  // namespace

SinkReport read_nginx_rtmp_stat(std::string_view body, std::string_view path) {
  pugi::xml_document document;
  const bool is_xml = static_cast<bool>(document.load_buffer(body.data(), body.size()));
  if (!is_xml) return not_readable("The answer is no XML of nginx-rtmp's statistics.");
  const pugi::xml_node root = document.child("rtmp");
  if (!root) return not_readable("The answer is XML, but not of nginx-rtmp's statistics.");
  const Found found = find_stream(root, path);
  if (found.published) return publisher_found(server_name, bytes_in(found.published));
  if (found.any) return no_publisher("nginx-rtmp has listeners of this stream, but no publisher.");
  return no_publisher(
      "nginx-rtmp knows no such stream (with several workers its statistics show one of them "
      "only).");
}

}  // namespace monitor::probes
