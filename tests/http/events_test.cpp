#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "stage.hpp"

namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

struct Received {
  std::string name;
  json::object data;
};

// Follows /api/v1/events from its first byte on.
class Follower {
 public:
  explicit Follower(const Stage& stage, int receive_buffer_bytes = 0,
                    const std::string& path = "/api/v1/events", const std::string& fields = "")
      : client_(stage.port(), receive_buffer_bytes) {
    client_.send("GET " + path + " HTTP/1.1\r\nHost: t\r\n" + fields + "\r\n");
  }
  RawClient::Reply head() { return client_.read_reply(true); }

  // The events so far, of one name or of all.
  std::vector<Received> received(const std::string& name = "") {
    client_.is_open_now();
    std::vector<Received> events;
    const std::string& text = client_.received();
    for (std::size_t at = 0; (at = text.find("event: ", at)) != std::string::npos;) {
      const std::size_t line = text.find("\ndata: ", at), end = text.find("\n\n", at);
      if (end == std::string::npos) break;
      Received event{text.substr(at + 7, line - at - 7), {}};
      event.data = json::parse(text.substr(line + 7, end - line - 7)).as_object();
      if (name.empty() || event.name == name) events.push_back(std::move(event));
      at = end;
    }
    return events;
  }
  bool hears(const std::string& name, std::size_t count) {
    return holds_soon([&] { return received(name).size() >= count; });
  }
  bool is_ended() { return client_.is_closed_soon(); }
  const std::string& text() const { return client_.received(); }

 private:
  RawClient client_;
};

recovery::IncidentRecord incident(const std::string& id) {
  recovery::IncidentRecord record;
  record.id = id;
  record.off_air = true;
  record.cause = monitor::Cause::encoder_crashed;
  record.detected_at = std::chrono::system_clock::now();
  record.last_good_at = record.detected_at;
  return record;
}

void publish_incidents(Stage& stage, std::vector<recovery::IncidentRecord> list) {
  auto snapshot = on_air_snapshot("radio");
  snapshot->incidents =
      std::make_shared<const recovery::EntryList<recovery::IncidentRecord>>(std::move(list));
  stage.snapshots.publish(0, snapshot);
}

TEST(Events, BeginWithStateFiguresIncidentsAndLog) {
  auto snapshot = on_air_snapshot("radio");
  auto old = incident("old");
  old.detected_at -= 1min;
  snapshot->incidents = std::make_shared<const recovery::EntryList<recovery::IncidentRecord>>(
      std::vector{incident("new"), old});
  Stage stage({snapshot, cooling_snapshot("second")});
  stage.snapshots.log.add(R"({"event":"on_air","stream":"radio"})");
  Follower follower(stage);
  const auto head = follower.head();
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("content-type"), "text/event-stream");
  EXPECT_EQ(head.headers.at("cache-control"), "no-store");
  EXPECT_FALSE(head.headers.contains("content-length"));
  ASSERT_TRUE(follower.hears("log", 1));
  EXPECT_TRUE(follower.text().starts_with("retry: 2000\n\n"));
  const auto received = follower.received();
  ASSERT_GE(received.size(), 8u);
  const char* order[] = {"state",  "history",  "state",    "history",
                         "config", "incident", "incident", "log"};
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(received[i].name, order[i]) << i;
  EXPECT_EQ(received[0].data.at("name"), "radio");
  EXPECT_EQ(received[0].data.at("state"), "on_air");
  EXPECT_EQ(received[2].data.at("state"), "cooling_down");
  EXPECT_EQ(received[1].data.at("stream"), "radio");
  EXPECT_EQ(received[1].data.at("interval_seconds"), 2);
  EXPECT_EQ(received[5].data.at("id"), "old");
  EXPECT_EQ(received[6].data.at("id"), "new");
  EXPECT_EQ(received[7].data.at("event"), "on_air");
  ASSERT_TRUE(follower.hears("live", 1)) << "what was before ends";
}

TEST(Events, LeaveOutTheHistoryWhereItIsNotWanted) {
  Stage stage;
  Follower follower(stage);
  ASSERT_TRUE(follower.hears("history", 1));
  Follower bare(stage, 0, "/api/v1/events?history=none");
  ASSERT_TRUE(bare.hears("progress", 1));
  EXPECT_EQ(bare.received("config").size(), 1u);
  EXPECT_TRUE(bare.received("history").empty());
  EXPECT_EQ(stage.get("/api/v1/streams/radio/samples").status, 200);
  EXPECT_EQ(stage.get("/api/v1/streams/other/samples").status, 404);
}

