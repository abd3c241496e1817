#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace monitor {

// A track as it is displayed. Texts are as clean_text() leaves them: one line of valid UTF-8,
// bounded.
struct Track {
  std::string artist = {};
  std::string title = {};
  std::string album = {};
  std::string playlist = {};
  bool is_request = false;

  bool operator==(const Track&) const = default;
};

// A play that is over, of AzuraCast's `song_history`.
struct PastPlay {
  std::int64_t sh_id = 0;
  std::int64_t played_at = 0;  // Unix time, s

  bool operator==(const PastPlay&) const = default;
};

// What AzuraCast reported of one station at one moment: web hook, poll and feed carry the same. A
// value; probes/azuracast makes it. Times are of AzuraCast's clock.
struct NowPlaying {
  std::int64_t sh_id = 0;  // of this play; 0: the station is off line, or AzuraCast keeps no count
  Track track = {};
  std::int64_t played_at = 0;  // Unix time, s; 0: not given
  double duration = 0;         // s; 0: not known, as of a live show
  double elapsed = 0;          // s; clamped at `duration`
  std::int64_t made_at = 0;    // when the report was made, Unix time, s; 0: not known
  bool is_live = false;
  std::string streamer = {};         // the live DJ's name
  std::int64_t broadcast_start = 0;  // of the live show, Unix time, s; 0: not given
  bool is_online = true;        // AzuraCast's playout runs: not that there is sound, nor a listener
  std::string station = {};     // short name: "night_fm"
  std::int64_t station_id = 0;  // 0: not given
  std::vector<PastPlay> history = {};  // the plays before this one, newest first

  bool operator==(const NowPlaying&) const = default;
};

// Whether the report is of the configured station, by short name or number. None configured: any
// matches.
inline bool is_of_station(const NowPlaying& report, const std::string& station) {
  if (station.empty() || report.station == station) return true;
  return report.station_id > 0 && std::to_string(report.station_id) == station;
}

// How a report came.
enum class ReportChannel : std::uint8_t { hook, poll, feed };
inline constexpr std::size_t channel_count = 3;

}  // namespace monitor
