#include "http/api.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "monitor/text/rfc3339.hpp"
#include "stage.hpp"

namespace {

using namespace std::chrono_literals;
using recovery::WallTime;

boost::json::value json_of(const RawClient::Reply& reply) {
  return boost::json::parse(reply.body);
}
std::string text(const boost::json::value& value) {
  return std::string(value.as_string());
}

constexpr WallTime noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 12h};

std::shared_ptr<http::StreamSnapshot> busy_snapshot() {
  auto snapshot = on_air_snapshot("radio");
  snapshot->readings.progress.emplace();
  snapshot->readings.progress->frame = 9000;
  snapshot->readings.progress->total_size_bytes = 123456;
  snapshot->readings.progress->out_time = 300500ms;
  snapshot->readings.progress->drop_frames = 2;
  snapshot->readings.fps = 25.5;
  snapshot->readings.speed = 1.0;
  snapshot->last_progress_at = noon + 7ms;
  snapshot->readings.process = monitor::ProcessSample{'S', 42.5, 2, 200 * 1024 * 1024, 9};
  snapshot->totals.restarts = 2;
  snapshot->last_restart_at = noon;
  return snapshot;
}

TEST(Api, AStreamIsShownWhole) {
  const Stage stage({busy_snapshot()});
  const auto reply = stage.get("/api/v1/streams/radio");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.at("content-type"), "application/json");
  const auto body = json_of(reply);
  EXPECT_EQ(text(body.at("name")), "radio");
  EXPECT_EQ(text(body.at("state")), "on_air");
  EXPECT_EQ(body.at("pid").as_int64(), 4242);
  EXPECT_EQ(body.at("generation").as_int64(), 3);
  EXPECT_GE(body.at("uptime_seconds").to_number<double>(), 300);
  EXPECT_GT(body.at("availability").at("ratio").to_number<double>(), 0.9);
  EXPECT_EQ(text(body.at("command").at(3)), "rtmp://server/live/***");
  const auto& progress = body.at("progress");
  EXPECT_EQ(progress.at("frame").as_int64(), 9000);
  EXPECT_EQ(progress.at("fps").to_number<double>(), 25.5);
  EXPECT_EQ(progress.at("out_time_seconds").to_number<double>(), 300.5);
  EXPECT_EQ(progress.at("drop_frames").as_int64(), 2);
  EXPECT_TRUE(progress.at("dup_frames").is_null());
  EXPECT_TRUE(progress.at("bitrate_bps").is_null());
  EXPECT_EQ(text(progress.at("last_progress_at")), "2026-11-23T12:00:00.007Z");
  const auto& process = body.at("process");
  EXPECT_EQ(text(process.at("state")), "S");
  EXPECT_EQ(process.at("cpu_percent").to_number<double>(), 42.5);
  EXPECT_EQ(process.at("memory_mb").to_number<double>(), 200);
  EXPECT_EQ(process.at("threads").as_int64(), 9);
  EXPECT_TRUE(body.at("verdict").is_null());
  EXPECT_TRUE(body.at("last_exit").is_null());
  const auto& recovery = body.at("recovery");
  EXPECT_EQ(recovery.at("restart_count").as_int64(), 2);
  EXPECT_FALSE(recovery.at("escalated").as_bool());
  EXPECT_TRUE(recovery.at("next_launch_in_seconds").is_null());
}

TEST(Api, AStreamOffAirSaysWhyAndWhenItGoesOn) {
  const Stage stage({cooling_snapshot("radio")});
  const auto body = json_of(stage.get("/api/v1/streams/radio"));
  EXPECT_TRUE(body.at("pid").is_null());
  EXPECT_TRUE(body.at("progress").is_null());
  EXPECT_TRUE(body.at("process").is_null());
  EXPECT_EQ(text(body.at("verdict").at("component")), "sink");
  EXPECT_EQ(text(body.at("verdict").at("cause")), "sink_lost");
  EXPECT_EQ(text(body.at("verdict").at("evidence").at(0)), "the connection broke");
  EXPECT_EQ(body.at("last_exit").at("code").as_int64(), 1);
  EXPECT_TRUE(body.at("last_exit").at("signal").is_null());
  const double next = body.at("recovery").at("next_launch_in_seconds").to_number<double>();
  EXPECT_GT(next, 0);
  EXPECT_LE(next, 30);
}

