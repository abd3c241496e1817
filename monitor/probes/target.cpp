#include "monitor/probes/target.hpp"

#include <algorithm>
#include <array>

#include "monitor/text/url.hpp"

namespace monitor::probes {
namespace {

using std::string_view;

struct Protocol {
  string_view scheme;
  Reach as_source;
  Reach as_sink;
};

constexpr auto protocols = std::to_array<Protocol>({
    {"http", Reach::media, Reach::tcp},    {"https", Reach::media, Reach::tcp},
    {"icy", Reach::media, Reach::unknown}, {"icecast", Reach::unknown, Reach::tcp},
    {"rtmp", Reach::tcp, Reach::tcp},      {"rtmpe", Reach::tcp, Reach::tcp},
    {"rtmps", Reach::tcp, Reach::tcp},     {"rtmpt", Reach::tcp, Reach::tcp},
    {"rtmpte", Reach::tcp, Reach::tcp},    {"rtmpts", Reach::tcp, Reach::tcp},
    {"rtsp", Reach::rtsp, Reach::tcp},     {"rtsps", Reach::rtsp, Reach::tcp},
    {"tcp", Reach::tcp, Reach::tcp},       {"tls", Reach::tcp, Reach::tcp},
    {"mms", Reach::tcp, Reach::unknown},   {"mmst", Reach::tcp, Reach::unknown},
    {"mmsh", Reach::tcp, Reach::unknown},  {"ftp", Reach::tcp, Reach::tcp},
    {"sftp", Reach::tcp, Reach::tcp},      {"gopher", Reach::tcp, Reach::tcp},
});

// Devices whose names are no paths, and sources that are not opened at all.
constexpr auto named_devices = std::to_array<string_view>(
    {"lavfi", "alsa", "pulse", "jack", "openal", "sndio", "x11grab", "xcbgrab", "kmsgrab",
     "libcdio", "libdc1394", "iec61883", "decklink", "libndi_newtek", "avfoundation", "dshow",
     "gdigrab", "vfwcap", "android_camera"});

const Protocol* protocol_of(string_view scheme) {
  const auto found = std::ranges::find(protocols, scheme, &Protocol::scheme);
  return found == protocols.end() ? nullptr : &*found;
}

// FFmpeg itself takes the connection.
bool listens(string_view url) {
  for (std::size_t at = url.find('?'); at != string_view::npos; at = url.find('&', at)) {
    const string_view option = url.substr(++at);
    const string_view word = option.substr(0, option.find('&'));
    if (word == "listen" || (word.starts_with("listen=") && word != "listen=0")) return true;
  }
  return false;
}

Reach reach_of_path(string_view path) {
  const bool other_end = path.empty() || path == "-" || path.starts_with("/dev/std") ||
                         path.starts_with("/dev/fd/") || path.starts_with("/proc/self/fd/");
  return other_end ? Reach::unknown : Reach::path;
}

Reach reach_of_server(string_view url, Reach reach) {
  const Url parts = split_url(url);
  if (reach == Reach::unknown || parts.host.empty() || port_of(url).empty()) return Reach::unknown;
  return reach != Reach::media && listens(parts.path) ? Reach::unknown : reach;
}

Reach reach_of_source(string_view url, string_view format) {
  if (std::ranges::find(named_devices, format) != named_devices.end()) return Reach::unknown;
  const bool may_be_name =
      format == "v4l2" || format == "video4linux2" || format == "fbdev" || format == "oss";
  if (may_be_name) return url.starts_with('/') ? Reach::path : Reach::unknown;
  if (url.starts_with("subfile,")) return Reach::unknown;  // has commas in its scheme
  const bool file = url.starts_with("file:");
  url = opened_url(url);
  const string_view scheme = url_scheme(url);
  if (scheme.empty() || file) return reach_of_path(url);
  const Protocol* protocol = protocol_of(scheme);
  return protocol ? reach_of_server(url, protocol->as_source) : Reach::unknown;
}

}  // namespace

bool is_file_pattern(string_view path) {
  return path.find_first_of("%*?[{") != string_view::npos;
}

string_view opened_url(string_view url) {
  constexpr auto layers = std::to_array<string_view>(
      {"async:", "cache:", "crypto:", "crypto+", "hls+", "concat:", "concatf:"});
  for (bool again = true; again;) {
    again = false;
    for (const string_view layer : layers) {
      if (!url.starts_with(layer)) continue;
      url.remove_prefix(layer.size());
      if (layer == "concat:") url = url.substr(0, url.find('|'));
      again = true;
    }
  }
  if (url.starts_with("file:")) url.remove_prefix(5);
  return url;
}

Target source_target(string_view url, string_view format) {
  return {.reach = reach_of_source(url, format), .url = std::string(url)};
}

Target sink_target(string_view url) {
  const Protocol* protocol = protocol_of(url_scheme(url));
  return {.reach = protocol ? reach_of_server(url, protocol->as_sink) : Reach::unknown,
          .url = std::string(url)};
}

}  // namespace monitor::probes
