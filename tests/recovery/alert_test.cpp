#include "recovery/alert.hpp"

#include <gtest/gtest.h>

#include "recovery/action.hpp"

namespace recovery {
namespace {

using namespace std::chrono_literals;

constexpr WallTime wall = WallTime{} + 480'000h;
const Alerted escalated{
    {monitor::Cause::sink_lost, {"the server is gone"}, monitor::Confidence::high, "youtube"},
    "3 restarts did not help",
    {"a", "b"}};

TEST(Alert, AnEscalationFiresWithAllThatIsKnown) {
  const Alert alert = alert_of("radio", escalated, wall);
  EXPECT_EQ(alert.id, "radio-1728000000000");
  EXPECT_EQ(alert.stream, "radio");
  EXPECT_EQ(alert.cause, monitor::Cause::sink_lost);
  EXPECT_EQ(alert.output, "youtube");
  EXPECT_EQ(alert.summary, "radio is off air: output youtube: sink lost. 3 restarts did not help");
  EXPECT_EQ(alert.evidence, escalated.verdict.evidence);
  EXPECT_EQ(alert.tried, escalated.actions);
  EXPECT_EQ(alert.starts_at, wall);
  EXPECT_FALSE(alert.ends_at);
  EXPECT_FALSE(alert.delivered);
}

TEST(Alert, SaysTheCauseFirst) {
  Alerted alerted = escalated;
  alerted.verdict = {monitor::Cause::source_missing, {"404"}};
  alerted.reason = "the source has been missing for 120 s, 5 retries";
  EXPECT_EQ(alert_of("radio", alerted, wall).summary,
            "radio is off air: source missing. The source has been missing for 120 s, 5 retries");
}

TEST(Alert, SaysOnceWhatWasTriedAgainAndAgain) {
  Alerted alerted = escalated;
  alerted.actions = {"restart_ffmpeg: FFmpeg ended after 2.3 s.", "wait_for_source: it is silent",
                     "restart_ffmpeg: FFmpeg ended after 2.4 s."};
  EXPECT_EQ(alert_of("radio", alerted, wall).tried,
            (std::vector<std::string>{"restart_ffmpeg: FFmpeg ended after 2.4 s. (2 times)",
                                      "wait_for_source: it is silent"}));
}

TEST(Alert, IsOverWhenItsResolutionIsDelivered) {
  Alert alert = alert_of("radio", escalated, wall);
  EXPECT_FALSE(alert.is_over());
  alert.delivered = true;
  EXPECT_FALSE(alert.is_over()) << "it fires";
  alert.ends_at = wall + 1h;
  alert.delivered = false;
  EXPECT_FALSE(alert.is_over());
  alert.delivered = true;
  EXPECT_TRUE(alert.is_over());
}

TEST(Alert, TheNextEscalationIsAnotherAlert) {
  EXPECT_NE(alert_of("radio", escalated, wall).id, alert_of("radio", escalated, wall + 2h).id);
}

}  // namespace
}  // namespace recovery
