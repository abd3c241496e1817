#include <future>

#include <gtest/gtest.h>

#include "alert_dispatcher_stand.hpp"

namespace supervisor {
namespace {

using Names = std::vector<std::string>;
using recovery::alerts::Outcome;

const std::string ok = AlertReceiver::status("200 OK");

TEST(AlertDispatcher, WithoutReceiversNothingHappensAndNothingIsCounted) {
  DispatcherStand stand(Settings{});
  stand.escalate("radio");
  bool done = false;
  stand.dispatcher->drain(10s, [&] { done = true; });
  EXPECT_TRUE(done);
  EXPECT_FALSE(stand.snapshots.read().program.alerts);
}

TEST(AlertDispatcher, ADeliveryIsToldToTheStreamCountedAndLogged) {
  const AlertReceiver receiver(ok);
  DispatcherStand stand(hook_to(receiver));
  stand.escalate("radio");
  EXPECT_TRUE(stand.told.empty()) << "never from within the stream's own step";
  ASSERT_TRUE(stand.until_told(2));
  EXPECT_EQ(stand.told, (Names{"radio delivered", "radio all"}));
  EXPECT_EQ(stand.count(0, Outcome::delivered), 1U);
  const std::string log = stand.logged();
  EXPECT_NE(log.find(R"("event":"alert_sent","stream":"radio")"), std::string::npos) << log;
  EXPECT_NE(log.find(R"("receiver":"generic")"), std::string::npos) << log;
}

TEST(AlertDispatcher, ThatNothingIsLeftIsToldOnceForAlertsOfOneTurn) {
  const AlertReceiver receiver(ok);
  DispatcherStand stand(hook_to(receiver));
  stand.escalate("radio");
  stand.escalate("video");
  ASSERT_TRUE(stand.until_told(4));
  EXPECT_EQ(stand.told, (Names{"radio delivered", "video delivered", "radio all", "video all"}));
}

TEST(AlertDispatcher, AReceiverThatRefusesIsLoggedAndTheAlertGivenUp) {
  const AlertReceiver receiver(AlertReceiver::status("404 Not Found"));
  DispatcherStand stand(hook_to(receiver));
  stand.escalate("radio");
  ASSERT_TRUE(stand.until_told(1));
  EXPECT_EQ(stand.told[0], "radio given up");
  EXPECT_EQ(stand.count(0, Outcome::failed), 2U);
  EXPECT_EQ(stand.count(0, Outcome::dropped), 1U);
  EXPECT_NE(stand.logged().find("alert_failed"), std::string::npos);
}

TEST(AlertDispatcher, OtherReceiversGetWhatIsFiredThenAndTheCountsOfTheOldGo) {
  const AlertReceiver first(ok), second(ok);
  DispatcherStand stand(hook_to(first));
  stand.escalate("radio");
  ASSERT_TRUE(stand.until_told(2));
  Settings next = hook_to(second);
  next.webhooks[0].body = Template::slack;
  stand.dispatcher->reconfigure(next);
  EXPECT_EQ(stand.snapshots.read().program.alerts->at(0).receiver, "slack");
  EXPECT_EQ(stand.count(0, Outcome::delivered), 0U);
  stand.escalate("video");
  ASSERT_TRUE(stand.until_told(4));
  EXPECT_EQ(first.requests().size(), 1U);
  EXPECT_EQ(second.requests().size(), 1U);
}

TEST(AlertDispatcher, SettingsThatCannotBeUsedChangeNothing) {
  const AlertReceiver receiver(ok);
  DispatcherStand stand(hook_to(receiver));
  Settings broken = hook_to(receiver);
  broken.webhooks[0].url = "ftp://h";
  EXPECT_THROW(stand.dispatcher->reconfigure(broken), std::runtime_error);
  stand.escalate("radio");
  EXPECT_TRUE(stand.until_told(2));
}

// The receivers of before are destroyed while the I/O thread is at work for them. Their deliveries
// used to live there, and their last reference could die on the loop meanwhile.
TEST(AlertDispatcher, IsReconfiguredAndDestroyedAtAnyMomentOfADelivery) {
  const AlertReceiver receiver(ok);
  for (int i = 0; i < 100; ++i) {
    DispatcherStand stand(hook_to(receiver));
    for (int change = 0; change < 3; ++change) {
      stand.escalate("radio");
      stand.turn(std::chrono::milliseconds(i % 4));
      stand.dispatcher->reconfigure(hook_to(receiver));
    }
    stand.escalate("video");
    if (i % 2 == 0) {
      stand.streams.clear();
      stand.dispatcher.reset();
    }
  }
}

TEST(AlertDispatcher, TheLastWordWaitsForADeliveryThatIsUnderWay) {
  std::promise<void> asked_to_drain;
  const AlertReceiver receiver([&](const AlertReceiver::Request&) {
    asked_to_drain.get_future().wait();
    return ok;
  });
  DispatcherStand stand(hook_to(receiver));
  stand.escalate("radio");
  bool done = false;
  stand.dispatcher->drain(20s, [&] { done = true; });
  EXPECT_FALSE(done);
  asked_to_drain.set_value();
  ASSERT_TRUE(stand.until([&] { return done; }));
  EXPECT_EQ(stand.count(0, Outcome::delivered), 1U) << "counted and logged before the end";
}

TEST(AlertDispatcher, TheLastWordWaitsForAReceiverThatHangsNoLongerThanItsLimit) {
  const AlertReceiver hanging("hang");
  DispatcherStand stand(hook_to(hanging));
  stand.escalate("radio");
  bool done = false;
  const auto begun = std::chrono::steady_clock::now();
  stand.dispatcher->drain(100ms, [&] { done = true; });
  ASSERT_TRUE(stand.until([&] { return done; }));
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 100ms);
}

TEST(AlertDispatcher, TheCommandRunsAndItsOutputIsLogged) {
  Settings settings;
  settings.command = {"sh", "-c", "cat >/dev/null; echo told the studio"};
  DispatcherStand stand(settings);
  stand.escalate("radio");
  ASSERT_TRUE(stand.until_told(2));
  EXPECT_EQ(stand.told[0], "radio delivered");
  EXPECT_NE(stand.logged().find("told the studio"), std::string::npos);
}

}  // namespace
}  // namespace supervisor
