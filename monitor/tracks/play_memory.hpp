#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "monitor/time.hpp"
#include "monitor/tracks/now_playing.hpp"

namespace monitor {

// One known play.
struct Play {
  std::uint64_t number = 0;         // in the order of first reports; never used again
  std::int64_t sh_id = 0;           // 0: a live title without one
  std::int64_t played_at = 0;       // Unix time, s; 0: not given
  std::int64_t show = 0;            // live: `broadcast_start`
  std::size_t streamer = 0;         // live: the streamer's name, hashed
  std::optional<std::size_t> text;  // artist and title, hashed; empty: not known yet
  std::int64_t start = 0;  // when it went on air, for the order of plays; Unix time of AzuraCast
  bool is_live = false;
  bool by_playout = false;     // reported while no show was live: its number stands for this play
  bool shares_number = false;  // … and its `played_at` are of the live title before it
  bool was_reported = false;   // as being on air, not in the history alone
  bool counted = false;
  Instant reported_at{};
};

// The known plays, so that each counts once, in whatever order and however often it is reported.
//
// A play is known by its `sh_id`. The same number with another `played_at` is another play: a
// database that was restored gives numbers out again. During a live show AzuraCast's number may
// stand, or be 0, though the title changes: there each title is a play of its own.
class PlayMemory {
 public:
  static constexpr std::size_t limit = 1024;  // plays; some two days of a station

  // The play of the report, made where it is new; null where the report has none (the station is
  // off line). `azuracast_now`: the present in AzuraCast's time. Valid until the next call.
  const Play* on_report(const NowPlaying& report, std::int64_t azuracast_now, Instant now);
  void on_history(const PastPlay& past, Instant now);

  // How many plays reported as being on air, or of the history and not before the first of those,
  // have not been counted yet. Marks them. The same in any order of reports.
  std::uint64_t count_up();

 private:
  Play* find_playout(const NowPlaying& report);
  Play* find_live(const NowPlaying& report, Instant now);
  Play* find_number(std::int64_t sh_id, std::int64_t played_at);
  Play& add(std::int64_t sh_id, std::int64_t played_at, Instant now);

  std::deque<Play> plays_;
  std::uint64_t numbered_ = 0;
  // `played_at` and `sh_id` of the first play reported as being on air; plays may share a second.
  std::optional<std::pair<std::int64_t, std::int64_t>> earliest_;
};

// Artist and title; empty where there is neither.
std::optional<std::size_t> text_of(const Track& track);

}  // namespace monitor
