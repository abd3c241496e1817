#include "supervisor/tracks/station_watch.hpp"

#include <mutex>
#include <thread>

#include "driver_stand.hpp"
#include "tests/monitor/loopback_server.hpp"

namespace supervisor::test {
namespace {

using Health = http::AzuracastState::Health;
using monitor::ReportChannel;
using Change = monitor::TrackNews::Change;

std::string now_playing(int sh_id, const std::string& title) {
  return R"({"station":{"id":4,"shortcode":"night_fm"},"now_playing":{"sh_id":)" +
         std::to_string(sh_id) + R"(,"song":{"artist":"Ana","title":")" + title +
         R"("}},"is_online":true})";
}

// Answers each poll with the text of the moment, unless it holds the answers back; an empty text is
// an error of the server.
class Station {
 public:
  std::string url() const { return server_.url("/"); }
  int polls() const { return polls_; }
  int answers() const { return answers_; }
  void hold_back(bool holds) { holds_ = holds; }
  void play(const std::string& text) {
    const std::lock_guard lock(mutex_);
    text_ = text;
  }

 private:
  void serve(loopback::Client& client) {
    if (client.request().find("/api/nowplaying") != std::string::npos) ++polls_;
    while (holds_) std::this_thread::yield();
    const std::lock_guard lock(mutex_);
    const std::string status = text_.empty() ? "500 Error" : "200 OK";
    client.say("HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(text_.size()) +
               "\r\n\r\n" + text_);
    ++answers_;
  }

  std::mutex mutex_;
  std::string text_ = now_playing(1, "Dusk");
  std::atomic<int> polls_ = 0;
  std::atomic<int> answers_ = 0;
  std::atomic<bool> holds_ = false;
  loopback::Server server_{[this](loopback::Client& client) { serve(client); }};
};

class StationWatchTest : public DriverStand {
 protected:
  StationWatchTest() {
    config = plain_config();
    config.azuracast.url = station.url();
    config.recovery.probe_interval = 5s;
  }
  void follow() {
    watch.emplace(
        config, services, clock,
        StationWatch::Events{.on_news =
                                 [this](const monitor::TrackNews& news, ReportChannel channel) {
                                   changes.push_back(news.change);
                                   channels.push_back(channel);
                                 },
                             .on_poll = [this] { ++answers; }});
    watch->start();
    ASSERT_TRUE(turn_until([&] { return answers == 1; }));
  }

  Station station;
  StreamConfig config;
  std::vector<Change> changes;
  std::vector<ReportChannel> channels;
  int answers = 0;
  std::optional<StationWatch> watch;
};

TEST_F(StationWatchTest, KnowsTheTrackAfterTheFirstPoll) {
  follow();
  EXPECT_EQ(changes, std::vector{Change::first});
  ASSERT_TRUE(watch->current());
  EXPECT_EQ(watch->current()->track.title, "Dusk");
  EXPECT_EQ(watch->tracks(clock.now()).played_total, 1U);
  ASSERT_TRUE(watch->azuracast());
  EXPECT_EQ(watch->azuracast()->health, Health::healthy);
  EXPECT_EQ(logged("dependency_up"), 0U) << "no news at the start";
}

TEST_F(StationWatchTest, PollsAgainAfterTheInterval) {
  follow();
  station.play(now_playing(2, "Dawn"));
  clock.advance(5s);
  ASSERT_TRUE(turn_until([&] { return answers == 2; }));
  EXPECT_EQ(changes, (std::vector{Change::first, Change::next}));
}

TEST_F(StationWatchTest, AnotherIntervalHoldsAtOnce) {
  config.recovery.probe_interval = 30min;
  follow();
  clock.advance(10s);
  config.recovery.probe_interval = 1s;
  watch->adjust_interval();
  clock.advance(0s);
  ASSERT_TRUE(turn_until([&] { return answers == 2; })) << "it was due since 9 s";
  clock.advance(1s);
  ASSERT_TRUE(turn_until([&] { return answers == 3; }));
  config.recovery.probe_interval = 30min;
  watch->adjust_interval();
  clock.advance(29min);
  turn();
  EXPECT_EQ(station.polls(), 3);
}

