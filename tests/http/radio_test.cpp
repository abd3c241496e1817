// What the API reports of the station, and how its web hook is received.

#include <chrono>
#include <mutex>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "stage.hpp"

namespace {

using namespace std::chrono_literals;
using Health = http::AzuracastState::Health;

std::shared_ptr<http::StreamSnapshot> station(const std::string& name, Health health) {
  auto snapshot = on_air_snapshot(name);
  snapshot->azuracast = http::AzuracastState{.health = health,
                                             .up = health != Health::unhealthy,
                                             .sentence = "AzuraCast is reachable.",
                                             .took = 250ms,
                                             .since = {}};
  http::TrackState& track = snapshot->track.emplace();
  track.current.emplace();
  track.current->track = {.artist = "Ana", .title = "Dusk", .album = "Low", .playlist = "Night"};
  track.current->sh_id = 9001;
  track.current->played_at = 1'700'000'000;
  track.current->duration = 212;
  track.playing_since = std::chrono::steady_clock::now() - 30s;
  track.played_total = 7;
  snapshot->totals.track_switch_seconds.observe(0.15);
  return snapshot;
}

boost::json::object object_of(const RawClient::Reply& reply) {
  return boost::json::parse(reply.body).as_object();
}

TEST(Radio, TheTrackOnAirIsToldWithTheStream) {
  const Stage stage({station("radio", Health::healthy)});
  const auto body = object_of(stage.get("/api/v1/streams/radio"));
  const auto& track = body.at("track").as_object();
  EXPECT_EQ(track.at("artist"), "Ana");
  EXPECT_EQ(track.at("title"), "Dusk");
  EXPECT_EQ(track.at("sh_id"), 9001);
  EXPECT_EQ(track.at("played_at"), "2023-11-14T22:13:20.000Z");
  EXPECT_EQ(track.at("is_live"), false);
  EXPECT_NEAR(track.at("playing_seconds").to_number<double>(), 30, 20);
  EXPECT_EQ(body.at("tracks_played"), 7);
  const Stage without;
  EXPECT_TRUE(object_of(without.get("/api/v1/streams/radio")).at("track").is_null());
}

TEST(Radio, MetricsCountTracksAndNeverNameThem) {
  const Stage stage({station("radio", Health::degraded)});
  const std::string text = stage.get("/metrics").body;
  for (const char* line :
       {"radio_tracks_played_total{stream=\"radio\"} 7\n",
        "radio_current_track_duration_seconds{stream=\"radio\"} 3",
        "radio_track_switch_duration_seconds_bucket{stream=\"radio\",le=\"0.2\"} 1\n",
        "radio_dependency_up{dependency=\"azuracast\"} 1\n",
        "radio_dependency_probe_seconds{dependency=\"azuracast\"} 0.25\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line;
  }
  EXPECT_EQ(text.find("Dusk"), std::string::npos);
  EXPECT_EQ(text.find("azuracast-radio"), std::string::npos);
}

TEST(Radio, OfSeveralStationsEachIsADependencyAndAllTogetherOne) {
  const Stage stage({station("day", Health::healthy), station("night", Health::unhealthy)});
  const std::string text = stage.get("/metrics").body;
  for (const char* line : {"radio_dependency_up{dependency=\"azuracast\"} 0\n",
                           "radio_dependency_up{dependency=\"azuracast-day\"} 1\n",
                           "radio_dependency_up{dependency=\"azuracast-night\"} 0\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line;
  }
}

TEST(Radio, AzuracastIsAComponentOfHealth) {
  const Stage stage({station("radio", Health::healthy)});
  const auto body = object_of(stage.get("/health/detailed"));
  EXPECT_EQ(body.at("status"), "healthy");
  const auto& components = body.at("details").at("components");
  EXPECT_EQ(components.at("azuracast").at("status"), "healthy");
  EXPECT_EQ(components.at("azuracast").at("message"), "AzuraCast is reachable");
  EXPECT_TRUE(components.at("streams").at("radio").as_object().contains("azuracast"));
}

TEST(Radio, AnAzuracastThatIsDownMakesTheWholeDegraded) {
  const Stage stage({station("radio", Health::unhealthy)});
  const auto reply = stage.get("/health/detailed");
  EXPECT_EQ(reply.status, 200);
  const auto body = object_of(reply);
  EXPECT_EQ(body.at("status"), "degraded");
  EXPECT_EQ(body.at("message"), "AzuraCast is not healthy for radio");
  EXPECT_EQ(body.at("details").at("components").at("azuracast").at("status"), "unhealthy");
}

TEST(Radio, ATrackThatIsLongOverIsTold) {
  auto snapshot = station("radio", Health::healthy);
  snapshot->track->overdue = "AzuraCast still reports \"Dusk\".";
  const Stage stage({snapshot});
  const auto body = object_of(stage.get("/health/detailed"));
  const auto& azuracast = body.at("details").at("components").at("azuracast");
  EXPECT_EQ(azuracast.at("status"), "degraded");
  EXPECT_EQ(azuracast.at("message"), "AzuraCast still reports \"Dusk\"");
}

// A server that keeps the reports of the hook.
class Hooked {
 public:
  explicit Hooked(const std::string& password) : snapshots(1) {
    snapshots.publish(0, on_air_snapshot("radio"));
    http::Settings settings;
    settings.address = "127.0.0.1";
    settings.port = 0;
    settings.azuracast_password = password;
    http::SupervisorApi api;
    api.ping = [](std::function<void()> answer) { answer(); };
    api.on_now_playing = [this](monitor::NowPlaying report, bool is_trusted) {
      const std::scoped_lock lock(mutex_);
      received_.push_back(std::move(report));
      trusted_ = is_trusted;
    };
    server = std::make_unique<http::Server>(settings, http::Bounds{}, snapshots, std::move(api),
                                            [this](const http::Server::LogEntry& entry) {
                                              const std::scoped_lock lock(mutex_);
                                              if (entry.event == "azuracast_hook_refused")
                                                refusals_.push_back(entry.message);
                                            });
  }

  RawClient::Reply post(const std::string& body, const std::string& headers = "",
                        const std::string& type = "Content-Type: application/json\r\n") const {
    RawClient client(server->port());
    client.send("POST /webhook/azuracast HTTP/1.1\r\nHost: t\r\n" + type + headers +
                "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return client.read_reply();
  }
  std::vector<monitor::NowPlaying> received() const {
    const std::scoped_lock lock(mutex_);
    return received_;
  }
  bool was_trusted() const {
    const std::scoped_lock lock(mutex_);
    return trusted_;
  }
  std::vector<std::string> refusals() const {
    const std::scoped_lock lock(mutex_);
    return refusals_;
  }
  boost::json::object health() const {
    return object_of(RawClient(server->port()).get("/health/detailed"));
  }

 private:
  mutable std::mutex mutex_;
  std::vector<monitor::NowPlaying> received_;
  std::vector<std::string> refusals_;  // as logged
  bool trusted_ = false;

 public:
  http::SnapshotStore snapshots;
  std::unique_ptr<http::Server> server;  // last: it uses all the others
};

const std::string now_playing =
    R"({"station":{"shortcode":"fm"},"now_playing":{"sh_id":5,"played_at":1,"song":{"title":"Dusk"}}})";

TEST(AzuracastHook, GivesTheLoopWhatItBrings) {
  const Hooked hooked("s3cret");
  const auto reply = hooked.post(now_playing, "Authorization: Basic eDpzM2NyZXQ=\r\n");  // x:s3cret
  EXPECT_EQ(reply.status, 200) << reply.body;
  ASSERT_EQ(hooked.received().size(), 1U);
  EXPECT_EQ(hooked.received()[0].sh_id, 5);
  EXPECT_EQ(hooked.received()[0].track.title, "Dusk");
}

TEST(AzuracastHook, WithoutItsPasswordIsRefused) {
  const Hooked hooked("s3cret");
  const auto reply = hooked.post(now_playing);
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.headers.at("www-authenticate"), "Basic realm=\"ffsupervisor\"");
  EXPECT_EQ(hooked.post(now_playing, "Authorization: Basic eDpzM2NyZXU=\r\n").status, 401);
  EXPECT_TRUE(hooked.received().empty());
}

TEST(AzuracastHook, IsHeardFromLoopbackWhereNoPasswordIsSet) {
  const Hooked hooked("");
  EXPECT_EQ(hooked.post(now_playing).status, 200);
  EXPECT_EQ(hooked.post("{").status, 400);
  EXPECT_EQ(hooked.post("{}").status, 422);
  EXPECT_EQ(hooked.received().size(), 1U);
}

// AzuraCast puts lyrics into every song, escaped as \uXXXX.
TEST(AzuracastHook, MayBeAMebibyte) {
  const Hooked hooked("");
  const std::string lyrics(900'000, 'x');
  const std::string body =
      now_playing.substr(0, now_playing.size() - 3) + R"(,"lyrics":")" + lyrics + "\"}}}";
  EXPECT_EQ(hooked.post(body).status, 200);
  EXPECT_EQ(hooked.received().size(), 1U);
  EXPECT_EQ(hooked.post(std::string(1024 * 1024 + 1, ' ')).status, 413);
}

TEST(AzuracastHook, IsRefusedFromAnotherSitesPageThroughAProxyAndAsAnotherType) {
  const Hooked hooked("");
  for (const char* header :
       {"Origin: http://evil.example\r\n", "Sec-Fetch-Site: cross-site\r\n", "Origin: null\r\n"})
    EXPECT_EQ(hooked.post(now_playing, header).status, 403) << header;
  for (const char* header :
       {"X-Forwarded-For: 10.0.0.1\r\n", "Forwarded: for=10.0.0.1\r\n", "X-Real-IP: 10.0.0.1\r\n",
        "x-forwarded-proto: https\r\n", "CF-Connecting-IP: 10.0.0.1\r\n",
        "True-Client-IP: 10.0.0.1\r\n", "X-Unheard-Of: 1\r\n"})
    EXPECT_EQ(hooked.post(now_playing, header).status, 401) << header;
  for (const char* type : {"", "Content-Type: text/plain\r\n", "Content-Type: \r\n",
                           "Content-Type: application/x-www-form-urlencoded\r\n"})
    EXPECT_EQ(hooked.post(now_playing, "", type).status, 400) << type;
  EXPECT_TRUE(hooked.received().empty());
  EXPECT_EQ(hooked.post(now_playing).status, 200);
  EXPECT_FALSE(hooked.was_trusted()) << "without a password it may change no process";
}

TEST(AzuracastHook, WithItsPasswordMayComeThroughAProxyAndIsTrusted) {
  const Hooked hooked("s3cret");
  const std::string password = "Authorization: Basic eDpzM2NyZXQ=\r\n";
  EXPECT_EQ(hooked.post(now_playing, password + "X-Forwarded-For: 10.0.0.1\r\n").status, 200);
  EXPECT_TRUE(hooked.was_trusted());
  EXPECT_EQ(hooked.post(now_playing, password + "Origin: http://evil.example\r\n").status, 403);
}

TEST(AzuracastHook, ThatIsRefusedIsAWarningAndAComponentOfHealthUntilOneIsAccepted) {
  const Hooked hooked("s3cret");
  EXPECT_EQ(hooked.health().at("status"), "healthy");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(hooked.post(now_playing).status, 401);
  EXPECT_EQ(hooked.post(std::string(1024 * 1024 + 1, ' ')).status, 413);
  ASSERT_TRUE(holds_soon([&] { return !hooked.refusals().empty(); }));
  EXPECT_EQ(hooked.refusals().size(), 1U) << "one a minute";
  EXPECT_NE(hooked.refusals()[0].find("401: Basic authorization"), std::string::npos);
  const auto degraded = hooked.health();
  EXPECT_EQ(degraded.at("status"), "degraded");
  const auto& component = degraded.at("details").at("components").at("azuracast_webhook");
  EXPECT_NE(component.at("message").as_string().find("(21), the last with 413"),
            boost::json::string::npos)
      << component;
  EXPECT_EQ(hooked.post(now_playing, "Authorization: Basic eDpzM2NyZXQ=\r\n").status, 200);
  EXPECT_EQ(hooked.health().at("status"), "healthy");
}

TEST(AzuracastHook, IsAPostOnly) {
  const Hooked hooked("");
  const auto reply = RawClient(hooked.server->port()).get("/webhook/azuracast");
  EXPECT_EQ(reply.status, 405);
  EXPECT_EQ(reply.headers.at("allow"), "POST");
}

}  // namespace