TEST(Events, AFailedReloadIsAnEventAndInTheListOfStreams) {
  Stage stage;
  Follower follower(stage);
  ASSERT_TRUE(follower.hears("config", 1));
  stage.snapshots.publish(&http::Program::config,
                          std::make_shared<const http::ConfigState>(
                              http::ConfigState{false, "line 3: unknown key", {}}));
  ASSERT_TRUE(follower.hears("config", 2));
  EXPECT_EQ(follower.received("config")[1].data.at("message"), "line 3: unknown key");
  EXPECT_NE(stage.get("/api/v1/streams").body.find("line 3: unknown key"), std::string::npos);
}

TEST(Events, TellAChangeOfStateAndNotEachFigure) {
  Stage stage;
  Follower follower(stage);
  follower.head();
  ASSERT_TRUE(follower.hears("progress", 1));
  for (int i = 0; i < 5; ++i) {
    auto busy = on_air_snapshot("radio");
    busy->readings.fps = 25 + i;
    busy->readings.process = monitor::ProcessSample{};
    stage.snapshots.publish(0, busy);
    ::usleep(120'000);  // longer than the hub needs to look
  }
  EXPECT_EQ(follower.received("state").size(), 1u);
  stage.snapshots.publish(0, cooling_snapshot("radio"));
  ASSERT_TRUE(follower.hears("state", 2));
  EXPECT_EQ(follower.received("state")[1].data.at("state"), "cooling_down");
}

TEST(Events, TellTheFiguresOnceASecondAndKeepThemForWhoComesLater) {
  auto snapshot = on_air_snapshot("radio");
  snapshot->readings.fps = 25.04;
  snapshot->readings.bitrate_bps = 1'500'000.4;
  snapshot->readings.process = monitor::ProcessSample{};
  snapshot->readings.process->rss_bytes = 64 * 1024 * 1024;
  snapshot->totals.frames = 777;
  Stage stage({snapshot});
  Follower follower(stage);
  follower.head();
  ASSERT_TRUE(follower.hears("progress", 2));
  const auto received = follower.received("progress");
  const json::object& figures = received[0].data;
  EXPECT_EQ(figures.at("stream"), "radio");
  EXPECT_EQ(figures.at("fps"), 25.04);
  EXPECT_TRUE(figures.at("speed").is_null());
  EXPECT_EQ(figures.at("bitrate_bps").to_number<double>(), 1'500'000);
  EXPECT_EQ(figures.at("memory_bytes").to_number<double>(), 64.0 * 1024 * 1024);
  EXPECT_EQ(figures.at("frames"), 777);
  EXPECT_EQ(figures.at("state"), "on_air");
  EXPECT_GE(figures.at("uptime_seconds").to_number<double>(), 300);
  const double apart =
      received[1].data.at("t").to_number<double>() - figures.at("t").to_number<double>();
  EXPECT_NEAR(apart, 1, 0.6);
  const auto now = http::ClockReading::now();
  stage.snapshots.sample(now);
  stage.snapshots.sample(now);
  Follower late(stage);
  late.head();
  ASSERT_TRUE(late.hears("history", 1));
  const auto samples = late.received("history")[0].data.at("samples").as_array();
  ASSERT_EQ(samples.size(), 2u);
  EXPECT_EQ(samples.back().as_object().at("fps"), 25.04);
  EXPECT_EQ(late.received("history")[0].data.at("samples").as_array()[0].as_object().size(), 7u);
}

TEST(Events, TellAnIncidentWhenItOpensChangesAndCloses) {
  Stage stage;
  Follower follower(stage);
  follower.head();
  ASSERT_TRUE(follower.hears("history", 1));
  auto record = incident("radio-1-1");
  publish_incidents(stage, {record});
  ASSERT_TRUE(follower.hears("incident", 1));
  record.actions = {"restart_ffmpeg"};
  publish_incidents(stage, {record});
  ASSERT_TRUE(follower.hears("incident", 2));
  record.resolved_at = record.detected_at + 3s;
  publish_incidents(stage, {incident("radio-1-2"), record});
  ASSERT_TRUE(follower.hears("incident", 4));
  const auto received = follower.received("incident");
  EXPECT_TRUE(received[0].data.at("resolved_at").is_null());
  EXPECT_EQ(received[1].data.at("actions").as_array().size(), 1u);
  EXPECT_FALSE(received[2].data.at("resolved_at").is_null());
  EXPECT_EQ(received[3].data.at("id"), "radio-1-2");
}

TEST(Events, TellEachLogLineOnce) {
  Stage stage;
  for (int i = 0; i < 300; ++i) stage.snapshots.log.add(R"({"n":)" + std::to_string(i) + "}");
  Follower follower(stage);
  follower.head();
  ASSERT_TRUE(follower.hears("log", 200));
  for (int i = 300; i < 320; ++i) stage.snapshots.log.add(R"({"n":)" + std::to_string(i) + "}");
  ASSERT_TRUE(follower.hears("log", 220));
  const auto received = follower.received("log");
  ASSERT_EQ(received.size(), 220u);
  for (int i = 0; i < 220; ++i)
    EXPECT_EQ(received[static_cast<std::size_t>(i)].data.at("n"), 100 + i);
}

TEST(Events, OneClientTooManyIsRefusedAndAnotherTakesItsPlace) {
  const Stage stage({on_air_snapshot("radio")}, {.event_clients = 2});
  auto first = std::make_unique<Follower>(stage);
  Follower second(stage);
  EXPECT_EQ(first->head().status, 200);
  EXPECT_EQ(second.head().status, 200);
  const auto refused = stage.get("/api/v1/events");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.headers.at("retry-after"), "5");
  first.reset();
  EXPECT_TRUE(holds_soon([&] { return Follower(stage).head().status == 200; }));
}