TEST_F(StationWatchTest, SaysThatAzuracastIsDownAndIsBack) {
  follow();
  station.play("");
  clock.advance(5s);
  ASSERT_TRUE(turn_until([&] { return answers == 2; }));
  EXPECT_NE(watch->azuracast()->health, Health::healthy);
  EXPECT_EQ(logged("dependency_up") + logged("dependency_down"), 1U);
  clock.advance(5s);
  turn();
  EXPECT_EQ(station.polls(), 2) << "it waits longer after a failure";
  station.play(now_playing(2, "Dawn"));
  clock.advance(5s);
  ASSERT_TRUE(turn_until([&] { return answers == 3; }));
  EXPECT_EQ(watch->azuracast()->health, Health::healthy);
  EXPECT_EQ(watch->current()->track.title, "Dawn");
}

// Stations flap: an outage of one report is no news, and one that lasts is no fault of AzuraCast.
TEST_F(StationWatchTest, AStationThatIsOffLineIsSaidOnceItLasts) {
  follow();
  const auto play = [&](bool is_online) {
    std::string text = now_playing(1, "Dusk");
    if (!is_online) text.replace(text.find("true"), 4, "false");
    station.play(text);
    const int before = answers;
    clock.advance(5s);
    ASSERT_TRUE(turn_until([&] { return answers == before + 1; }));
  };
  for (int flap = 0; flap < 4; ++flap) {
    play(false);
    play(true);
  }
  EXPECT_EQ(logged("station_offline"), 0U);
  for (int polls = 0; polls < 8; ++polls) play(false);
  EXPECT_EQ(logged("station_offline"), 1U);
  EXPECT_TRUE(watch->azuracast()->up) << "AzuraCast reports it";
  play(true);
  EXPECT_EQ(logged("station_online"), 1U);
  EXPECT_EQ(logged("dependency_up") + logged("dependency_down"), 0U);
}

TEST_F(StationWatchTest, AsksAzuracastAboutAReportThatIsNotTrusted) {
  follow();
  station.play(now_playing(2, "Dawn"));
  clock.advance(500ms);
  EXPECT_TRUE(watch->ask_about({.sh_id = 9, .track = {.title = "Forged"}, .station = "night_fm"}));
  EXPECT_FALSE(watch->ask_about({.sh_id = 9, .station = "day_fm"}));
  clock.advance(500ms);
  ASSERT_TRUE(turn_until([&] { return answers == 2; })) << "long before the interval is over";
  EXPECT_EQ(watch->current()->track.title, "Dawn");
  for (int i = 0; i < 50; ++i) watch->ask_about({.sh_id = 9, .station = "night_fm"});
  turn();
  EXPECT_EQ(station.polls(), 2) << "not more often than each second";
}

TEST_F(StationWatchTest, TakesReportsOfItsOwnStationAlone) {
  config.azuracast.station = "night_fm";
  follow();
  EXPECT_FALSE(watch->on_now_playing(
      {.sh_id = 2, .track = {.title = "Noon"}, .station = "day_fm", .station_id = 5}));
  EXPECT_TRUE(watch->on_now_playing(
      {.sh_id = 3, .track = {.title = "Dawn"}, .station = "night_fm", .station_id = 4}));
  EXPECT_EQ(channels.back(), ReportChannel::hook);
  EXPECT_EQ(watch->current()->track.title, "Dawn");
}

TEST_F(StationWatchTest, OneWithoutAnAddressIsNotPolled) {
  config.azuracast.url.clear();
  watch.emplace(config, services, clock, StationWatch::Events{});
  watch->start();
  clock.advance(1h);
  EXPECT_FALSE(watch->asks_azuracast());
  EXPECT_FALSE(watch->azuracast());
}

TEST_F(StationWatchTest, CallsNothingAfterItsDestruction) {
  follow();
  station.hold_back(true);
  clock.advance(5s);
  ASSERT_TRUE(turn_until([&] { return station.polls() == 2; }));
  watch.reset();
  station.hold_back(false);
  ASSERT_TRUE(turn_until([&] { return station.answers() == 2; }));
  for (int i = 0; i < 5; ++i) {
    bool has_answered = false;
    io_thread.thread().post([&, back = loop.thread()] { back.post([&] { has_answered = true; }); });
    ASSERT_TRUE(turn_until([&] { return has_answered; }));
  }
  EXPECT_EQ(answers, 1);
}

}  // namespace
}  // namespace supervisor::test
