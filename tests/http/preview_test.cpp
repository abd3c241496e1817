#include "http/preview.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "stage.hpp"

namespace {

using namespace std::chrono_literals;

std::shared_ptr<http::StreamSnapshot> shown_snapshot(monitor::Duration age = 5s) {
  auto snapshot = on_air_snapshot("radio");
  snapshot->preview.picture_every = 10s;
  snapshot->preview.measures_level = true;
  snapshot->preview.picture =
      http::Picture{std::make_shared<const std::string>("\xff\xd8 a picture"),
                    std::chrono::system_clock::now() -
                        std::chrono::duration_cast<recovery::WallTime::duration>(age)};
  snapshot->preview.level =
      http::Level{{-20.04, -17.4}, std::chrono::steady_clock::now() - age / 5};
  return snapshot;
}

boost::json::value stream_of(const Stage& stage) {
  return boost::json::parse(stage.get("/api/v1/streams/radio").body);
}

TEST(Preview, ThePictureIsServedAsItIs) {
  const Stage stage({shown_snapshot()});
  const auto reply = stage.get("/api/v1/streams/radio/picture");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "\xff\xd8 a picture");
  EXPECT_EQ(reply.headers.at("content-type"), "image/jpeg");
  EXPECT_EQ(reply.headers.at("cache-control"), "no-store");
  EXPECT_EQ(reply.headers.at("x-content-type-options"), "nosniff");
  EXPECT_TRUE(reply.headers.at("last-modified").ends_with(" GMT"));
}

TEST(Preview, TheStreamTellsOfBoth) {
  const auto stream = stream_of(Stage({shown_snapshot()}));
  EXPECT_EQ(stream.at("picture").at("interval_seconds").to_number<double>(), 10);
  EXPECT_TRUE(stream.at("picture").at("taken_at").is_string());
  EXPECT_EQ(stream.at("level").at("rms_dbfs").to_number<double>(), -20);
  EXPECT_EQ(stream.at("level").at("peak_dbfs").to_number<double>(), -17.4);
}

TEST(Preview, WhatIsOldIsNotShown) {
  const Stage stage({shown_snapshot(60s)});
  const auto reply = stage.get("/api/v1/streams/radio/picture");
  EXPECT_EQ(reply.status, 404);
  EXPECT_NE(reply.body.find("too old"), std::string::npos) << reply.body;
  EXPECT_TRUE(stream_of(stage).at("picture").is_null());
  EXPECT_TRUE(stream_of(stage).at("level").is_null());
}

TEST(Preview, NothingIsShownWhileNothingGoesOut) {
  auto snapshot = shown_snapshot();
  snapshot->status.state = recovery::State::cooling_down;
  const Stage stage({snapshot});
  EXPECT_NE(stage.get("/api/v1/streams/radio/picture").body.find("nothing of this stream goes out"),
            std::string::npos);
  EXPECT_TRUE(stream_of(stage).at("picture").is_null());
  EXPECT_TRUE(stream_of(stage).at("level").is_null());
}

TEST(Preview, UnderCoverThePictureIsThatOfTheCoverAndTheSoundIsNotMeasured) {
  auto snapshot = shown_snapshot();
  snapshot->status.covered_since = std::chrono::steady_clock::now();
  const Stage stage({snapshot});
  EXPECT_EQ(stage.get("/api/v1/streams/radio/picture").status, 200);
  EXPECT_TRUE(stream_of(stage).at("level").is_null());
}

TEST(Preview, WhyThereIsNoPictureIsSaid) {
  auto waiting = shown_snapshot();
  waiting->preview.picture.reset();
  auto plain = on_air_snapshot("plain");
  const Stage stage({waiting, plain});
  const auto message = [&](const char* path) {
    const auto reply = stage.get(path);
    EXPECT_EQ(reply.status, 404) << path;
    return reply.body;
  };
  EXPECT_NE(message("/api/v1/streams/radio/picture").find("no picture of this stream yet"),
            std::string::npos);
  EXPECT_NE(message("/api/v1/streams/plain/picture").find("set monitor.preview.picture"),
            std::string::npos);
  EXPECT_NE(message("/api/v1/streams/none/picture").find("no stream has the name"),
            std::string::npos);
}

TEST(Preview, TheLevelIsAMetricWhereItIsMeasured) {
  const Stage stage({shown_snapshot(), on_air_snapshot("plain")});
  const std::string metrics = stage.get("/metrics").body;
  EXPECT_NE(metrics.find("radio_audio_level_dbfs{stream=\"radio\"} -20.04"), std::string::npos);
  EXPECT_EQ(metrics.find("radio_audio_level_dbfs{stream=\"plain\"}"), std::string::npos);
}

}  // namespace
