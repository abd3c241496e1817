#include "recovery/alert_queue.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace recovery {
namespace {

using namespace std::chrono_literals;
using monitor::Duration;
using monitor::Instant;

constexpr AlertFailure lost{};  // no answer came: it may have been heard
constexpr AlertFailure absent{.retryable = true, .may_be_delivered = false, .rest = {}};
constexpr AlertFailure rejected{.retryable = false, .may_be_delivered = false, .rest = {}};

Alert alert(const std::string& stream, int number = 1) {
  Alert result;
  result.id = stream + "-" + std::to_string(number);
  result.stream = stream;
  return result;
}

std::string words(const AlertMessage& message) {
  const char* told[] = {"fires", "still fires", "is over"};
  return message.alert.id + " " + told[static_cast<int>(message.kind)];
}

// A receiver in virtual time: it takes each message at the moment it is due.
struct Receiver {
  explicit Receiver(bool forgets = false, std::uint64_t seed = 1) : queue(forgets, seed) {}

  void fire(const Alert& one) { note(queue.fire(one, now)); }
  void resolve(const Alert& one) { note(queue.resolve(one, now)); }
  void note(const AlertQueue::Dropped& some) {
    for (const DroppedAlert& one : some) {
      dropped.push_back(words(one.message) + ": " + std::string(text(one.reason)));
    }
  }

  // Lets all that is due until `span` from now be tried.
  void live(Duration span) {
    const Instant end = now + span;
    for (Instant due = queue.next_deadline(); due <= end; due = queue.next_deadline()) {
      now = std::max(now, due);
      const auto message = queue.take_due(now);
      ASSERT_TRUE(message) << "a deadline with nothing due behind it";
      EXPECT_FALSE(queue.take_due(now)) << "two under way";
      EXPECT_EQ(queue.next_deadline(), monitor::never) << "a deadline while one is under way";
      tried_at.push_back(now);
      if (answer) {
        note(queue.failed(now, *answer));
      } else {
        heard.push_back(words(*message));
        queue.delivered(now);
      }
    }
    now = end;
  }

