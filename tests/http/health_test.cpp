#include "http/health.hpp"

#include <regex>
#include <thread>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "stage.hpp"

namespace {

boost::json::object body_of(const RawClient::Reply& reply) {
  return boost::json::parse(reply.body).as_object();
}

std::string text(const boost::json::value& value) {
  return std::string(value.as_string());
}

TEST(Liveness, IsHealthyWhileTheLoopTurns) {
  const Stage stage;
  const auto reply = stage.get("/health/liveness");
  const auto body = body_of(reply);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.at("content-type"), "application/json");
  EXPECT_EQ(text(body.at("status")), "healthy");
  EXPECT_EQ(text(body.at("message")), "Service is alive");
  EXPECT_EQ(text(body.at("details").at("check")), "liveness");
  EXPECT_TRUE(std::regex_match(text(body.at("timestamp")),
                               std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)")));
}

TEST(Liveness, AStuckLoopIsUnhealthyAndItsRecoveryIsSeen) {
  Stage stage;
  stage.loop.get_stuck();
  const auto reply = stage.get("/health/liveness");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(text(body_of(reply).at("status")), "unhealthy");
  EXPECT_EQ(stage.get("/health/liveness").status, 503);
  EXPECT_EQ(stage.loop.pings(), 1);  // one is out, and one is enough
  EXPECT_EQ(stage.get("/metrics").status, 200);
  stage.loop.turn_again();
  EXPECT_TRUE(holds_soon([&] { return stage.get("/health/liveness").status == 200; }));
}

TEST(Liveness, AFloodOfProbesSharesOnePing) {
  Stage stage;
  stage.loop.get_stuck();
  std::vector<RawClient> clients;
  for (int i = 0; i < 50; ++i) {
    clients.emplace_back(stage.port()).send("GET /health/liveness HTTP/1.1\r\nHost: t\r\n\r\n");
  }
  ASSERT_TRUE(holds_soon([&] { return stage.loop.pings() > 0; }));
  stage.loop.turn_again();
  for (RawClient& client : clients) EXPECT_EQ(client.read_reply().status, 200);
  EXPECT_LE(stage.loop.pings(), 2);  // a second later another may be due
}

TEST(Readiness, NeedsEveryStreamOnAir) {
  Stage stage({on_air_snapshot("one"), on_air_snapshot("two")});
  const auto ready = stage.get("/health/readiness");
  EXPECT_EQ(ready.status, 200);
  EXPECT_EQ(text(body_of(ready).at("message")), "Service is ready");
  EXPECT_TRUE(body_of(ready).at("details").at("ffmpeg_running").as_bool());

  stage.snapshots.publish(1, cooling_snapshot("two"));
  const auto not_ready = stage.get("/health/readiness");
  EXPECT_EQ(not_ready.status, 503);
  EXPECT_EQ(text(body_of(not_ready).at("status")), "unhealthy");
  EXPECT_EQ(text(body_of(not_ready).at("message")),
            "1 of 2 streams: not on air: two (cooling_down, sink_lost)");
  EXPECT_FALSE(body_of(not_ready).at("details").at("ffmpeg_running").as_bool());
}

TEST(Readiness, AnEncoderThatHasNotPutOutAnythingRunsButIsNotReady) {
  auto starting = snapshot_of("radio");
  starting->status.state = recovery::State::starting;
  starting->status.pid = 77;
  const Stage stage({starting});
  const auto reply = stage.get("/health/readiness");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(text(body_of(reply).at("message")), "The stream is not on air: radio (starting)");
  EXPECT_TRUE(body_of(reply).at("details").at("ffmpeg_running").as_bool());
}

TEST(Readiness, CoveredIsNotReadyAndSaysSo) {
  auto covered = on_air_snapshot("radio");
  covered->status.covered_since = covered->status.on_air_since;
  const Stage stage({covered});
  const auto reply = stage.get("/health/readiness");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(text(body_of(reply).at("message")), "The stream is not on air: radio (covered)");
}

TEST(DetailedHealth, NamesEveryStreamAndTheFirstAsFfmpeg) {
  const Stage stage({on_air_snapshot("one"), on_air_snapshot("two")});
  const auto reply = stage.get("/health/detailed");
  EXPECT_EQ(reply.status, 200);
  const auto body = body_of(reply);
  EXPECT_EQ(text(body.at("status")), "healthy");
  EXPECT_EQ(text(body.at("message")), "All components healthy");
  const auto& components = body.at("details").at("components");
  const auto& ffmpeg = components.at("ffmpeg");
  EXPECT_EQ(text(ffmpeg.at("status")), "healthy");
  EXPECT_EQ(text(ffmpeg.at("state")), "running");
  EXPECT_EQ(text(ffmpeg.at("stream_state")), "on_air");
  EXPECT_EQ(ffmpeg.at("pid").as_int64(), 4242);
  EXPECT_GE(ffmpeg.at("uptime_seconds").to_number<double>(), 301);
  EXPECT_EQ(components.at("streams").as_object().size(), 2U);
  EXPECT_EQ(text(components.at("streams").at("two").at("status")), "healthy");
}

TEST(DetailedHealth, AWarningOnAirIsDegradedAndStill200) {
  auto slow = on_air_snapshot("radio");
  slow->status.verdict = monitor::Verdict{monitor::Cause::encoder_slow, {"speed 0.7"}};
  const Stage stage({slow});
  const auto reply = stage.get("/health/detailed");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(text(body_of(reply).at("status")), "degraded");
  EXPECT_EQ(text(body_of(reply).at("message")),
            "The stream is on air with a warning: radio (on_air, encoder_slow)");
}

TEST(DetailedHealth, AnEscalationThatIsNotResolvedIsDegraded) {
  auto recovering = on_air_snapshot("radio");
  recovering->status.escalated = true;
  const Stage stage({recovering});
  EXPECT_EQ(text(body_of(stage.get("/health/detailed")).at("status")), "degraded");
}

TEST(DetailedHealth, OffAirIsUnhealthyAndSaysWhy) {
  const Stage stage({cooling_snapshot("radio")});
  const auto reply = stage.get("/health/detailed");
  EXPECT_EQ(reply.status, 503);
  const auto body = body_of(reply);
  const auto& ffmpeg = body.at("details").at("components").at("ffmpeg");
  EXPECT_EQ(text(body.at("status")), "unhealthy");
  EXPECT_EQ(text(ffmpeg.at("state")), "crashed");
  EXPECT_EQ(text(ffmpeg.at("cause")), "sink_lost");
  EXPECT_TRUE(ffmpeg.at("pid").is_null());
  EXPECT_EQ(ffmpeg.at("uptime_seconds").to_number<double>(), 0);
}

TEST(DetailedHealth, TheSourceIsAComponentOnceSomethingIsKnownOfIt) {
  auto waiting = cooling_snapshot("radio");
  waiting->status.state = recovery::State::waiting_for_source;
  waiting->status.source_available = false;
  waiting->status.verdict =
      monitor::Verdict{monitor::Cause::source_missing, {"http://h/radio.mp3 answers 404."}};
  const Stage stage({waiting});
  const auto components = body_of(stage.get("/health/detailed")).at("details").at("components");
  EXPECT_EQ(text(components.at("source").at("status")), "unhealthy");
  EXPECT_NE(text(components.at("source").at("message")).find("404"), std::string::npos);

  const Stage unknown({on_air_snapshot("radio")});
  const auto others = body_of(unknown.get("/health/detailed")).at("details").at("components");
  EXPECT_FALSE(others.as_object().contains("source"));
}

http::DependencyState dependency(const std::string& name, bool up, const std::string& sentence) {
  return {.name = name,
          .up = up,
          .sentence = sentence,
          .took = std::chrono::milliseconds(12),
          .since = recovery::WallTime(std::chrono::seconds(1'700'000'000))};
}

void publish(Stage& stage, std::vector<http::DependencyState> dependencies) {
  stage.snapshots.publish(
      &http::Program::dependencies,
      std::make_shared<const std::vector<http::DependencyState>>(std::move(dependencies)));
}

TEST(DetailedHealth, EachDependencyIsAComponent) {
  Stage stage({on_air_snapshot("radio")});
  publish(stage, {dependency("database", true, "postgres:5432 takes connections.")});
  const auto reply = stage.get("/health/detailed");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(text(body_of(reply).at("status")), "healthy");
  EXPECT_EQ(text(body_of(reply).at("message")), "All components healthy");
  const auto body = body_of(reply);
  const auto& component = body.at("details").at("components").at("database");
  EXPECT_EQ(text(component.at("status")), "healthy");
  EXPECT_EQ(text(component.at("message")), "postgres:5432 takes connections.");
  EXPECT_EQ(component.at("latency_seconds").to_number<double>(), 0.012);
  EXPECT_EQ(text(component.at("since")), "2023-11-14T22:13:20.000Z");
}

TEST(DetailedHealth, ADependencyThatIsDownIsDegradedAndNotUnready) {
  Stage stage({on_air_snapshot("radio")});
  publish(stage, {dependency("database", false, "Connection to postgres:5432 refused."),
                  dependency("website", true, "h:80 answers 200."),
                  dependency("storage", false, "h:81 answers 500.")});
  const auto reply = stage.get("/health/detailed");
  EXPECT_EQ(reply.status, 200);
  const auto body = body_of(reply);
  EXPECT_EQ(text(body.at("status")), "degraded");
  EXPECT_EQ(text(body.at("message")), "Down: database, storage");
  const auto& components = body.at("details").at("components");
  EXPECT_EQ(text(components.at("database").at("status")), "unhealthy");
  EXPECT_EQ(text(components.at("website").at("status")), "healthy");
  EXPECT_EQ(text(components.at("ffmpeg").at("status")), "healthy");
  EXPECT_EQ(stage.get("/health/readiness").status, 200);
}

TEST(DetailedHealth, AStreamOffAirIsWorseThanADependencyDown) {
  Stage stage({cooling_snapshot("radio")});
  publish(stage, {dependency("database", false, "Connection refused.")});
  const auto reply = stage.get("/health/detailed");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(text(body_of(reply).at("status")), "unhealthy");
  EXPECT_EQ(text(body_of(reply).at("message")),
            "The stream is not on air: radio (cooling_down, sink_lost). Down: database");
}

TEST(DetailedHealth, AStreamStoppedOnRequestHasNotCrashed) {
  const Stage stage({snapshot_of("radio")});
  const auto body = body_of(stage.get("/health/detailed"));
  EXPECT_EQ(text(body.at("details").at("components").at("ffmpeg").at("state")), "stopped");
}

}  // namespace
