#include "monitor/tracks/play_memory.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <string>

namespace monitor {
namespace {

using std::chrono_literals::operator""min;

// A play's `played_at` may be corrected; a number that a restored database gives out again is
// minutes apart at least.
constexpr std::int64_t same_play_seconds = 60;
// A live title without a number and without the show's start, reported again within this, is the
// same play: AzuraCast repeats it every 15 s.
constexpr Duration same_title_span = 15min;

bool has_number(const Play& play, std::int64_t sh_id, std::int64_t played_at) {
  if (sh_id <= 0 || play.sh_id != sh_id) return false;
  const bool both_said = play.played_at > 0 && played_at > 0;
  return !both_said || std::abs(play.played_at - played_at) < same_play_seconds;
}

std::size_t hash_of(const std::string& text) {
  return std::hash<std::string>{}(text);
}

bool is_of_show(const Play& play, const NowPlaying& report, Instant now) {
  if (!play.is_live) return false;
  if (play.show > 0 && report.broadcast_start > 0) return play.show == report.broadcast_start;
  return play.streamer == hash_of(report.streamer) && now - play.reported_at < same_title_span;
}

template <class Plays, class Matches>
Play* first_of(Plays& plays, Matches matches) {
  const auto found = std::ranges::find_if(plays, matches);
  return found == plays.end() ? nullptr : &*found;
}

// Fills in a play from a report made during a live show. A title may have the number and start of
// another: it went on air when it was first reported.
void learn_live(Play& play, const NowPlaying& report, std::int64_t made_at) {
  play.is_live = true;
  play.streamer = hash_of(report.streamer);
  if (report.broadcast_start > 0) play.show = report.broadcast_start;
  if (!play.text) play.text = text_of(report.track);
  if (!play.by_playout) play.start = play.start == 0 ? made_at : std::min(play.start, made_at);
}

void learn_playout(Play& play, const NowPlaying& report, std::int64_t made_at) {
  play.by_playout = true;
  if (const auto text = text_of(report.track)) play.text = text;
  if (play.played_at > 0)
    play.start = play.played_at;
  else if (play.start == 0)
    play.start = made_at;
}

}  // namespace

std::optional<std::size_t> text_of(const Track& track) {
  if (track.artist.empty() && track.title.empty()) return std::nullopt;
  return hash_of(track.artist + "\n" + track.title);
}

const Play* PlayMemory::on_report(const NowPlaying& report, std::int64_t azuracast_now,
                                  Instant now) {
  // "Station Offline" is AzuraCast's title for no play.
  const bool has_live_title = report.is_live && text_of(report.track);
  if (report.sh_id <= 0 && !has_live_title) return nullptr;
  Play* play = report.is_live ? find_live(report, now) : find_playout(report);
  if (play == nullptr) play = &add(std::max<std::int64_t>(report.sh_id, 0), report.played_at, now);
  if (play->sh_id == 0) play->sh_id = std::max<std::int64_t>(report.sh_id, 0);
  if (play->played_at == 0) play->played_at = report.played_at;
  const std::int64_t made_at = report.made_at > 0 ? report.made_at : azuracast_now;
  if (report.is_live)
    learn_live(*play, report, made_at);
  else
    learn_playout(*play, report, made_at);
  play->was_reported = true;
  play->reported_at = now;
  const std::pair began{report.played_at, report.sh_id};
  if (report.played_at > 0) earliest_ = std::min(earliest_.value_or(began), began);
  return play;
}

void PlayMemory::on_history(const PastPlay& past, Instant now) {
  if (past.sh_id <= 0 || past.played_at <= 0) return;
  if (find_number(past.sh_id, past.played_at) == nullptr) add(past.sh_id, past.played_at, now);
}

std::uint64_t PlayMemory::count_up() {
  std::uint64_t count = 0;
  for (Play& play : plays_) {
    const bool is_of_our_time = earliest_ && std::pair(play.played_at, play.sh_id) >= *earliest_;
    if (play.counted || !(play.was_reported || is_of_our_time)) continue;
    play.counted = true;
    ++count;
  }
  return count;
}

// Its title may be corrected while it plays: the number alone decides.
Play* PlayMemory::find_playout(const NowPlaying& report) {
  const auto text = text_of(report.track);
  const auto is_it = [&](const Play& play) {
    return has_number(play, report.sh_id, report.played_at) && play.by_playout;
  };
  const auto may_be_it = [&](const Play& play) {
    return has_number(play, report.sh_id, report.played_at) &&
           (!play.text || !text || play.text == text);
  };
  Play* play = first_of(plays_, is_it);
  return play != nullptr ? play : first_of(plays_, may_be_it);
}

Play* PlayMemory::find_live(const NowPlaying& report, Instant now) {
  const auto text = text_of(report.track);
  const auto is_it = [&](const Play& play) {
    return has_number(play, report.sh_id, report.played_at) && play.text == text;
  };
  const auto may_be_it = [&](const Play& play) {
    return has_number(play, report.sh_id, report.played_at) && (!play.text || !text);
  };
  const auto lacks_number = [&](const Play& play) {
    return (play.sh_id == 0 || report.sh_id <= 0) && play.text == text && text &&
           is_of_show(play, report, now);
  };
  Play* play = first_of(plays_, is_it);
  if (play == nullptr) play = first_of(plays_, may_be_it);
  return play != nullptr ? play : first_of(plays_, lacks_number);
}

Play* PlayMemory::find_number(std::int64_t sh_id, std::int64_t played_at) {
  return first_of(plays_, [&](const Play& play) { return has_number(play, sh_id, played_at); });
}

Play& PlayMemory::add(std::int64_t sh_id, std::int64_t played_at, Instant now) {
  if (plays_.size() >= limit) plays_.pop_front();
  Play play;
  play.number = ++numbered_;
  play.sh_id = sh_id;
  play.played_at = played_at;
  play.shares_number = find_number(sh_id, played_at) != nullptr;
  play.reported_at = now;
  return plays_.emplace_back(play);
}

}  // namespace monitor
