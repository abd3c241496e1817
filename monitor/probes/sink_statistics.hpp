#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "monitor/observation.hpp"
#include "monitor/probes/executor.hpp"
#include "monitor/time.hpp"

namespace monitor::probes {

// Whose statistics are read; each is a key below `streams[].sink`.
enum class SinkServer : std::uint8_t { nginx_rtmp_stat, mediamtx, srs, icecast };

// Where the receiving server reports its streams. A value.
struct SinkStatistics {
  SinkServer server = SinkServer::nginx_rtmp_stat;
  std::string url;  // empty: not asked for; may hold a user and password
  // Where FFmpeg publishes ("rtmp://h/live/key", "icecast://…/radio.mp3"): its path holds the
  // application and the stream's name. A secret.
  std::string published_to;

  bool operator==(const SinkStatistics&) const = default;
};

// Asks once, within `timeout` as a whole. Calls `done` once with a SinkReport, from the executor,
// never from within the call. Bounded: an answer beyond 4 MiB is not read, and reported.
void probe_sink_statistics(const boost::asio::any_io_executor& executor, SinkStatistics from,
                           Duration timeout, std::function<void(Observation)> done);

// The answer of each server, read. Pure. `published_to` as above. Malformed answers give
// `answered` false and state what is wrong.
SinkReport read_sink_statistics(SinkServer server, std::string_view body,
                                std::string_view published_to);

}  // namespace monitor::probes