TEST(Api, SinceWhenAStreamIsWhatItIs) {
  auto failed = cooling_snapshot("failed");
  recovery::IncidentRecord warning, open;
  open.off_air = true;
  open.last_good_at = recovery::WallTime(std::chrono::seconds(1'763'899'174));
  failed->incidents = std::make_shared<const recovery::EntryList<recovery::IncidentRecord>>(
      std::vector{warning, open});
  const Stage stage({on_air_snapshot("radio"), failed, cooling_snapshot("not-yet")});
  const auto streams = json_of(stage.get("/api/v1/streams")).at("streams").as_array();
  const auto since = monitor::parse_rfc3339(text(streams[0].at("since")));
  ASSERT_TRUE(since);
  const auto ago = std::chrono::system_clock::now() - *since;
  EXPECT_GE(ago, std::chrono::seconds(300));
  EXPECT_LT(ago, std::chrono::seconds(360));
  EXPECT_EQ(text(streams[1].at("since")), "2025-11-23T11:59:34.000Z");
  EXPECT_TRUE(streams[2].at("since").is_null());
}

TEST(Api, TheListHasAllStreamsInTheirOrder) {
  const Stage stage({on_air_snapshot("zulu"), on_air_snapshot("alpha")});
  const auto body = json_of(stage.get("/api/v1/streams"));
  ASSERT_EQ(body.at("streams").as_array().size(), 2U);
  EXPECT_EQ(text(body.at("streams").at(0).at("name")), "zulu");
}

TEST(Api, NamesMayBePercentEncoded) {
  const Stage stage({on_air_snapshot("Radio Zürich/1")});
  EXPECT_EQ(stage.get("/api/v1/streams/Radio%20Z%C3%BCrich%2F1").status, 200);
  EXPECT_EQ(stage.get("/api/v1/streams/Radio%20Z%C3%BCrich%2F1/recovery").status, 200);
  EXPECT_NE(stage.get("/").body.find("/api/v1/streams/Radio%20Z%C3%BCrich%2F1/recovery"),
            std::string::npos);
}

TEST(Api, AStreamThatIsNotThereIsNamed) {
  const Stage stage;
  const auto reply = stage.get("/api/v1/streams/tv");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(text(json_of(reply).at("message")), "no stream has the name \"tv\"");
  EXPECT_EQ(stage.get("/api/v1/streams/tv/recovery").status, 404);
}

TEST(Api, BytesThatAreNoTextDoNotBreakTheJson) {
  auto snapshot = on_air_snapshot("radio");
  snapshot->command = std::make_shared<std::vector<std::string>>(
      std::vector<std::string>{"ffmpeg", "bad\xff\xc3name\x01\"", "é"});
  snapshot->readings.speed = std::numeric_limits<double>::infinity();
  snapshot->readings.progress.emplace();
  const Stage stage({snapshot});
  const auto body = json_of(stage.get("/api/v1/streams/radio"));  // the parser wants valid UTF-8
  EXPECT_EQ(text(body.at("command").at(1)), "bad\xEF\xBF\xBD\xEF\xBF\xBDname\x01\"");
  EXPECT_EQ(text(body.at("command").at(2)), "é");
  EXPECT_TRUE(body.at("progress").at("speed").is_null());
}

std::shared_ptr<http::StreamSnapshot> with_history(std::size_t entries) {
  auto snapshot = busy_snapshot();
  const WallTime now = std::chrono::system_clock::now();
  std::vector<recovery::HistoryEntry> history;
  for (std::size_t i = 0; i < entries; ++i) {
    history.push_back({recovery::DecisionKind::restart_ffmpeg, now - i * 20min, "reason", 1.5,
                       static_cast<unsigned>(i + 1), std::nullopt});
  }
  history.at(1).success = false;
  snapshot->history = std::make_shared<recovery::EntryList<recovery::HistoryEntry>>(history);
  return snapshot;
}

TEST(Api, AStreamTellsOfItsSourceAndItsFallback) {
  auto stream = cooling_snapshot("radio");
  stream->status.state = recovery::State::fallback;
  stream->status.source_available = false;
  stream->status.source_retries = 7;
  stream->status.fallback_since = std::chrono::steady_clock::now() - std::chrono::seconds(90);
  stream->fallback = std::make_shared<const std::vector<std::string>>(
      std::vector<std::string>{"ffmpeg", "-i", "slate.mp4", "rtmp://server/live/***"});
  const Stage stage({stream});
  const auto body = json_of(stage.get("/api/v1/streams/radio"));
  EXPECT_FALSE(body.at("source").at("available").as_bool());
  EXPECT_EQ(body.at("source").at("retries").to_number<int>(), 7);
  EXPECT_TRUE(body.at("fallback").at("on_air").as_bool());
  EXPECT_GE(body.at("fallback").at("uptime_seconds").to_number<double>(), 90);
  EXPECT_EQ(text(body.at("fallback").at("command").at(2)), "slate.mp4");
  EXPECT_EQ(json_of(stage.get("/api/v1/streams/radio/recovery")).at("audio_retry_count"), 7);
}

TEST(Api, RecoveryHasTheStatisticsAndTheHistoryNewestFirst) {
  const Stage stage({with_history(30)});
  const auto body = json_of(stage.get("/api/v1/streams/radio/recovery"));
  EXPECT_EQ(body.at("restart_count").as_int64(), 2);
  EXPECT_EQ(text(body.at("last_restart_time")), "2026-11-23T12:00:00.000Z");
  EXPECT_EQ(body.at("audio_retry_count").as_int64(), 0);
  EXPECT_EQ(body.at("recent_attempts").as_int64(), 3);  // of the last hour: 0, 20 and 40 min ago
  EXPECT_TRUE(body.at("auto_recovery_enabled").as_bool());
  const auto& history = body.at("history").as_array();
  ASSERT_EQ(history.size(), 10U);
  EXPECT_EQ(text(history[0].at("action")), "restart_ffmpeg");
  EXPECT_EQ(text(history[0].at("reason")), "reason");
  EXPECT_EQ(history[0].at("attempt").as_int64(), 1);
  EXPECT_EQ(history[0].at("delay_seconds").to_number<double>(), 1.5);
  EXPECT_TRUE(history[0].at("success").is_null());
  EXPECT_FALSE(history[1].at("success").as_bool());
}

TEST(Api, TheLimitIsObeyedAndChecked) {
  const Stage stage({with_history(30)});
  const std::string path = "/api/v1/streams/radio/recovery";
  EXPECT_EQ(json_of(stage.get(path + "?limit=3")).at("history").as_array().size(), 3U);
  EXPECT_EQ(json_of(stage.get(path + "?x=y&limit=1000")).at("history").as_array().size(), 30U);
  for (const char* bad : {"0", "-1", "1001", "ten", "", "1.5", "99999999999999999999", "5x"}) {
    const auto reply = stage.get(path + "?limit=" + bad);
    EXPECT_EQ(reply.status, 400) << bad;
    EXPECT_EQ(text(json_of(reply).at("message")), "limit must be a whole number from 1 to 1000");
  }
}

std::shared_ptr<http::StreamSnapshot> with_incidents(const std::string& name,
                                                     std::vector<WallTime> times) {
  auto snapshot = on_air_snapshot(name);
  std::vector<recovery::IncidentRecord> incidents;
  for (const WallTime time : times) {
    recovery::IncidentRecord incident;
    incident.id = name + "-1";
    incident.cause = monitor::Cause::encoder_frozen;
    incident.off_air = true;
    incident.last_good_at = time - 30s;
    incident.detected_at = time;
    incident.resolved_at = time + 2s;
    incident.evidence = {"no frame for 30 s"};
    incident.off_air_seconds = 32;
    incidents.push_back(incident);
  }
  snapshot->incidents = std::make_shared<recovery::EntryList<recovery::IncidentRecord>>(incidents);
  return snapshot;
}

TEST(Api, IncidentsOfAllStreamsAreMergedNewestFirst) {
  const Stage stage({with_incidents("one", {noon + 3s, noon + 1s}),
                     with_incidents("two", {noon + 4s, noon + 2s})});
  const auto all = json_of(stage.get("/api/v1/incidents")).at("incidents").as_array();
  ASSERT_EQ(all.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(text(all[i].at("stream")), i % 2 ? "one" : "two");
  EXPECT_EQ(text(all[0].at("component")), "encoder");
  EXPECT_EQ(text(all[0].at("cause")), "encoder_frozen");
  EXPECT_EQ(text(all[0].at("last_good_at")), "2026-11-23T11:59:34.000Z");
  EXPECT_EQ(text(all[0].at("resolved_at")), "2026-11-23T12:00:06.000Z");
  EXPECT_EQ(all[0].at("off_air_seconds").to_number<double>(), 32);
  EXPECT_EQ(text(all[0].at("evidence").at(0)), "no frame for 30 s");

  const auto two = json_of(stage.get("/api/v1/incidents?limit=2")).at("incidents").as_array();
  ASSERT_EQ(two.size(), 2U);
  EXPECT_EQ(text(two[1].at("detected_at")), "2026-11-23T12:00:03.000Z");
  EXPECT_EQ(stage.get("/api/v1/incidents?limit=all").status, 400);
}

TEST(Api, AnOpenIncidentLastsUntilNow) {
  auto snapshot = on_air_snapshot("radio");
  recovery::IncidentRecord open;
  open.off_air = true;
  open.last_good_at = http::ClockReading::now().wall - 60s;
  open.off_air_seconds = 0.2;
  snapshot->incidents =
      std::make_shared<recovery::EntryList<recovery::IncidentRecord>>(std::vector{open});
  const Stage stage({snapshot});
  const auto all = json_of(stage.get("/api/v1/incidents")).at("incidents").as_array();
  EXPECT_GE(all.at(0).at("off_air_seconds").to_number<double>(), 60);
}

TEST(Home, SaysWhatIsHereAsJson) {
  const Stage stage({on_air_snapshot("<script>alert(1)</script>")});
  const auto reply = stage.get("/");
  EXPECT_EQ(reply.headers.at("content-type"), "application/json");
  const auto body = json_of(reply);
  const auto& stream = body.at("streams").at(0);
  EXPECT_EQ(text(stream.at("name")), "<script>alert(1)</script>");
  EXPECT_EQ(text(stream.at("state")), "on_air");
  EXPECT_EQ(stage.get(text(stream.at("routes").at(0))).status, 200);
  for (const auto& route : body.at("routes").as_array()) {
    RawClient client(stage.port());
    client.send("HEAD " + text(route) + " HTTP/1.1\r\nHost: t\r\n\r\n");
    EXPECT_EQ(client.read_reply(true).status, 200) << text(route);
  }
}

}  // namespace
