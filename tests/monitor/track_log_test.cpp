#include "monitor/tracks/track_log.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace monitor {
namespace {

using std::chrono::seconds;
using std::chrono_literals::operator""s;
using Change = TrackNews::Change;

constexpr std::int64_t epoch = 1'760'000'000;  // Unix time, s, at which a test begins

// A log with a clock: `at` is seconds from the beginning, in AzuraCast's time and ours.
struct Stand {
  TrackLog log;
  double skew = 0;  // s that our clock is ahead

  TrackNews hear(const NowPlaying& report, double at, ReportChannel channel = ReportChannel::hook) {
    return log.on_report(report, channel, instant(at), wall(at));
  }
  static Instant instant(double at) {
    return Instant(std::chrono::duration_cast<Duration>(std::chrono::duration<double>(1000 + at)));
  }
  WallClock wall(double at) const {
    return WallClock(std::chrono::duration_cast<WallClock::duration>(
        std::chrono::duration<double>(static_cast<double>(epoch) + at + skew)));
  }
  std::string title() const { return log.current() ? log.current()->track.title : "(none)"; }
};

// Said `at`, of a play that began at `began`.
NowPlaying playing(std::int64_t sh_id, const std::string& title, double began, double at,
                   double duration = 200) {
  NowPlaying report;
  report.sh_id = sh_id;
  report.track.artist = "Ana";
  report.track.title = title;
  report.played_at = epoch + static_cast<std::int64_t>(began);
  report.duration = duration;
  report.elapsed = duration > 0 ? std::min(at - began, duration) : at - began;
  if (duration <= 0 || at - began < duration)
    report.made_at = epoch + static_cast<std::int64_t>(at);
  return report;
}

NowPlaying live(std::int64_t sh_id, const std::string& title, double began, double at) {
  NowPlaying report = playing(sh_id, title, began, at, 0);
  report.is_live = true;
  report.streamer = "DJ Dawn";
  report.broadcast_start = epoch + 10'000;
  return report;
}

NowPlaying offline(double at) {
  NowPlaying report;
  report.track.title = "Station Offline";
  report.is_online = false;
  report.made_at = epoch + static_cast<std::int64_t>(at);
  return report;
}

TEST(TrackLog, KnowsNothingBeforeTheFirstReport) {
  const Stand stand;
  EXPECT_FALSE(stand.log.current());
  EXPECT_FALSE(stand.log.playing_for(Stand::instant(0)));
  EXPECT_FALSE(stand.log.overdue(Stand::instant(0)));
  EXPECT_TRUE(stand.log.is_online(Stand::instant(0)));
  EXPECT_EQ(stand.log.played_total(), 0U);
}

TEST(TrackLog, TheFirstTrackCountsButIsNoBoundary) {
  Stand stand;
  const TrackNews news = stand.hear(playing(10, "Dusk", 0, 40), 40);
  EXPECT_EQ(news.change, Change::first);
  EXPECT_EQ(news.plays, 1U);
  EXPECT_EQ(stand.title(), "Dusk");
}

TEST(TrackLog, APlayCountsOnceByWhicheverWayAndHoweverOftenItIsHeard) {
  Stand stand;
  stand.hear(playing(10, "Dusk", 0, 1), 1);
  for (const ReportChannel channel :
       {ReportChannel::hook, ReportChannel::poll, ReportChannel::feed, ReportChannel::hook}) {
    const TrackNews news = stand.hear(playing(10, "Dusk", 0, 15), 15, channel);
    EXPECT_EQ(news.change, Change::none);
    EXPECT_EQ(news.plays, 0U);
  }
  EXPECT_EQ(stand.log.played_total(), 1U);
}

TEST(TrackLog, TheSameSongPlayedAgainIsAnotherPlay) {
  Stand stand;
  stand.hear(playing(10, "Dusk", 0, 1), 1);
  const TrackNews news = stand.hear(playing(11, "Dusk", 200, 201), 201);
  EXPECT_EQ(news.change, Change::next);
  EXPECT_EQ(news.plays, 1U);
}

TEST(TrackLog, AJingleOfThreeSecondsCounts) {
  Stand stand;
  stand.hear(playing(10, "Dusk", 0, 1), 1);
  EXPECT_EQ(stand.hear(playing(11, "Jingle", 200, 201, 3), 201).change, Change::next);
  EXPECT_EQ(stand.hear(playing(12, "Dawn", 203, 204), 204).change, Change::next);
  EXPECT_EQ(stand.log.played_total(), 3U);
}

TEST(TrackLog, ALateReportCountsWhatWasMissedAndDoesNotTurnTheTrackBack) {
  Stand stand;
  stand.hear(playing(10, "Dusk", 0, 1), 1);
  stand.hear(playing(12, "Dawn", 400, 401), 401);
  const TrackNews news = stand.hear(playing(11, "Noon", 200, 201), 410);
  EXPECT_EQ(news.change, Change::none);
  EXPECT_EQ(news.plays, 1U);
  EXPECT_EQ(stand.title(), "Dawn");
  EXPECT_EQ(stand.hear(playing(10, "Dusk", 0, 1), 411).plays, 0U);
  EXPECT_EQ(stand.title(), "Dawn");
  EXPECT_EQ(stand.log.played_total(), 3U);
}

// AzuraCast #5992: a cache gives the last track for minutes.
TEST(TrackLog, APollThatIsStuckAtTheLastTrackNeverTurnsItBack) {
  Stand stand;
  stand.hear(playing(10, "Dusk", 0, 1), 1, ReportChannel::poll);
  stand.hear(playing(11, "Dawn", 200, 201), 201, ReportChannel::hook);
  for (double at = 210; at < 900; at += 10) {
    EXPECT_EQ(stand.hear(playing(10, "Dusk", 0, at), at, ReportChannel::poll).change, Change::none)
        << at;
  }
  EXPECT_EQ(stand.title(), "Dawn");
}

TEST(TrackLog, APollThatIsStuckAtTheLastLiveTitleNeverTurnsItBack) {
  Stand stand;
  stand.hear(live(20, "One", 10'000, 10'005), 10'005, ReportChannel::poll);
  stand.hear(live(21, "Two", 10'100, 10'101), 10'101, ReportChannel::hook);
  for (double at = 10'110; at < 10'400; at += 10)
    EXPECT_EQ(stand.hear(live(20, "One", 10'000, at), at, ReportChannel::poll).change, Change::none)
        << at;
}

TEST(TrackLog, WhatAllWaysMissedIsCountedFromTheHistory) {
  Stand stand;
  NowPlaying report = playing(10, "Dusk", 0, 1);
  report.history = {{9, epoch - 200}, {8, epoch - 400}};  // before our time
  EXPECT_EQ(stand.hear(report, 1).plays, 1U);
  report = playing(13, "Dawn", 600, 601);
  report.history = {{12, epoch + 400}, {11, epoch + 200}, {10, epoch}, {9, epoch - 200}};
  EXPECT_EQ(stand.hear(report, 601).plays, 3U);
  EXPECT_EQ(stand.hear(report, 601).plays, 0U);
  EXPECT_EQ(stand.hear(playing(11, "Noon", 200, 201), 602).plays, 0U);
  EXPECT_EQ(stand.log.played_total(), 4U);
}

TEST(TrackLog, PlaysBeforeTheFirstOfTheSameSecondAreBeforeOurTime) {
  Stand stand;
  NowPlaying report = playing(10, "Dusk", 0, 1);
  report.history = {{9, epoch}, {8, epoch}};
  EXPECT_EQ(stand.hear(report, 1).plays, 1U);
}

TEST(TrackLog, StationOfflineIsNoPlayAndAFlapChangesNothing) {
  Stand stand;
  EXPECT_EQ(stand.hear(offline(0), 0).plays, 0U);
  EXPECT_FALSE(stand.log.current());
  stand.hear(playing(10, "Dusk", 0, 1), 1);
  for (double at = 10; at < 20; at += 2) {
    EXPECT_EQ(stand.hear(offline(at), at).change, Change::none);
    EXPECT_TRUE(stand.log.is_online(Stand::instant(at)));
    const TrackNews back = stand.hear(playing(10, "Dusk", 0, at + 1), at + 1);
    EXPECT_EQ(back.change, Change::none);
    EXPECT_EQ(back.plays, 0U);
  }
  EXPECT_EQ(stand.title(), "Dusk");
}

TEST(TrackLog, IsOfflineOnceEveryReportHasSaidSoFor30Seconds) {
  Stand stand;
  stand.hear(playing(10, "Dusk", 0, 1), 1);
  for (const double at : {100.0, 115.0}) stand.hear(offline(at), at);
  EXPECT_TRUE(stand.log.is_online(Stand::instant(129)));
  EXPECT_TRUE(stand.log.playing_for(Stand::instant(129)));
  EXPECT_FALSE(stand.log.is_online(Stand::instant(130)));
  EXPECT_FALSE(stand.log.playing_for(Stand::instant(130)));
  stand.hear(playing(11, "Dawn", 300, 301), 301);
  EXPECT_TRUE(stand.log.is_online(Stand::instant(301)));
  stand.hear(offline(299), 302);  // late
  EXPECT_TRUE(stand.log.is_online(Stand::instant(400)));
}

TEST(TrackLog, ALiveTitleIsAPlayOfItsOwnThoughTheNumberStands) {
  for (const std::int64_t number : {0, 20}) {
    Stand stand;
    stand.hear(playing(19, "Dusk", 9'900, 9'901), 9'901);
    EXPECT_EQ(stand.hear(live(number, "One", 10'000, 10'005), 10'005).change, Change::next);
    EXPECT_EQ(stand.hear(live(number, "Two", 10'000, 10'100), 10'100).change, Change::next);
    EXPECT_EQ(stand.title(), "Two");
    EXPECT_EQ(stand.hear(live(number, "One", 10'000, 10'020), 10'101).change, Change::none);
    EXPECT_EQ(stand.title(), "Two") << "late";
    EXPECT_EQ(stand.hear(playing(21, "Dawn", 10'300, 10'301), 10'301).change, Change::next);
    EXPECT_EQ(stand.hear(live(number, "Two", 10'000, 10'290), 10'310).change, Change::none);
    EXPECT_EQ(stand.title(), "Dawn") << "late";
    EXPECT_EQ(stand.log.played_total(), 4U);
  }
}

// AzuraCast tells of the DJ first, and of the first title only when it changes (#867).
TEST(TrackLog, TheTrackThatStandsWhenADjConnectsIsNotCountedAgain) {
  Stand stand;
  stand.hear(playing(19, "Dusk", 9'900, 9'901), 9'901);
  const TrackNews news = stand.hear(live(19, "Dusk", 9'900, 9'950), 9'950);
  EXPECT_EQ(news.plays, 0U);
  EXPECT_EQ(news.change, Change::none);
  EXPECT_TRUE(stand.log.current()->is_live);
}

TEST(TrackLog, ALiveTitleMayChangeWithinASecond) {
  Stand stand;
  stand.hear(playing(19, "Dusk", 10'000, 10'000), 10'000.1);
  stand.hear(live(19, "Dusk", 10'000, 10'000), 10'000.2);
  EXPECT_EQ(stand.hear(live(19, "One", 10'000, 10'000), 10'000.3).change, Change::next);
  EXPECT_EQ(stand.hear(live(19, "Dusk", 10'000, 10'000), 10'000.4).change, Change::none) << "late";
  EXPECT_EQ(stand.title(), "One");
}

TEST(TrackLog, ATitleThatAnotherInterruptedComesBackOnAir) {
  Stand stand;
  stand.hear(live(20, "One", 10'000, 10'005), 10'005);
  stand.hear(live(20, "You hear Dawn FM", 10'000, 10'100), 10'100);
  EXPECT_EQ(stand.hear(live(20, "One", 10'000, 10'110), 10'110).change, Change::next);
  EXPECT_EQ(stand.title(), "One");
}

TEST(TrackLog, ALiveShowWithoutTitlesIsOnePlayWhereItHasANumber) {
  Stand stand;
  NowPlaying report = live(20, "", 10'000, 10'001);
  report.track.artist.clear();
  EXPECT_EQ(stand.hear(report, 10'001).plays, 1U);
  report.sh_id = 0;
  EXPECT_EQ(stand.hear(report, 10'010).plays, 0U);
  EXPECT_EQ(stand.log.current()->streamer, "DJ Dawn");
}

TEST(TrackLog, ATitleCorrectedWhileItPlaysIsTheSamePlay) {
  Stand stand;
  stand.hear(playing(10, "Dsuk", 0, 1), 1);
  const TrackNews news = stand.hear(playing(10, "Dusk", 0, 20), 20);
  EXPECT_EQ(news.change, Change::renamed);
  EXPECT_EQ(news.plays, 0U);
  EXPECT_EQ(stand.title(), "Dusk");
  EXPECT_EQ(stand.hear(playing(10, "Dsuk", 0, 2), 21).change, Change::none) << "late";
  EXPECT_EQ(stand.title(), "Dusk");
}

// A backup from yesterday gives numbers out again.
TEST(TrackLog, ARestoredDatabaseGoesOnCounting) {
  Stand stand;
  for (int i = 0; i < 5; ++i) stand.hear(playing(100 + i, "Before", i * 200, i * 200), i * 200);
  EXPECT_EQ(stand.log.played_total(), 5U);
  for (int i = 0; i < 5; ++i) {
    const double at = 2000 + i * 200;
    EXPECT_EQ(stand.hear(playing(101 + i, "After", at, at + 1), at + 1).change, Change::next) << i;
  }
  EXPECT_EQ(stand.log.played_total(), 10U);
}

TEST(TrackLog, AzuracastsClockSetBackIsBelievedAfter30Seconds) {
  Stand stand;
  stand.hear(playing(10, "Dusk", 4000, 4001), 1);  // its clock is an hour ahead
  EXPECT_EQ(stand.hear(playing(11, "Dawn", 200, 201), 201).change, Change::none);
  EXPECT_EQ(stand.hear(playing(11, "Dawn", 200, 216), 216).change, Change::none);
  EXPECT_EQ(stand.hear(playing(11, "Dawn", 200, 231), 231).change, Change::next);
  EXPECT_EQ(stand.hear(playing(12, "Noon", 400, 401), 401).change, Change::next);
  EXPECT_EQ(stand.log.played_total(), 3U);
  stand.hear(offline(500), 500);
  EXPECT_FALSE(stand.log.is_online(Stand::instant(530))) << "not taken for late";
}

TEST(TrackLog, HowLongATrackPlaysIsSinceItsStartNotTheClampedElapsed) {
  Stand stand;
  stand.hear(playing(10, "Long", 0, 900, 212), 900);
  EXPECT_DOUBLE_EQ(
      std::chrono::duration<double>(*stand.log.playing_for(Stand::instant(900))).count(), 900);
  EXPECT_DOUBLE_EQ(
      std::chrono::duration<double>(*stand.log.playing_for(Stand::instant(910))).count(), 910);
}

TEST(TrackLog, AClockThatIsAheadOrBehindIsAllowedForOnceThreePollsAgree) {
  for (const double skew : {-3600.0, -60.0, 60.0, 3600.0}) {
    Stand stand;
    stand.skew = skew;
    for (const double at : {20.0, 30.0, 40.0})
      stand.hear(playing(10, "Dusk", 0, at), at, ReportChannel::poll);
    EXPECT_NEAR(std::chrono::duration<double>(*stand.log.playing_for(Stand::instant(50))).count(),
                50, 2)
        << skew;
  }
}

TEST(TrackLog, ReportsThatWereKeptSomewhereDoNotLookLikeAnotherClock) {
  Stand stand;
  for (double at = 20; at < 190; at += 20)
    stand.hear(playing(10, "Dusk", 0, 10), at, ReportChannel::poll);
  EXPECT_EQ(stand.log.clock().skew(), 0);
  EXPECT_DOUBLE_EQ(
      std::chrono::duration<double>(*stand.log.playing_for(Stand::instant(190))).count(), 190);
}

TEST(TrackLog, ATrackThatBeganInOurFutureHasJustBegun) {
  Stand stand;
  stand.hear(playing(10, "Dusk", 60, 60), 0);
  EXPECT_EQ(stand.log.playing_for(Stand::instant(0)), 0s);
}

TEST(TrackLog, ATrackNamedFarPastItsEndIsOverdue) {
  Stand stand;
  stand.hear(playing(10, "Dusk", 0, 300, 212), 300);
  EXPECT_FALSE(stand.log.overdue(Stand::instant(300)));
  stand.hear(playing(10, "Dusk", 0, 544, 212), 544);
  EXPECT_EQ(stand.log.overdue(Stand::instant(544)),
            "AzuraCast still reports \"Ana - Dusk\", which began 544 s ago and lasts 212 s: 332 s "
            "past its end.");
  stand.hear(playing(11, "Dawn", 545, 546), 546);
  EXPECT_FALSE(stand.log.overdue(Stand::instant(546)));
}

TEST(TrackLog, SilenceOfAzuracastAndLiveShowsAreNotOverdue) {
  Stand silent;
  silent.hear(playing(10, "Dusk", 0, 10, 212), 10);
  EXPECT_FALSE(silent.log.overdue(Stand::instant(5000)));
  silent.log.on_unchanged(ReportChannel::hook, Stand::instant(5000));
  EXPECT_TRUE(silent.log.overdue(Stand::instant(5000))) << "said to be so still";
  Stand show;
  show.hear(live(20, "One", 10'000, 17'000), 17'000);
  EXPECT_FALSE(show.log.overdue(Stand::instant(17'000)));
}

TEST(TrackLog, TellsWhenEachWayWasLastHeard) {
  Stand stand;
  stand.hear(playing(10, "Dusk", 0, 1), 1, ReportChannel::hook);
  stand.hear(playing(10, "Dusk", 0, 5), 5, ReportChannel::poll);
  EXPECT_EQ(stand.log.reports_by(ReportChannel::hook).last, Stand::instant(1));
  EXPECT_EQ(stand.log.reports_by(ReportChannel::poll).reports, 1U);
  EXPECT_FALSE(stand.log.reports_by(ReportChannel::feed).last);
  EXPECT_EQ(stand.log.last_report_at(), Stand::instant(5));
}

TEST(TrackLog, AFloodOfPlaysIsBounded) {
  Stand stand;
  for (int i = 1; i <= 5000; ++i) stand.hear(playing(i, "Dusk", i, i + 1), i + 1);
  EXPECT_EQ(stand.log.played_total(), 5000U);
  EXPECT_EQ(stand.hear(playing(4500, "Dusk", 4500, 4501), 5002).plays, 0U);
}

TEST(Station, IsKnownByShortNameOrNumber) {
  NowPlaying report;
  report.station = "night_fm";
  report.station_id = 4;
  EXPECT_TRUE(is_of_station(report, ""));
  EXPECT_TRUE(is_of_station(report, "night_fm"));
  EXPECT_TRUE(is_of_station(report, "4"));
  EXPECT_FALSE(is_of_station(report, "day_fm"));
  EXPECT_FALSE(is_of_station(NowPlaying{}, "0"));
}

}  // namespace
}  // namespace monitor
