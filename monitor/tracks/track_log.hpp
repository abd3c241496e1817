#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "monitor/time.hpp"
#include "monitor/tracks/azuracast_clock.hpp"
#include "monitor/tracks/now_playing.hpp"
#include "monitor/tracks/play_memory.hpp"

namespace monitor {

// The track on air.
struct CurrentTrack {
  Track track = {};
  std::int64_t sh_id = 0;
  std::int64_t played_at = 0;  // Unix time of AzuraCast, s; 0: not given
  double duration = 0;         // s; 0: not known
  bool is_live = false;
  std::string streamer = {};
};

// What a report changed.
struct TrackNews {
  enum class Change : std::uint8_t {
    none,
    first,    // a track is known for the first time: no boundary, nothing to restart for
    next,     // a track boundary: another play is on air
    renamed,  // the same play under other words: texts are to be written anew
  };
  Change change = Change::none;
  std::uint64_t plays = 0;  // counted by this report; late ones and those of the history, too
};

// Each has a default that suits AzuraCast's rounds of 10 to 15 s.
struct TrackLimits {
  Duration overdue_after =
      std::chrono::seconds(120);                     // past a track's end; cross-fades are shorter
  Duration offline_hold = std::chrono::seconds(30);  // two rounds: flaps are shorter
  Duration doubt_hold = std::chrono::seconds(30);    // a late report is repeated for less
};

// What is on air at one station, and how many plays were: one state out of web hook, poll and feed,
// which may come late, repeated, in any order, or not at all. Reports must be of one station.
//
// - Each distinct play counts once (see PlayMemory); what all three ways missed is made up for from
//   the history of the next report. The count is the same in any order.
// - The track never turns back to an earlier one for a late report. Plays are in the order of
//   `played_at`; where a greater `sh_id` has an earlier `played_at` and this lasts for 30 s,
//   AzuraCast's clock was set back, and the number decides.
// - Off line (and back: stations flap) changes nothing by itself: the last track stays, and stays
//   counted.
class TrackLog {
 public:
  explicit TrackLog(const TrackLimits& limits = {}) : limits_(limits) {}

  TrackNews on_report(const NowPlaying& report, ReportChannel channel, Instant now, WallClock wall);

  // The answer was that nothing changed since the last report of this way (HTTP 304).
  void on_unchanged(ReportChannel channel, Instant now);

  // Empty until a report names one.
  const std::optional<CurrentTrack>& current() const { return current_; }
  std::uint64_t played_total() const { return played_total_; }
  // Since its `played_at`, with AzuraCast's clock allowed for; a live title's since it was first
  // reported. Empty without a track, and while the station is off line.
  std::optional<Duration> playing_for(Instant now) const;
  // False once every report for 30 s has stated it: stations flap. True before the first report.
  bool is_online(Instant now) const;
  // AzuraCast still reports a track that is long over: a sentence with figures, for a warning.
  // Empty while all is well, and where AzuraCast reports nothing any more (that is another fault).
  std::optional<std::string> overdue(Instant now) const;

  struct ChannelReports {
    std::uint64_t reports = 0;
    std::optional<Instant> last = {};
    std::uint64_t play = 0;  // that the last one named, as PlayMemory numbers them; 0: none
  };
  const ChannelReports& reports_by(ReportChannel channel) const {
    return channels_[static_cast<std::size_t>(channel)];
  }
  std::optional<Instant> last_report_at() const;  // by any way
  const AzuracastClock& clock() const { return clock_; }

 private:
  void note_presence(const NowPlaying& report, Instant now);
  TrackNews::Change judge(const Play& play, const NowPlaying& report, double azuracast_now,
                          Instant now);
  bool is_next(const Play& play, const NowPlaying& report, Instant now);
  TrackNews::Change put_on_air(const Play& play, const NowPlaying& report);
  TrackNews::Change on_repeated(const NowPlaying& report);
  void measure(const Play& play, double azuracast_now, Instant now);
  void judge_end(Instant now);
  bool is_late(const NowPlaying& report) const;

  TrackLimits limits_;
  PlayMemory plays_;
  AzuracastClock clock_;
  std::array<ChannelReports, channel_count> channels_{};
  std::uint64_t played_total_ = 0;
  std::optional<CurrentTrack> current_;
  std::uint64_t current_play_ = 0;  // its number in plays_
  std::int64_t current_start_ = 0;  // Unix time of AzuraCast, s
  Instant current_since_{};         // the same in our time
  bool overdue_ = false;
  std::int64_t newest_made_at_ = 0;       // of all reports that have it
  std::optional<Instant> offline_since_;  // as reported
  std::optional<Instant> doubt_since_;    // number and start of plays contradict each other
};

}  // namespace monitor
