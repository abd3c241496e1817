#include "monitor/probes/server_reports.hpp"

#include <algorithm>

#include <boost/json/array.hpp>
#include <pugixml.hpp>

#include "monitor/probes/json_values.hpp"
#include "monitor/text/percent.hpp"
#include "monitor/text/sentence.hpp"
#include "monitor/text/url.hpp"

namespace monitor::probes {

SinkReport publisher_found(const char* server, std::optional<std::uint64_t> received_bytes) {
  const std::string text =
      received_bytes ? sentence("%s has a publisher of this stream, %.1f kB received from it.",
                                server, static_cast<double>(*received_bytes) / 1e3)
                     : sentence("%s has a publisher of this stream.", server);
  return {
      .answered = true, .has_publisher = true, .received_bytes = received_bytes, .sentence = text};
}

SinkReport no_publisher(std::string sentence) {
  return {.answered = true,
          .has_publisher = false,
          .received_bytes = {},
          .sentence = std::move(sentence)};
}

SinkReport not_readable(std::string sentence) {
  return {.answered = false,
          .has_publisher = false,
          .received_bytes = {},
          .sentence = std::move(sentence)};
}

namespace {

namespace json = boost::json;
using std::string_view;

namespace nginx_rtmp {

constexpr const char* server_name = "nginx-rtmp";

// The application may be `live` or `live/instance`: together with the stream's name it makes the
// path, whichever it is.
bool is_path(string_view path, string_view application, string_view name) {
  return path.size() == application.size() + 1 + name.size() && path.starts_with(application) &&
         path[application.size()] == '/' && path.ends_with(name);
}

struct Found {
  pugi::xml_node any, published;
};

Found find_stream(const pugi::xml_node& root, string_view path) {
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

SinkReport read(string_view body, string_view path) {
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

}  // namespace nginx_rtmp

namespace mediamtx {

constexpr const char* server_name = "MediaMTX";

// Until 1.16 `ready`; since then also `online`, while `ready` may mean a stand-in.
bool is_published(const json::object& path) {
  return flag_in(path, "online").value_or(flag_in(path, "ready").value_or(false));
}

std::optional<std::uint64_t> bytes_received(const json::object& path) {
  const auto newer = count_in(path, "inboundBytes");
  return newer ? newer : count_in(path, "bytesReceived");
}

SinkReport read(string_view body) {
  const auto value = parse_json(body);
  const json::object* path = value ? object_in(&*value) : nullptr;
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

}  // namespace mediamtx

namespace srs {

constexpr const char* server_name = "SRS";

bool is_path(const json::object& stream, string_view path) {
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

Found find_stream(const json::array& streams, string_view path) {
  Found found;
  for (const json::value& value : streams) {
    const json::object* stream = value.if_object();
    if (stream == nullptr || !is_path(*stream, path)) continue;
    found.any = stream;
    if (is_published(*stream)) found.published = stream;
  }
  return found;
}

SinkReport read(string_view body, string_view path) {
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

}  // namespace srs

namespace icecast {

constexpr const char* server_name = "Icecast";

SinkReport no_mount() {
  return no_publisher("Icecast knows no such mount.");
}

SinkReport no_source() {
  return no_publisher("Icecast knows this mount, but has no source of it.");
}

// What Icecast states of a mount only while a source feeds it. Icecast-KH lists mounts that are
// configured, or have listeners, without one.
constexpr const char* signs_of_source[] = {"stream_start",     "stream_start_iso8601", "source_ip",
                                           "total_bytes_read", "incoming_bitrate",     "connected"};

// `mount`: "/radio.mp3", or a URL that ends with it.
bool is_mount(string_view mount, string_view path) {
  const std::string decoded =
      percent_decode(url_scheme(mount).empty() ? mount : split_url(mount).path);
  return decoded.starts_with('/') && string_view(decoded).substr(1) == path;
}

SinkReport read_admin_stats(string_view body, string_view path) {
  pugi::xml_document document;
  const bool is_xml = static_cast<bool>(document.load_buffer(body.data(), body.size()));
  const pugi::xml_node root = document.child("icestats");
  if (!is_xml || !root) return not_readable("The answer is no XML of Icecast's statistics.");
  for (const pugi::xml_node source : root.children("source")) {
    if (!is_mount(source.attribute("mount").value(), path)) continue;
    const auto is_stated = [&](const char* sign) { return !source.child(sign).empty(); };
    if (std::ranges::none_of(signs_of_source, is_stated)) return no_source();
    const pugi::xml_text read = source.child("total_bytes_read").text();
    return publisher_found(server_name,
                           read ? std::optional<std::uint64_t>(read.as_ullong()) : std::nullopt);
  }
  return no_mount();
}

enum class Mount : std::uint8_t { unknown, without_source, fed };

Mount mount_in(const json::value& source, string_view path) {
  const json::object* mount = source.if_object();
  if (mount == nullptr || !is_mount(text_in(*mount, "listenurl"), path)) return Mount::unknown;
  const auto is_stated = [&](const char* sign) { return mount->contains(sign); };
  return std::ranges::any_of(signs_of_source, is_stated) ? Mount::fed : Mount::without_source;
}

// Absent, an object or an array for no, one or more mounts.
Mount mount_in(const json::object& icestats, string_view path) {
  const json::value* source = icestats.if_contains("source");
  if (source == nullptr) return Mount::unknown;
  const json::array* sources = source->if_array();
  if (sources == nullptr) return mount_in(*source, path);
  Mount best = Mount::unknown;
  for (const json::value& each : *sources) best = std::max(best, mount_in(each, path));
  return best;
}

// Icecast 2.4 writes what looks like a number to it without quotes: `"title": - ,`. The mounts
// among that are found by their key alone.
bool mentions_mount(string_view body, string_view path) {
  constexpr string_view key = "\"listenurl\":\"";
  for (std::size_t at = body.find(key); at != string_view::npos; at = body.find(key, at)) {
    at += key.size();
    const string_view url = body.substr(at, body.substr(at).find('"'));
    if (is_mount(url, path)) return true;
  }
  return false;
}

SinkReport read_status_json(string_view body, string_view path) {
  const auto value = parse_json(body);
  const json::object* answer = value ? object_in(&*value) : nullptr;
  const json::object* icestats =
      answer == nullptr ? nullptr : object_in(answer->if_contains("icestats"));
  if (value && icestats == nullptr)
    return not_readable("The answer is JSON, but not of Icecast's status.");
  if (!value && body.find("\"icestats\"") == string_view::npos)
    return not_readable("The answer is neither JSON nor XML of Icecast's statistics.");
  const Mount in_text = mentions_mount(body, path) ? Mount::fed : Mount::unknown;
  const Mount mount = icestats == nullptr ? in_text : mount_in(*icestats, path);
  if (mount == Mount::without_source) return no_source();
  return mount == Mount::fed ? publisher_found(server_name, std::nullopt) : no_mount();
}

SinkReport read(string_view body, string_view path) {
  const std::size_t first = body.find_first_not_of(" \t\r\n");
  const bool is_xml = first != string_view::npos && body[first] == '<';
  return is_xml ? read_admin_stats(body, path) : read_status_json(body, path);
}

}  // namespace icecast

}  // namespace

SinkReport read_nginx_rtmp_stat(string_view body, string_view path) {
  return nginx_rtmp::read(body, path);
}

SinkReport read_mediamtx(string_view body) {
  return mediamtx::read(body);
}

SinkReport read_srs(string_view body, string_view path) {
  return srs::read(body, path);
}

SinkReport read_icecast(string_view body, string_view path) {
  return icecast::read(body, path);
}

}  // namespace monitor::probes
