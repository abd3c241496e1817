#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "stage.hpp"

namespace {

boost::json::array anomalies(const Stage& stage) {
  const auto body = boost::json::parse(stage.get("/api/v1/streams/radio").body);
  return body.at("anomalies").as_array();
}

TEST(Anomalies, AStreamLikeItsHistoryHasAnEmptyListAndScoresOfNothing) {
  const Stage stage({on_air_snapshot("radio")});
  EXPECT_TRUE(anomalies(stage).empty());
  const std::string metrics = stage.get("/metrics").body;
  for (const char* kind : {"restarts", "errors", "bitrate"}) {
    const std::string series = "radio_stream_anomaly_score{stream=\"radio\",kind=\"";
    EXPECT_NE(metrics.find(series + kind + "\"} 0\n"), std::string::npos) << kind;
  }
}

TEST(Anomalies, WhatIsToldHasItsKindScoreAndSentence) {
  auto snapshot = on_air_snapshot("radio");
  const auto errors = static_cast<std::size_t>(recovery::AnomalyKind::errors);
  snapshot->anomalies[errors] = monitor::Anomaly{1.5, "Errors in 30 of the last 60 minutes."};
  const Stage stage({snapshot});
  const auto list = anomalies(stage);
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].at("kind").as_string(), "errors");
  EXPECT_EQ(list[0].at("score").to_number<double>(), 1.5);
  EXPECT_EQ(list[0].at("sentence").as_string(), "Errors in 30 of the last 60 minutes.");
  EXPECT_NE(stage.get("/metrics")
                .body.find("radio_stream_anomaly_score{stream=\"radio\",kind=\"errors\"} 1.5\n"),
            std::string::npos);
}

TEST(Anomalies, AnAnomalyAloneLeavesAStreamReadyAndHealthy) {
  auto snapshot = on_air_snapshot("radio");
  const auto before = Stage({snapshot}).get("/health/detailed").status;
  for (auto& anomaly : snapshot->anomalies) anomaly = monitor::Anomaly{9, "Unusual."};
  const Stage stage({snapshot});
  EXPECT_EQ(stage.get("/health/readiness").status, 200);
  EXPECT_EQ(stage.get("/health/detailed").status, before);
}

}  // namespace
