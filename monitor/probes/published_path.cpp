#include "monitor/probes/published_path.hpp"

#include <algorithm>

#include "monitor/text/percent.hpp"
#include "monitor/text/url.hpp"

namespace monitor::probes {
namespace {

using std::string_view;

string_view up_to(string_view text, string_view any) {
  return text.substr(0, text.find_first_of(any));
}

std::string without_slashes(string_view text) {
  while (text.starts_with('/')) text.remove_prefix(1);
  while (text.ends_with('/')) text.remove_suffix(1);
  return std::string(text);
}

// Both parts may have arguments: `/live?user=x/key?token=y`.
std::string of_rtmp(string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  const string_view application = up_to(path, "/");
  string_view name = path.substr(application.size());
  name = up_to(name, "?");
  if (name.ends_with(".flv")) name.remove_suffix(4);  // FFmpeg takes it off
  return without_slashes(std::string(up_to(application, "?")) + std::string(name));
}

// What stands behind `name` in `key=value` pairs.
string_view value_of(string_view pairs, string_view name, char separator) {
  while (!pairs.empty()) {
    const string_view pair = pairs.substr(0, pairs.find(separator));
    if (pair.starts_with(name)) return pair.substr(name.size());
    pairs.remove_prefix(std::min(pair.size() + 1, pairs.size()));
  }
  return {};
}

// MediaMTX's `publish:NAME:USER:PASSWORD`, or the standard's `#!::r=NAME,m=publish`.
std::string of_srt(string_view url) {
  const std::size_t query = url.find('?');
  if (query == string_view::npos) return {};
  const string_view written = value_of(url.substr(query + 1), "streamid=", '&');
  const std::string id = percent_decode(written);
  constexpr string_view standard = "#!::", publish = "publish:";
  if (id.starts_with(standard))
    return without_slashes(value_of(string_view(id).substr(standard.size()), "r=", ','));
  if (!id.starts_with(publish)) return without_slashes(id);
  return without_slashes(up_to(string_view(id).substr(publish.size()), ":"));
}

}  // namespace

std::string published_path(string_view text) {
  const Url url = split_url(text);
  if (url.scheme == "srt") return of_srt(text);
  if (url.scheme.starts_with("rtmp")) return of_rtmp(url.path);
  return without_slashes(percent_decode(up_to(url.path, "?")));
}

}  // namespace monitor::probes
