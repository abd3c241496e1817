#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "monitor/tracks/track_log.hpp"

// A station as AzuraCast runs it, in virtual time, for the tests of the track log.
namespace station {

using Dice = std::mt19937_64;

inline double between(Dice& dice, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(dice);
}
inline bool happens(Dice& dice, double chance) {
  return between(dice, 0, 1) < chance;
}

struct Aired {
  std::int64_t sh_id;
  std::string title;
  double start;     // s since the day began
  double duration;  // s
  bool is_live = false;
  double show_start = 0;  // s since the day began
};

constexpr std::int64_t day_begins = 1'760'000'000;  // Unix time, s
constexpr std::size_t history_items = 5;            // AzuraCast's default

// A report on its channel.
struct Message {
  monitor::NowPlaying report;
  monitor::ReportChannel channel;
  double arrives;  // s since the day began
};

struct Plan {
  int tracks = 300;
  int shows = 2;
  int flaps = 3;
  bool restart = true;
  double poll_every = 10;  // s
};

class Day {
 public:
  Day(const Plan& plan, Dice& dice) : plan_(plan), dice_(dice) { air(); }

  const std::vector<Aired>& plays() const { return plays_; }
  double end() const { return end_; }

  // What AzuraCast would answer at `t`; it is down during its restart (`is_down`).
  monitor::NowPlaying says(double t) const {
    if (t >= restart_ + 60 && t < restart_ + 90) return offline(t);
    const auto flapping = [t](double flap) { return t >= flap && t < flap + 8; };
    const bool flaps = std::ranges::any_of(flaps_, flapping);
    if (flaps && static_cast<int>(t) % 2 == 0) return offline(t);
    monitor::NowPlaying report = playing(t);
    report.is_online = !flaps;
    return report;
  }
  bool is_down(double t) const { return t >= restart_ && t < restart_ + 60; }

  // Hooks and events at each change (and on some of the rounds), polls; lost, repeated and late as
  // told. In the order of their arrival.
  std::vector<Message> messages(double lost, double repeated, double latest) {
    std::vector<Message> all;
    const auto send = [&](monitor::ReportChannel channel, double t, double usual) {
      if (is_down(t)) return;
      const double delay = usual + (happens(dice_, 0.05) ? between(dice_, 0, latest) : 0);
      all.push_back({says(t), channel, t + delay});
    };
    for (const Aired& play : plays_) {
      const double t = play.start + between(dice_, 0, 1);
      if (t >= end_) continue;
      if (!happens(dice_, lost)) send(monitor::ReportChannel::hook, t, 0.5);
      if (happens(dice_, repeated))
        send(monitor::ReportChannel::hook, t, between(dice_, 1, latest));
      if (!happens(dice_, lost)) send(monitor::ReportChannel::feed, t, 0.1);
    }
    for (double t = 5; t < end_; t += plan_.poll_every) send(monitor::ReportChannel::poll, t, 0.2);
    std::ranges::stable_sort(all, {}, &Message::arrives);
    return all;
  }

 private:
  void add(bool is_live, std::int64_t sh_id, double duration, double show_start) {
    const std::string title = "Title " + std::to_string(between(dice_, 0, 1) < 0.1 ? 1 : ++titles_);
    plays_.push_back(
        {sh_id, title + (is_live ? " live" : ""), end_, duration, is_live, show_start});
    end_ += duration;
  }

  // Each third track follows a jingle; the numbers of one show stand or are new with each title, of
  // the other they are 0.
  void air() {
    const int show_every = plan_.tracks / (plan_.shows + 1);
    while (static_cast<int>(plays_.size()) < plan_.tracks) {
      const int index = static_cast<int>(plays_.size());
      if (plan_.shows > 0 && index / show_every > shows_ && shows_ < plan_.shows)
        air_show();
      else
        add(false, ++sh_id_, index % 3 == 1 ? between(dice_, 3, 8) : between(dice_, 120, 400), 0);
    }
    for (int i = 0; i < plan_.flaps; ++i) flaps_.push_back(between(dice_, 0.1, 0.9) * end_);
    if (plan_.restart) restart_ = between(dice_, 0.4, 0.6) * end_;
  }
  void air_show() {
    const double start = end_;
    const std::int64_t number = shows_ % 2 == 0 ? ++sh_id_ : 0;
    for (int i = 0; i < 6; ++i) {
      add(true, number, between(dice_, 100, 300), start);
      plays_.back().title += " " + std::to_string(shows_) + "." + std::to_string(i);
    }
    ++shows_;
  }

  std::size_t index_at(double t) const {
    std::size_t index = 0;
    while (index + 1 < plays_.size() && plays_[index + 1].start <= t) ++index;
    return index;
  }
  monitor::NowPlaying playing(double t) const {
    const std::size_t index = index_at(t);
    const Aired& play = plays_[index];
    monitor::NowPlaying report;
    report.sh_id = play.sh_id;
    report.track.title = play.title;
    report.is_live = play.is_live;
    const double began = play.is_live ? play.show_start : play.start;
    report.played_at = play.sh_id == 0 ? 0 : day_begins + static_cast<std::int64_t>(began);
    report.duration = play.is_live ? 0 : play.duration;
    report.elapsed = t - began;
    const bool is_clamped = !play.is_live && report.elapsed >= play.duration;
    if (!is_clamped) report.made_at = day_begins + static_cast<std::int64_t>(t);
    if (play.is_live) {
      report.streamer = "DJ Dawn";
      report.broadcast_start = day_begins + static_cast<std::int64_t>(play.show_start);
    }
    report.history = history(index);
    return report;
  }
  monitor::NowPlaying offline(double t) const {
    monitor::NowPlaying report;
    report.track.title = "Station Offline";
    report.is_online = false;
    report.made_at = day_begins + static_cast<std::int64_t>(t);
    return report;
  }
  // AzuraCast lists numbers: a show with one standing number is one line, one without is none.
  std::vector<monitor::PastPlay> history(std::size_t index) const {
    std::vector<monitor::PastPlay> past;
    for (std::size_t i = index; i-- > 0 && past.size() < history_items;) {
      const Aired& play = plays_[i];
      const double began = play.is_live ? play.show_start : play.start;
      const monitor::PastPlay line{play.sh_id, day_begins + static_cast<std::int64_t>(began)};
      const bool is_current = play.sh_id == plays_[index].sh_id;
      if (play.sh_id > 0 && !is_current && (past.empty() || past.back() != line))
        past.push_back(line);
    }
    return past;
  }

  Plan plan_;
  Dice& dice_;
  std::vector<Aired> plays_;
  std::vector<double> flaps_;
  double restart_ = 1e12;  // s since the day began; never
  double end_ = 0;
  std::int64_t sh_id_ = 9000;
  int titles_ = 1;
  int shows_ = 0;
};

// Tells the log of a message `at` (s since the day began).
inline monitor::TrackNews hear(monitor::TrackLog& log, const Message& message, double at) {
  using std::chrono::duration;
  using std::chrono::duration_cast;
  const monitor::Instant now(duration_cast<monitor::Duration>(duration<double>(1000 + at)));
  const monitor::WallClock wall(duration_cast<monitor::WallClock::duration>(
      duration<double>(static_cast<double>(day_begins) + at)));
  return log.on_report(message.report, message.channel, now, wall);
}

}  // namespace station
