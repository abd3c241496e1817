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
  EXPECT_EQ(alert.summary, "radio is off air: 3 restarts did not help");
  EXPECT_EQ(alert.evidence, escalated.verdict.evidence);
  EXPECT_EQ(alert.tried, escalated.actions);
  EXPECT_EQ(alert.starts_at, wall);
  EXPECT_FALSE(alert.ends_at);
  EXPECT_FALSE(alert.delivered);
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
