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
  alerted.reason = "The source has been missing for 120 s, 5 retries";
  EXPECT_EQ(alert_of("radio", alerted, wall).summary,
            "radio is off air: source missing. The source has been missing for 120 s, 5 retries");
}

TEST(Alert, SaysOnceWhatWasTriedAgainAndAgain) {
  Alerted alerted = escalated;
  alerted.actions = {"restart_ffmpeg: FFmpeg ended after 2.3 s.", "wait_for_source: it is silent",
                     "restart_ffmpeg: FFmpeg ended after 2.4 s."};
  EXPECT_EQ(alert_of("radio", alerted, wall).tried,
            (std::vector<std::string>{"Restarted FFmpeg: FFmpeg ended after 2.4 s. (2 times)",
                                      "Waited for the source: it is silent"}));
}

TEST(Alert, HoldsNoInternalWord) {
  Alerted alerted = escalated;
  alerted.actions.clear();
  for (std::size_t i = 0; i < decision_kind_count; ++i) {
    alerted.actions.push_back(std::string(name(static_cast<DecisionKind>(i))) + ": It is so.");
  }
  const std::vector<std::string> tried = alert_of("radio", alerted, wall).tried;
  EXPECT_EQ(tried, (std::vector<std::string>{
                       "Restarted FFmpeg: It is so.", "Waited for the source: It is so.",
                       "Started the fallback: It is so.", "Told people: It is so.", "It is so."}));
}

TEST(Alert, ChangesNoUrlAndNoName) {
  Alerted alerted = escalated;
  for (const char* reason :
       {"http://h/radio.mp3 answers 404.", "cover.jpg is not there.", "studio answers nothing."}) {
    alerted.reason = reason;
    EXPECT_TRUE(alert_of("radio", alerted, wall).summary.ends_with(reason)) << reason;
  }
}

TEST(Alert, ResolvedSaysWhatIsSoNowAndHowLongItWasNot) {
  Alert alert = alert_of(
      "radio",
      {{monitor::Cause::source_ended, {"http://h/radio.mp3 answers 404: the mount is not there."}},
       "http://h/radio.mp3 answers 404: the mount is not there. It has been off air for 30 s."},
      wall);
  alert.delivered = true;
  Alert stopped = alert, covered = alert, unknown = alert;
  resolve(alert, {.on_air = true, .off_air_for = 53600ms}, wall + 2min);
  EXPECT_EQ(alert.summary,
            "radio is on air again after 54 s off air: source ended. http://h/radio.mp3 answers "
            "404: the mount is not there.");
  EXPECT_EQ(alert.ends_at, wall + 2min);
  EXPECT_FALSE(alert.delivered);
  resolve(stopped, {.on_air = false, .off_air_for = 3h + 7min}, wall);
  EXPECT_TRUE(stopped.summary.starts_with("radio is stopped as asked after 3 h 7 min off air: "))
      << stopped.summary;
  for (Alert* each : {&covered, &unknown}) {
    resolve(*each,
            {.on_air = true, .off_air_for = each == &covered ? std::optional(0s) : std::nullopt},
            wall);
    EXPECT_TRUE(each->summary.starts_with("radio is on air again: source ended. "))
        << each->summary;
  }
}

TEST(Alert, OfAMissingFileGivesItsOwnAdvice) {
  Alerted alerted = escalated;
  alerted.verdict = {.cause = monitor::Cause::source_missing,
                     .evidence = {"The file cover.jpg is not there."},
                     .is_local = true};
  EXPECT_TRUE(alert_of("radio", alerted, wall).is_local);
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
