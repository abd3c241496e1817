#include "recovery/alert_state.hpp"

#include <gtest/gtest.h>

namespace recovery {
namespace {

using namespace std::chrono_literals;
using Delivery = AlertState::Delivery;

constexpr WallTime wall = WallTime{} + 480'000h;
const Escalated escalated{
    {monitor::Cause::sink_lost, {"the server is gone"}}, "3 restarts did not help", 3, {"a", "b"}};

TEST(AlertState, WithoutAnEscalationThereIsNothingToDeliver) {
  AlertState state("radio");
  EXPECT_EQ(state.undelivered(), Delivery::nothing);
  EXPECT_TRUE(state.is_over());
  EXPECT_FALSE(state.on_all_delivered());
  EXPECT_EQ(state.on(EscalationResolved{}, wall), Delivery::nothing);
}

TEST(AlertState, AnEscalationFiresWithAllThatIsKnown) {
  AlertState state("radio");
  EXPECT_EQ(state.on(escalated, wall), Delivery::firing);
  const Alert& alert = *state.alert();
  EXPECT_EQ(alert.id, "radio-1728000000000");
  EXPECT_EQ(alert.stream, "radio");
  EXPECT_EQ(alert.cause, monitor::Cause::sink_lost);
  EXPECT_EQ(alert.summary, "radio is off air: 3 restarts did not help");
  EXPECT_EQ(alert.evidence, escalated.verdict.evidence);
  EXPECT_EQ(alert.tried, escalated.actions);
  EXPECT_EQ(alert.starts_at, wall);
  EXPECT_FALSE(alert.ends_at);
}

TEST(AlertState, GoesFromFiringToResolvedEachDelivered) {
  AlertState state("radio");
  state.on(escalated, wall);
  EXPECT_EQ(state.undelivered(), Delivery::firing);
  EXPECT_TRUE(state.on_all_delivered());
  EXPECT_FALSE(state.on_all_delivered()) << "no news";
  EXPECT_EQ(state.undelivered(), Delivery::reminder);
  EXPECT_FALSE(state.is_over());
  EXPECT_EQ(state.on(EscalationResolved{}, wall + 1h), Delivery::resolution);
  EXPECT_EQ(state.alert()->ends_at, wall + 1h);
  EXPECT_EQ(state.undelivered(), Delivery::resolution);
  EXPECT_FALSE(state.is_over());
  EXPECT_TRUE(state.on_all_delivered());
  EXPECT_TRUE(state.is_over());
  EXPECT_EQ(state.undelivered(), Delivery::nothing);
}

TEST(AlertState, ResolvedBeforeItWasDeliveredItIsStillToBeResolved) {
  AlertState state("radio");
  state.on(escalated, wall);
  state.on(EscalationResolved{}, wall + 1s);
  EXPECT_EQ(state.undelivered(), Delivery::resolution);
}

TEST(AlertState, TheNextEscalationIsAnotherAlert) {
  AlertState state("radio");
  state.on(escalated, wall);
  state.on_all_delivered();
  state.on(EscalationResolved{}, wall + 1h);
  state.on_all_delivered();
  EXPECT_EQ(state.on(escalated, wall + 2h), Delivery::firing);
  EXPECT_EQ(state.undelivered(), Delivery::firing);
  EXPECT_NE(state.alert()->id, id_of("radio", wall));
}

TEST(AlertState, AnEarlierLifesAlertGoesOn) {
  AlertState before("radio");
  before.on(escalated, wall);
  before.on_all_delivered();
  AlertState state("radio");
  state.adopt(before.alert());
  EXPECT_EQ(state.undelivered(), Delivery::reminder);
  EXPECT_EQ(state.on(EscalationResolved{}, wall + 1h), Delivery::resolution);
  EXPECT_EQ(state.alert()->id, before.alert()->id);
}

TEST(AlertState, OtherNoticesSayNothingOfIt) {
  AlertState state("radio");
  state.on(escalated, wall);
  EXPECT_EQ(state.on(CameOnAir{}, wall), Delivery::nothing);
}

}  // namespace
}  // namespace recovery
