#include <gtest/gtest.h>

#include "alert_dispatcher_stand.hpp"

namespace supervisor {
namespace {

using Names = std::vector<std::string>;

const std::string ok = AlertReceiver::status("200 OK");
constexpr recovery::WallTime wall = recovery::WallTime{} + 480'000h;

// "firing radio-1728000000000", of each request.
Names heard(const AlertReceiver& receiver) {
  const auto value = [](const std::string& body, const std::string& key) {
    const std::string begin = "\"" + key + "\":\"";
    const std::size_t at = body.find(begin);
    if (at == std::string::npos) return std::string("?");
    const std::size_t from = at + begin.size();
    return body.substr(from, body.find('"', from) - from);
  };
  Names names;
  for (const auto& request : receiver.requests()) {
    names.push_back(value(request.body, "status") + ' ' + value(request.body, "id"));
  }
  return names;
}

Alert fired_before() {
  return recovery::alert_of("radio", escalated(), wall);
}

TEST(StreamAlert, WithoutAnEscalationThereIsNothingToDeliver) {
  const AlertReceiver receiver(ok);
  DispatcherStand stand(hook_to(receiver));
  stand.resolve("radio");
  stand.on("radio", recovery::CameOnAir{});
  stand.stream("radio").adopt({});
  stand.turn(50ms);
  EXPECT_FALSE(stand.stream("radio").unfinished());
  EXPECT_TRUE(stand.told.empty());
  EXPECT_TRUE(receiver.requests().empty());
}

TEST(StreamAlert, GoesFromFiringToResolvedEachDelivered) {
  const AlertReceiver receiver(ok);
  DispatcherStand stand(hook_to(receiver));
  StreamAlert& radio = stand.stream("radio");
  radio.on({escalated()}, wall);
  ASSERT_TRUE(radio.unfinished());
  EXPECT_FALSE(radio.unfinished()->delivered);
  ASSERT_TRUE(stand.until_told(2));
  EXPECT_TRUE(radio.unfinished()->delivered);
  EXPECT_FALSE(radio.unfinished()->ends_at);
  radio.on({recovery::AlertResolved{.on_air = true, .off_air_for = 54s}}, wall + 1h);
  EXPECT_TRUE(radio.unfinished()->summary.starts_with("radio is on air again after 54 s off air"));
  EXPECT_EQ(radio.unfinished()->ends_at, wall + 1h);
  EXPECT_FALSE(radio.unfinished()->delivered);
  ASSERT_TRUE(stand.until_told(3));
  EXPECT_FALSE(radio.unfinished());
  EXPECT_EQ(stand.told, (Names{"radio delivered", "radio all", "radio all"}));
  EXPECT_EQ(heard(receiver), (Names{"firing radio-1728000000000", "resolved radio-1728000000000"}));
}

TEST(StreamAlert, ResolvedBeforeItWasDeliveredBothAreDelivered) {
  const AlertReceiver receiver(ok);
  DispatcherStand stand(hook_to(receiver));
  stand.stream("radio").on({escalated(), recovery::AlertResolved{}}, wall);
  ASSERT_TRUE(stand.until_told(2));
  EXPECT_EQ(stand.told, (Names{"radio delivered", "radio all"}));
  EXPECT_EQ(heard(receiver), (Names{"firing radio-1728000000000", "resolved radio-1728000000000"}));
  EXPECT_FALSE(stand.stream("radio").unfinished());
}

TEST(StreamAlert, TheNextEscalationIsAnotherAlert) {
  const AlertReceiver receiver(ok);
  DispatcherStand stand(hook_to(receiver));
  StreamAlert& radio = stand.stream("radio");
  radio.on({escalated(), recovery::AlertResolved{}}, wall);
  ASSERT_TRUE(stand.until_told(2));
  radio.on({escalated()}, wall + 1ms);
  EXPECT_FALSE(radio.unfinished()->delivered);
  ASSERT_TRUE(stand.until_told(4));
  EXPECT_EQ(heard(receiver).back(), "firing radio-1728000000001");
}

TEST(StreamAlert, WhatAnEarlierLifeDeliveredIsOnlyResolved) {
  const AlertReceiver receiver(ok);
  DispatcherStand stand(hook_to(receiver));
  Alert before = fired_before();
  before.delivered = true;
  stand.stream("radio").adopt(before);
  stand.turn(50ms);
  EXPECT_TRUE(receiver.requests().empty());
  stand.resolve("radio");
  ASSERT_TRUE(stand.until_told(1));
  EXPECT_EQ(stand.told, Names{"radio all"});
  EXPECT_EQ(heard(receiver), Names{"resolved radio-1728000000000"});
}

TEST(StreamAlert, WhatAnEarlierLifeCouldNotDeliverIsDelivered) {
  const AlertReceiver receiver(ok);
  DispatcherStand stand(hook_to(receiver));
  stand.stream("radio").adopt(fired_before());
  Alert ended = recovery::alert_of("video", escalated(), wall);
  ended.ends_at = wall + 1h;
  stand.stream("video").adopt(ended);
  ASSERT_TRUE(stand.until_told(3));
  EXPECT_EQ(heard(receiver), (Names{"firing radio-1728000000000", "resolved video-1728000000000"}));
  EXPECT_FALSE(stand.stream("video").unfinished());
}

TEST(StreamAlert, WhatWasOnItsWayToTheOldReceiversGoesToTheNewOnes) {
  const AlertReceiver hanging("hang"), second(ok);
  DispatcherStand stand(hook_to(hanging));
  stand.stream("radio").on({escalated()}, wall);
  ASSERT_TRUE(stand.until([&] { return hanging.requests().size() == 1; }));
  stand.dispatcher->reconfigure(hook_to(second));
  ASSERT_TRUE(stand.until_told(2));
  EXPECT_EQ(stand.told, (Names{"radio delivered", "radio all"}));
  EXPECT_EQ(heard(second), Names{"firing radio-1728000000000"});
}

TEST(StreamAlert, OneThatIsGoneIsToldNothing) {
  const AlertReceiver receiver(ok);
  DispatcherStand stand(hook_to(receiver));
  stand.escalate("radio");
  stand.streams.clear();
  ASSERT_TRUE(
      stand.until([&] { return stand.count(0, recovery::alerts::Outcome::delivered) == 1; }));
  EXPECT_TRUE(stand.told.empty());
}

}  // namespace
}  // namespace supervisor