  AlertQueue queue;
  Instant now{1h};
  std::optional<AlertFailure> answer;  // empty: it takes everything
  std::vector<std::string> heard;
  std::vector<std::string> dropped;
  std::vector<Instant> tried_at;
};

using Words = std::vector<std::string>;

TEST(AlertQueueTest, OneEscalationIsOneAlertHoweverLongItLasts) {
  Receiver receiver;
  receiver.fire(alert("radio"));
  receiver.live(24h * 30);
  EXPECT_EQ(receiver.heard, Words{"radio-1 fires"});
  receiver.resolve(alert("radio"));
  receiver.live(24h * 30);
  EXPECT_EQ(receiver.heard, (Words{"radio-1 fires", "radio-1 is over"}));
  EXPECT_TRUE(receiver.dropped.empty());
}

TEST(AlertQueueTest, TellingTheSameTwiceIsToldOnce) {
  Receiver receiver;
  receiver.fire(alert("radio"));
  receiver.live(1s);
  receiver.fire(alert("radio"));
  receiver.resolve(alert("radio"));
  receiver.live(1s);
  receiver.resolve(alert("radio"));
  receiver.fire(alert("radio"));
  receiver.live(1h);
  EXPECT_EQ(receiver.heard, (Words{"radio-1 fires", "radio-1 is over"}));
}

TEST(AlertQueueTest, ResolvedBeforeItCouldBeToldBothAreToldInOrder) {
  Receiver receiver;
  receiver.answer = absent;
  receiver.fire(alert("radio"));
  receiver.live(10min);
  receiver.resolve(alert("radio"));
  receiver.live(10min);
  EXPECT_TRUE(receiver.heard.empty());
  receiver.answer.reset();
  receiver.live(61s);
  EXPECT_EQ(receiver.heard, (Words{"radio-1 fires", "radio-1 is over"}));
}

TEST(AlertQueueTest, AllOfOneStreamIsToldInOrder) {
  Receiver receiver;
  receiver.answer = absent;
  receiver.fire(alert("radio", 1));
  receiver.live(5min);
  receiver.resolve(alert("radio", 1));
  receiver.fire(alert("radio", 2));
  receiver.live(5min);
  receiver.answer.reset();
  receiver.live(61s);
  EXPECT_EQ(receiver.heard, (Words{"radio-1 fires", "radio-1 is over", "radio-2 fires"}));
}

TEST(AlertQueueTest, StreamsDoNotWaitForEachOther) {
  Receiver receiver;
  receiver.answer = rejected;
  receiver.fire(alert("radio"));
  receiver.live(0s);
  receiver.answer.reset();
  receiver.fire(alert("tv"));
  receiver.live(0s);
  EXPECT_EQ(receiver.heard, Words{"tv-1 fires"});
}

TEST(AlertQueueTest, BackOffGrowsFromASecondToAMinute) {
  Receiver receiver;
  receiver.answer = lost;
  receiver.fire(alert("radio"));
  receiver.live(10min);
  const auto& at = receiver.tried_at;
  ASSERT_GE(at.size(), 12u);
  EXPECT_EQ(at[0], Instant{1h});
  Duration wanted = 1s;
  for (std::size_t i = 1; i < at.size(); ++i) {
    EXPECT_LE(at[i] - at[i - 1], wanted) << "try " << i;
    EXPECT_GE(at[i] - at[i - 1], std::max<Duration>(1s, wanted * 8 / 10)) << "try " << i;
    wanted = std::min<Duration>(wanted * 2, 60s);
  }
}

TEST(AlertQueueTest, JitterIsTheSeeds) {
  const auto tries = [](std::uint64_t seed) {
    Receiver receiver(false, seed);
    receiver.answer = lost;
    receiver.fire(alert("radio"));
    receiver.live(1h);
    return receiver.tried_at;
  };
  EXPECT_EQ(tries(1), tries(1));
  EXPECT_NE(tries(1), tries(2));
}

TEST(AlertQueueTest, WhenTheReceiverIsBackWhatWaitedIsDueAtOnce) {
  Receiver receiver;
  receiver.answer = absent;
  for (const char* stream : {"a", "b", "c"}) receiver.fire(alert(stream));
  receiver.live(1h);
  receiver.answer.reset();
  const std::size_t before = receiver.tried_at.size();
  receiver.live(61s);
  ASSERT_EQ(receiver.heard.size(), 3u);
  EXPECT_EQ(receiver.tried_at.at(before), receiver.tried_at.at(before + 2));
}

TEST(AlertQueueTest, WhatIsRejectedIsTriedThreeTimes) {
  Receiver receiver;
  receiver.answer = rejected;
  receiver.fire(alert("radio"));
  receiver.live(24h);
  EXPECT_EQ(receiver.tried_at.size(), 3u);
  EXPECT_EQ(receiver.dropped, Words{"radio-1 fires: it was rejected three times"});
  EXPECT_TRUE(receiver.queue.idle());
}

TEST(AlertQueueTest, ResolutionOfWhatNobodyHeardOfIsNotTold) {
  Receiver receiver;
  receiver.answer = rejected;
  receiver.fire(alert("radio"));
  receiver.live(1h);
  receiver.answer.reset();
  receiver.resolve(alert("radio"));
  receiver.live(1h);
  EXPECT_TRUE(receiver.heard.empty());
}

TEST(AlertQueueTest, ResolutionOfWhatMayHaveBeenHeardIsTold) {
  Receiver receiver;
  receiver.answer = lost;
  receiver.fire(alert("radio"));
  receiver.live(25h);
  ASSERT_EQ(receiver.dropped, Words{"radio-1 fires: it was tried for 24 hours"});
  receiver.answer.reset();
  receiver.resolve(alert("radio"));
  receiver.live(1s);
  EXPECT_EQ(receiver.heard, Words{"radio-1 is over"});
}

TEST(AlertQueueTest, AWaitingResolutionIsDroppedWithItsFiringThatNobodyHeard) {
  Receiver receiver;
  receiver.answer = absent;
  receiver.fire(alert("radio"));
  receiver.live(1h);
  receiver.resolve(alert("radio"));
  receiver.live(24h);
  EXPECT_EQ(receiver.dropped,
            (Words{"radio-1 fires: it was tried for 24 hours",
                   "radio-1 is over: the receiver never received the alert that this resolves"}));
  EXPECT_TRUE(receiver.queue.idle());
  EXPECT_EQ(receiver.queue.next_deadline(), monitor::never);
}

TEST(AlertQueueTest, MessageIsDroppedAfterADayOfTrying) {
  Receiver receiver;
  receiver.answer = lost;
  receiver.fire(alert("radio"));
  receiver.live(23h + 58min);
  EXPECT_TRUE(receiver.dropped.empty());
  receiver.live(3min);
  EXPECT_EQ(receiver.dropped.size(), 1u);
}

TEST(AlertQueueTest, FullQueueDropsTheOldestAndSaysSo) {
  Receiver receiver;
  for (std::size_t i = 0; i < AlertQueue::limit; ++i) {
    receiver.fire(alert("s" + std::to_string(i)));
  }
  EXPECT_TRUE(receiver.dropped.empty());
  receiver.fire(alert("last"));
  EXPECT_EQ(receiver.dropped, Words{"s0-1 fires: too many messages wait for this receiver"});
  receiver.live(1s);
  EXPECT_EQ(receiver.heard.size(), AlertQueue::limit);
  EXPECT_EQ(receiver.heard.front(), "s1-1 fires");
}

TEST(AlertQueueTest, FullQueueLeavesAloneWhatIsUnderWay) {
  AlertQueue queue(false, 1);
  const Instant now{1h};
  ASSERT_TRUE(queue.fire(alert("first"), now).empty());
  ASSERT_TRUE(queue.take_due(now));
  for (std::size_t i = 1; i < AlertQueue::limit; ++i) {
    ASSERT_TRUE(queue.fire(alert("s" + std::to_string(i)), now).empty());
  }
  const auto dropped = queue.fire(alert("last"), now);
  ASSERT_EQ(dropped.size(), 1u);
  EXPECT_EQ(dropped[0].message.alert.stream, "s1");
}

TEST(AlertQueueTest, ReceiverThatAsksForRestIsLeftAlone) {
  Receiver receiver;
  receiver.answer = AlertFailure{.retryable = true, .may_be_delivered = false, .rest = 30s};
  receiver.fire(alert("a"));
  receiver.fire(alert("b"));
  receiver.live(0s);
  EXPECT_EQ(receiver.tried_at.size(), 1u);
  receiver.answer.reset();
  receiver.live(29s);
  EXPECT_TRUE(receiver.heard.empty());
  receiver.live(1s);
  EXPECT_EQ(receiver.heard.size(), 2u);
}

TEST(AlertQueueTest, ReceiverThatAsksForAnAgeIsTriedAfterFiveMinutes) {
  Receiver receiver;
  receiver.answer = AlertFailure{.retryable = true, .may_be_delivered = false, .rest = 24h};
  receiver.fire(alert("a"));
  receiver.live(0s);
  receiver.answer.reset();
  receiver.live(5min);
  EXPECT_EQ(receiver.heard.size(), 1u);
}

TEST(AlertQueueTest, ReceiverThatForgetsIsRemindedEveryMinuteUntilItIsOver) {
  Receiver receiver(true);
  receiver.fire(alert("radio"));
  receiver.live(3min + 30s);
  EXPECT_EQ(receiver.heard, (Words{"radio-1 fires", "radio-1 still fires", "radio-1 still fires",
                                   "radio-1 still fires"}));
  EXPECT_TRUE(receiver.queue.idle()) << "reminders do not count";
  receiver.heard.clear();
  receiver.resolve(alert("radio"));
  receiver.live(1h);
  EXPECT_EQ(receiver.heard, Words{"radio-1 is over"});
  EXPECT_EQ(receiver.queue.next_deadline(), monitor::never);
}

TEST(AlertQueueTest, NoReminderBesideAnUndeliveredMessage) {
  Receiver receiver(true);
  receiver.answer = lost;
  receiver.fire(alert("radio"));
  receiver.live(10min);
  receiver.answer.reset();
  receiver.resolve(alert("radio"));
  receiver.live(10min);
  EXPECT_EQ(receiver.heard, (Words{"radio-1 fires", "radio-1 is over"}));
}

TEST(AlertQueueTest, RemindersGoOnThroughFailures) {
  Receiver receiver(true);
  receiver.fire(alert("radio"));
  receiver.live(30s);
  receiver.answer = absent;
  receiver.live(48h);
  EXPECT_TRUE(receiver.dropped.empty());
  receiver.answer.reset();
  receiver.live(61s);
  EXPECT_GE(receiver.heard.size(), 2u);
  EXPECT_EQ(receiver.heard.back(), "radio-1 still fires");
}

TEST(AlertQueueTest, WhatForgetsAndWasAwayForDaysIsToldWhenItIsBack) {
  Receiver receiver(true);
  receiver.answer = absent;
  receiver.fire(alert("radio"));
  receiver.live(72h);
  EXPECT_TRUE(receiver.dropped.empty());
  receiver.answer.reset();
  receiver.live(61s);
  receiver.resolve(alert("radio"));
  receiver.live(1s);
  EXPECT_EQ(receiver.heard.front(), "radio-1 still fires");
  EXPECT_EQ(receiver.heard.back(), "radio-1 is over");
}

TEST(AlertQueueTest, WhatIsRejectedIsNotRemindedOf) {
  Receiver receiver(true);
  receiver.answer = rejected;
  receiver.fire(alert("radio"));
  receiver.live(24h);
  EXPECT_EQ(receiver.tried_at.size(), 3u);
  EXPECT_EQ(receiver.dropped.size(), 1u);
}

TEST(AlertQueueTest, ReminderThatIsOvertakenByItsResolutionIsNotTriedAgain) {
  AlertQueue queue(true, 1);
  Instant now{1h};
  ASSERT_TRUE(queue.fire(alert("radio"), now).empty());
  ASSERT_TRUE(queue.take_due(now));
  queue.delivered(now);
  now += 1min;
  ASSERT_EQ(queue.take_due(now)->kind, NotificationKind::reminder);
  ASSERT_TRUE(queue.resolve(alert("radio"), now).empty());
  ASSERT_TRUE(queue.failed(now, absent).empty());
  const auto next = queue.take_due(now);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->kind, NotificationKind::resolution);
  queue.delivered(now);
  EXPECT_EQ(queue.next_deadline(), monitor::never);
}

