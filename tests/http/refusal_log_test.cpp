#include "http/refusal_log.hpp"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
const http::RefusalLog::Time start = http::RefusalLog::Time{} + 1h;

TEST(RefusalLog, SaysTenInARow) {
  http::RefusalLog log;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(log.note(start), "") << i;
  EXPECT_FALSE(log.note(start));
}

TEST(RefusalLog, ThenOneAMinuteWithTheNumberOfTheOthers) {
  http::RefusalLog log;
  for (int i = 0; i < 13; ++i) log.note(start);
  EXPECT_FALSE(log.note(start + 59s));
  EXPECT_EQ(log.note(start + 61s), " (4 more since the last such line)");
  EXPECT_FALSE(log.note(start + 62s));
}

TEST(RefusalLog, AnAttackOfADayIsAFewThousandLines) {
  http::RefusalLog log;
  int lines = 0;
  for (auto passed = 0ms; passed < 24h; passed += 100ms) lines += log.note(start + passed) ? 1 : 0;
  EXPECT_LE(lines, 24 * 60 + 10);
}

TEST(RefusalLog, AfterAQuietTimeEachIsSaidAgain) {
  http::RefusalLog log;
  for (int i = 0; i < 50; ++i) log.note(start);
  EXPECT_EQ(log.note(start + 1h), " (40 more since the last such line)");
  EXPECT_EQ(log.note(start + 1h), "");
}

}  // namespace
