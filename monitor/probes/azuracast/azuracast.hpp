#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "monitor/probes/executor.hpp"
#include "monitor/time.hpp"
#include "monitor/tracks/now_playing.hpp"

namespace monitor::probes {

// Where a station's AzuraCast is: `source.azuracast`. A value; holds secrets.
struct Azuracast {
  std::string url;           // "https://radio.example": its front page; may hold user and password
  std::string api_key = {};  // sent as X-API-Key, to this server only; empty: none
  std::string station = {};  // short name or number; empty: the only one there is

  bool operator==(const Azuracast&) const = default;
};

// The result of one request.
struct AzuracastReport {
  enum class Health : std::uint8_t {
    healthy,    // it reports what is on air
    degraded,   // it answers without a report, or reports the station off line
    unhealthy,  // it does not answer
  };
  Health health = Health::unhealthy;
  std::string sentence = {};  // one, for display, without secrets: "AzuraCast is reachable."
  Duration took{};
  bool is_status = false;     // it was asked for its status alone, and gave it
  bool is_unchanged = false;  // 304: the report before still holds (TrackLog::on_unchanged)
  std::string etag = {};      // for the next request; empty where none is served, or not healthy
  std::optional<NowPlaying> now_playing = {};

  // For radio_dependency_up{dependency="azuracast"}: it does what it is needed for, and reports the
  // station. An answer without that (no permission, no such station, several) is none.
  bool is_up() const { return now_playing || is_unchanged || is_status; }
};

// Asks `GET /api/nowplaying/STATION` once (without a station `/api/nowplaying`), within `timeout`
// as a whole, with `If-None-Match` where an `etag` is given; where that gives no report, `GET
// /api/status` whether AzuraCast answers at all. HTTPS with certificates verified; up to 5
// redirects; the key and the URL's password go to the server of `from.url` only (or the same host
// by HTTPS). Calls `done` once, from the executor, never from within the call.
void poll_azuracast(const boost::asio::any_io_executor& executor, Azuracast from, std::string etag,
                    Duration timeout, std::function<void(AzuracastReport)> done);

// Asks `GET /api/status` alone: whether AzuraCast answers. No key is needed.
void probe_azuracast(const boost::asio::any_io_executor& executor, Azuracast from, Duration timeout,
                     std::function<void(AzuracastReport)> done);

// The addresses, made from the configured URL.
std::string azuracast_status_url(const Azuracast& from);
std::string azuracast_now_playing_url(const Azuracast& from);
std::string azuracast_feed_url(const Azuracast& from);  // of the server-sent events of the station

}  // namespace monitor::probes