TEST(AlertQueueTest, AdoptedAlertIsToldAgainOnlyToWhatForgets) {
  Receiver webhook(false);
  webhook.queue.adopt(alert("radio"), webhook.now);
  webhook.fire(alert("radio"));
  webhook.live(1h);
  EXPECT_TRUE(webhook.heard.empty());
  webhook.resolve(alert("radio"));
  webhook.live(1h);
  EXPECT_EQ(webhook.heard, Words{"radio-1 is over"});

  Receiver alertmanager(true);
  alertmanager.queue.adopt(alert("radio"), alertmanager.now);
  alertmanager.live(0s);
  EXPECT_EQ(alertmanager.heard, Words{"radio-1 still fires"});
  alertmanager.resolve(alert("radio"));
  alertmanager.live(1h);
  EXPECT_EQ(alertmanager.heard, (Words{"radio-1 still fires", "radio-1 is over"}));
}

TEST(AlertQueueTest, MemoryIsBoundedWhateverFires) {
  Receiver receiver(true);
  receiver.answer = absent;
  for (int i = 0; i < 1000; ++i) receiver.fire(alert("s" + std::to_string(i)));
  receiver.answer.reset();
  receiver.live(59s);
  EXPECT_EQ(receiver.heard.size(), std::size_t{AlertQueue::reminder_limit});
  EXPECT_EQ(receiver.heard.front(), "s936-1 fires");
}

TEST(AlertQueueTest, NothingUnderWayMakesOutcomesMeaningless) {
  AlertQueue queue(false, 1);
  queue.delivered(Instant{1h});
  EXPECT_TRUE(queue.failed(Instant{1h}, lost).empty());
  EXPECT_EQ(queue.next_deadline(), monitor::never);
}

}  // namespace
}  // namespace recovery
