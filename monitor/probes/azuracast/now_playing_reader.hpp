#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/tracks/now_playing.hpp"

namespace monitor::probes {

// What was read: reports, or why there are none. No sentence repeats what was sent.
struct NowPlayingReading {
  std::vector<NowPlaying> reports = {};
  std::string problem = {};  // "now_playing.sh_id: expected a whole number, found a text"
  bool is_json = false;      // false: not even that
};

// Bounds. A now-playing object has some 10 KB.
inline constexpr std::size_t now_playing_bytes = 1024 * 1024;  // of a text
inline constexpr std::size_t now_playing_stations = 64;        // reports of one text
inline constexpr std::size_t now_playing_history = 32;         // plays of one history

// The now-playing object, as the web hook brings it and `/api/nowplaying/STATION` answers, or an
// array of them, as `/api/nowplaying` does (`reports` may then be empty without a problem). Members
// that are missing or null count as not given, except `now_playing` and its `sh_id`; members of
// another type are a problem. A whole number may be written as 1.0, a time with a fraction.
NowPlayingReading read_now_playing(std::string_view text);

// The data of one event of the feed: an update (`pub.data.np`), or the answer to the connection
// with the last report (`connect.data[]`, or `connect.subs.*.publications[]`). Pings and other
// channels have no reports, and no problem.
NowPlayingReading read_feed_event(std::string_view data);

}  // namespace monitor::probes
