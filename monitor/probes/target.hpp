#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "monitor/probes/tls_files.hpp"

namespace monitor::probes {

// What a probe can find out about an endpoint from outside FFmpeg.
enum class Reach : std::uint8_t {
  media,    // a GET that reads some bytes: http, https, icy; HLS playlists too
  rtsp,     // an OPTIONS and a DESCRIBE: rtsp, rtsps
  tcp,      // a connection is taken: rtmp, rtmps, tcp, mms …
  path,     // a file, FIFO or device is there (and can be opened for reading)
  unknown,  // nothing: lavfi, pipes, udp, rtp, srt, …
};

// Of `-cookies`: a line as of Set-Cookie.
struct Cookie {
  std::string pair = {};    // `name=value`
  std::string domain = {};  // empty: that of the target itself
  std::string path = {};    // empty: every path
  bool is_secure = false;   // over TLS alone

  bool operator==(const Cookie&) const = default;
};

// One thing to probe. A value.
struct Target {
  Reach reach = Reach::unknown;
  std::string url = {};  // as the user wrote it; may hold secrets
  // Request headers FFmpeg would send (`-headers`, `-user_agent`, …) that may decide the answer.
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::vector<Cookie> cookies = {};
  // FFmpeg takes any certificate unless its `-tls_verify 1` stands before the input; a probe that
  // asked for more would wait for a source that FFmpeg could play.
  bool verify_tls = false;
  TlsFiles tls = {};

  bool operator==(const Target&) const = default;
};

// An input as given to `-i`. `format` is what stands behind its own `-f` ("lavfi", "alsa",
// "v4l2"; empty if nothing does): a device's name is no path.
Target source_target(std::string_view url, std::string_view format);
// Where FFmpeg writes: only connections that are taken by a server (rtmp, rtmps, icecast, tcp,
// http PUT: `tcp`), else `unknown`.
Target sink_target(std::string_view url);

// What is really opened: without `async:`, `cache:`, `crypto:`, `hls+`, `file:`; of `concat:` the
// first.
std::string_view opened_url(std::string_view url);

// FFmpeg, or a track, makes names of files of it: `frame%03d.png`, `*.jpg`.
bool is_file_pattern(std::string_view path);

}  // namespace monitor::probes
