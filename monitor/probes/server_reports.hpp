#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "monitor/sink_report.hpp"

namespace monitor::probes {

// The statistics of each server, read. Pure. `path`: see published_path.hpp. No sentence repeats
// what a server sent, or the path.

// ngx_rtmp_stat_module: XML.
SinkReport read_nginx_rtmp_stat(std::string_view body, std::string_view path);
// GET /v3/paths/get/NAME: one path.
SinkReport read_mediamtx(std::string_view body);
// GET /api/v1/streams: a list of them.
SinkReport read_srs(std::string_view body, std::string_view path);
// /status-json.xsl, or /admin/stats: XML.
SinkReport read_icecast(std::string_view body, std::string_view path);

// What they have in common. `server`: "nginx-rtmp".
SinkReport publisher_found(const char* server, std::optional<std::uint64_t> received_bytes);
SinkReport no_publisher(std::string sentence);
SinkReport not_readable(std::string sentence);

}  // namespace monitor::probes
