#include "monitor/tracks/track_log.hpp"

#include <algorithm>
#include <chrono>

#include "monitor/text/sentence.hpp"
#include "monitor/tracks/clean_text.hpp"

namespace monitor {
namespace {

using Change = TrackNews::Change;

constexpr std::size_t named_bytes = 120;  // of a track in a sentence

bool says_offline(const NowPlaying& report) {
  return !report.is_online || (report.sh_id <= 0 && !report.is_live);
}

Duration duration_of(double seconds) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

std::string name_of(const Track& track) {
  const std::string between = track.artist.empty() || track.title.empty() ? "" : " - ";
  return clean_text(track.artist + between + track.title, named_bytes);
}

}  // namespace

TrackNews TrackLog::on_report(const NowPlaying& report, ReportChannel channel, Instant now,
                              WallClock wall) {
  ChannelReports& reports = channels_[static_cast<std::size_t>(channel)];
  ++reports.reports;
  reports.last = now;
  clock_.on_report(report, channel, wall);
  const double azuracast_now = clock_.now(wall);
  note_presence(report, now);
  for (const PastPlay& past : report.history) plays_.on_history(past, now);
  const Play* play = plays_.on_report(report, static_cast<std::int64_t>(azuracast_now), now);
  reports.play = play == nullptr ? 0 : play->number;
  TrackNews news;
  news.plays = plays_.count_up();
  played_total_ += news.plays;
  if (play != nullptr) news.change = judge(*play, report, azuracast_now, now);
  newest_made_at_ = std::max(newest_made_at_, report.made_at);
  return news;
}

bool TrackLog::is_late(const NowPlaying& report) const {
  return report.made_at > 0 && report.made_at < newest_made_at_;
}

void TrackLog::note_presence(const NowPlaying& report, Instant now) {
  if (is_late(report)) return;
  if (!says_offline(report))
    offline_since_.reset();
  else if (!offline_since_)
    offline_since_ = now;
}

Change TrackLog::judge(const Play& play, const NowPlaying& report, double azuracast_now,
                       Instant now) {
  Change change = Change::none;
  if (current_ && play.number == current_play_)
    change = on_repeated(report);
  else if (!current_ || is_next(play, report, now))
    change = put_on_air(play, report);
  else
    return Change::none;
  current_->sh_id = play.sh_id;
  current_->played_at = play.played_at;
  doubt_since_.reset();
  measure(play, azuracast_now, now);
  return change;
}

bool TrackLog::is_next(const Play& play, const NowPlaying& report, Instant now) {
  // Two live titles in turn under one number: the report's own time decides which of them it is
  // now.
  const bool tells_apart = play.sh_id > 0 && current_->sh_id > 0 && play.sh_id != current_->sh_id;
  const bool both_live = play.is_live && report.is_live && current_->is_live;
  const bool is_new = play.number > current_play_;
  const bool is_newest = report.made_at > newest_made_at_ ||
                         (is_new && report.made_at > 0 && report.made_at == newest_made_at_);
  if (both_live && !tells_apart && is_newest) return true;
  if (play.start > current_start_) return true;
  if (play.sh_id <= current_->sh_id || current_->sh_id == 0 || report.is_live) return false;
  if (play.start == current_start_) return true;
  if (!doubt_since_) doubt_since_ = now;
  if (now - *doubt_since_ < limits_.doubt_hold) return false;
  newest_made_at_ = report.made_at;  // of the clock as it is now
  return true;
}

Change TrackLog::put_on_air(const Play& play, const NowPlaying& report) {
  const bool is_first = !current_;
  current_ = CurrentTrack{report.track,    play.sh_id,     play.played_at,
                          report.duration, report.is_live, report.streamer};
  current_play_ = play.number;
  current_start_ = report.is_live ? std::max(play.start, report.made_at) : play.start;
  return is_first ? Change::first : Change::next;
}

Change TrackLog::on_repeated(const NowPlaying& report) {
  if (is_late(report)) return Change::none;
  const bool says_words = text_of(report.track).has_value();
  const bool is_other = says_words && report.track != current_->track;
  if (says_words) current_->track = report.track;
  current_->duration = report.duration;
  current_->is_live = report.is_live;
  current_->streamer = report.streamer;
  return is_other ? Change::renamed : Change::none;
}

void TrackLog::measure(const Play& play, double azuracast_now, Instant now) {
  const bool has_own_start = play.played_at > 0 && !play.shares_number;
  const auto start = static_cast<double>(has_own_start ? play.played_at : current_start_);
  const double age = std::max(0.0, azuracast_now - start);
  current_since_ = now - duration_of(age);
  judge_end(now);
}

void TrackLog::judge_end(Instant now) {
  overdue_ = !current_->is_live && current_->duration > 0 &&
             seconds(now - current_since_ - limits_.overdue_after) > current_->duration;
}

void TrackLog::on_unchanged(ReportChannel channel, Instant now) {
  ChannelReports& reports = channels_[static_cast<std::size_t>(channel)];
  reports.last = now;
  if (current_ && reports.play == current_play_) judge_end(now);
}

std::optional<Duration> TrackLog::playing_for(Instant now) const {
  if (!current_ || !is_online(now)) return std::nullopt;
  return std::max(Duration::zero(), now - current_since_);
}

bool TrackLog::is_online(Instant now) const {
  return !offline_since_ || now - *offline_since_ < limits_.offline_hold;
}

std::optional<std::string> TrackLog::overdue(Instant now) const {
  const auto age = playing_for(now);
  if (!overdue_ || !age) return std::nullopt;
  return sentence(
      "AzuraCast still reports \"%s\", which began %.0f s ago and lasts %.0f s: %.0f s past its "
      "end.",
      name_of(current_->track).c_str(), seconds(*age), current_->duration,
      seconds(*age) - current_->duration);
}

std::optional<Instant> TrackLog::last_report_at() const {
  std::optional<Instant> last;
  for (const ChannelReports& reports : channels_) {
    if (reports.last && (!last || *reports.last > *last)) last = reports.last;
  }
  return last;
}

}  // namespace monitor
