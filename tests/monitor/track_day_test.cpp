#include <algorithm>
#include <cstdlib>
#include <set>

#include <gtest/gtest.h>

#include "tests/monitor/station_day.hpp"

namespace monitor {
namespace {

using station::Day;
using station::Dice;
using station::Message;
using Change = TrackNews::Change;

// FFSUPERVISOR_SEEDS=N tries more.
std::uint64_t seeds(std::uint64_t usual) {
  const char* text = std::getenv("FFSUPERVISOR_SEEDS");
  return text == nullptr ? usual : std::strtoull(text, nullptr, 10);
}

// 300 tracks, 5 % of the hooks lost, 10 % repeated, late by up to a minute, three flaps, two live
// shows, AzuraCast once restarted.
TEST(StationDay, EachPlayCountsOnceAndIsOnAirOnce) {
  for (std::uint64_t seed = 1; seed <= seeds(5); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Dice dice(seed);
    Day day({}, dice);
    ASSERT_EQ(day.plays().size(), 300U);
    TrackLog log;
    std::size_t firsts = 0;
    std::size_t switches = 0;
    for (const Message& message : day.messages(0.05, 0.10, 60)) {
      const TrackNews news = station::hear(log, message, message.arrives);
      if (news.change == Change::first) ++firsts;
      if (news.change == Change::next) ++switches;
      ASSERT_NE(news.change, Change::renamed);
    }
    EXPECT_EQ(log.played_total(), 300U);
    EXPECT_EQ(firsts, 1U);
    // A jingle that all ways missed was counted from the history, but never known as on air.
    EXPECT_LE(switches, 299U);
    EXPECT_GE(switches, 285U);
    EXPECT_EQ(log.current()->track.title, day.plays().back().title);
  }
}

TEST(StationDay, WithoutHooksAndFeedThePollAloneCountsTheSame) {
  Dice dice(7);
  Day day({}, dice);
  TrackLog log;
  for (const Message& message : day.messages(1, 0, 0)) {
    if (message.channel == ReportChannel::poll) station::hear(log, message, message.arrives);
  }
  EXPECT_EQ(log.played_total(), 300U);
}

TEST(StationDay, TheTrackOnAirIsTheOneThatIsWithinAPoll) {
  Dice dice(11);
  Day day({.tracks = 60, .shows = 1, .flaps = 0, .restart = false, .poll_every = 10}, dice);
  TrackLog log;
  std::size_t wrong = 0;
  std::size_t looks = 0;
  double next_look = 20;
  for (const Message& message : day.messages(0.05, 0.2, 25)) {
    for (; next_look < message.arrives; next_look += 5, ++looks) {
      const auto names = [&](double t) { return day.says(t).track.title; };
      const std::string& shown = log.current()->track.title;
      std::set<std::string> allowed;
      for (double t = next_look - 11; t <= next_look; t += 0.5) allowed.insert(names(t));
      if (allowed.count(shown) == 0) ++wrong;
    }
    station::hear(log, message, message.arrives);
  }
  EXPECT_GT(looks, 1000U);
  EXPECT_EQ(wrong, 0U);
}

// The count is of what was heard, not of when and by which channel.
TEST(StationDay, AnyInterleavingOfHookPollAndFeedGivesTheSameCount) {
  for (std::uint64_t seed = 1; seed <= seeds(150); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Dice dice(seed);
    Day day({.tracks = 40, .shows = 2, .flaps = 2, .restart = true, .poll_every = 30}, dice);
    std::vector<Message> messages = day.messages(0.3, 0.2, 60);
    TrackLog in_order;
    for (const Message& message : messages) station::hear(in_order, message, message.arrives);
    ASSERT_GT(in_order.played_total(), 20U);

    std::ranges::shuffle(messages, dice);
    for (Message& message : messages)
      message.channel = static_cast<ReportChannel>(dice() % channel_count);
    TrackLog shuffled;
    double at = 0;
    for (const Message& message : messages) {
      station::hear(shuffled, message, at);
      if (station::happens(dice, 0.3)) station::hear(shuffled, message, at);
      at += station::between(dice, 0, 60);
    }
    ASSERT_EQ(shuffled.played_total(), in_order.played_total());
  }
}

// Whatever was lost, repeated or late: one more poll, and the state is the station's.
TEST(StationDay, AnyWayOfArrivingEndsWithWhatTheLastPollSays) {
  for (std::uint64_t seed = 1; seed <= seeds(150); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Dice dice(seed);
    Day day({.tracks = 25, .shows = 2, .flaps = 2, .restart = true, .poll_every = 20}, dice);
    TrackLog log;
    for (const Message& message : day.messages(0.5, 0.5, 300))
      station::hear(log, message, message.arrives);
    const double at = day.end() - 1;
    station::hear(log, {day.says(at), ReportChannel::poll, at}, at + 400);
    ASSERT_EQ(log.current()->track.title, day.plays().back().title);
    ASSERT_TRUE(log.is_online(Instant::max()));
  }
}

}  // namespace
}  // namespace monitor
