#include <boost/json/array.hpp>
#include <pugixml.hpp>

#include "monitor/probes/json_values.hpp"
#include "monitor/probes/server_reports.hpp"
#include "monitor/text/percent.hpp"
#include "monitor/text/url.hpp"

namespace monitor::probes {
namespace {

namespace json = boost::json;
using std::string_view;

constexpr const char* server_name = "Icecast";

SinkReport no_mount() {
  return no_publisher("Icecast knows no such mount.");
}

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
    const pugi::xml_text read = source.child("total_bytes_read").text();
    return publisher_found(server_name,
                           read ? std::optional<std::uint64_t>(read.as_ullong()) : std::nullopt);
  }
  return no_mount();
}

bool lists_mount(const json::value& source, string_view path) {
  const json::object* mount = source.if_object();
  return mount != nullptr && is_mount(text_in(*mount, "listenurl"), path);
}

// Absent, an object or an array for no, one or more mounts.
bool lists_mount(const json::object& icestats, string_view path) {
  const json::value* source = icestats.if_contains("source");
  if (source == nullptr) return false;
  const json::array* sources = source->if_array();
  if (sources == nullptr) return lists_mount(*source, path);
  for (const json::value& each : *sources) {
    if (lists_mount(each, path)) return true;
  }
  return false;
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
  const bool is_there =
      icestats == nullptr ? mentions_mount(body, path) : lists_mount(*icestats, path);
  return is_there ? publisher_found(server_name, std::nullopt) : no_mount();
}

}  // namespace

SinkReport read_icecast(string_view body, string_view path) {
  const std::size_t first = body.find_first_not_of(" \t\r\n");
  const bool is_xml = first != string_view::npos && body[first] == '<';
  return is_xml ? read_admin_stats(body, path) : read_status_json(body, path);
}

}  // namespace monitor::probes