TEST(Events, StrangersGiveWayToWhoHasCredentials) {
  http::Bounds bounds;
  bounds.event_clients = 2;
  const Stage stage({on_air_snapshot("radio")}, bounds, "/metrics", with_token("s3cret-token"));
  const std::string right = "Authorization: Bearer s3cret-token\r\n";
  Follower older(stage), younger(stage);
  EXPECT_EQ(older.head().status, 200);
  EXPECT_EQ(younger.head().status, 200);
  Follower stranger(stage);
  EXPECT_EQ(stranger.head().status, 503);
  Follower known(stage, 0, "/api/v1/events", right), another(stage, 0, "/api/v1/events", right);
  EXPECT_EQ(known.head().status, 200);
  EXPECT_TRUE(older.is_ended());
  EXPECT_EQ(another.head().status, 200);
  EXPECT_TRUE(younger.is_ended());
  Follower third(stage, 0, "/api/v1/events", right);
  EXPECT_EQ(third.head().status, 503) << "those with credentials stay";
}

TEST(Events, AClientThatDoesNotReadIsCutOffAndNobodyElseNotices) {
  Stage stage;
  Follower deaf(stage, 4096), other(stage);
  other.head();
  const std::string line = R"({"x":")" + std::string(4000, 'x') + R"("})";
  const bool cut = holds_soon([&] {
    for (int i = 0; i < 100; ++i) stage.snapshots.log.add(line);
    other.received();
    return stage.get("/health/liveness").status == 200 && deaf.text().empty() &&
           stage.log().size() > 0 && other.received("log").size() > 3000;
  });
  EXPECT_TRUE(cut);
  EXPECT_TRUE(deaf.is_ended());
  EXPECT_LT(deaf.text().size(), 8u * 1024 * 1024);
  const std::size_t before = other.received("progress").size();
  EXPECT_TRUE(other.hears("progress", before + 1));
}

TEST(Events, HeadSaysWhatItWouldBe) {
  const Stage stage;
  RawClient client(stage.port());
  client.send("HEAD /api/v1/events HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.read_reply(true).headers.at("content-type"), "text/event-stream");
  EXPECT_TRUE(client.is_closed_soon());
}

TEST(Events, EndWithTheServerAtOnce) {
  auto stage = std::make_unique<Stage>();
  Follower follower(*stage);
  follower.head();
  ASSERT_TRUE(follower.hears("history", 1));
  const auto began = std::chrono::steady_clock::now();
  stage->server.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - began, 1s);
  EXPECT_TRUE(follower.is_ended());
}

}  // namespace
