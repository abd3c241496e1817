#include "monitor/ffmpeg/log_gate.hpp"

#include <string>

#include <gtest/gtest.h>

namespace monitor {
namespace {

using namespace std::chrono_literals;

const Instant start = Instant{} + 100h;

LogLine info(std::string_view text) {
  return {LogLevel::info, "flv", text};
}
LogLine error(std::string_view text) {
  return {LogLevel::error, "flv", text};
}

// A line unlike every other: digits alone would be folded.
std::string different(int i) {
  std::string text = "line ";
  for (; i > 0; i /= 10) text += static_cast<char>('a' + i % 10);
  return text;
}

int passed_of(LogGate& gate, int count, LogLevel level, Instant now) {
  int passed = 0;
  for (int i = 0; i < count; ++i) {
    const std::string text = different(i + 1);
    passed += gate.on_line({level, "x", text}, now).pass ? 1 : 0;
  }
  return passed;
}

TEST(LogGate, ALineThatIsNewPasses) {
  LogGate gate;
  EXPECT_TRUE(gate.on_line(info("one"), start).pass);
  EXPECT_TRUE(gate.on_line(info("two"), start).pass);
  EXPECT_EQ(gate.suppressed_total(), 0U);
}

TEST(LogGate, RepeatsAreFoldedAndToldByTheNextLine) {
  LogGate gate;
  EXPECT_TRUE(gate.on_line(error("Header missing"), start).pass);
  for (int i = 0; i < 7; ++i) EXPECT_FALSE(gate.on_line(error("Header missing"), start).pass);
  const auto next = gate.on_line(error("Something else"), start);
  EXPECT_TRUE(next.pass);
  EXPECT_EQ(next.repeated, 7U);
  EXPECT_EQ(next.suppressed, 0U);
  EXPECT_EQ(gate.on_line(info("third"), start).repeated, 0U);
  EXPECT_EQ(gate.suppressed_total(), 7U);
}

TEST(LogGate, NumbersAndAddressesDoNotMakeALineNew) {
  LogGate gate;
  gate.on_line(error("error while decoding MB 10 6, at 0x55d0c0ffee"), start);
  EXPECT_FALSE(gate.on_line(error("error while decoding MB 7 128, at 0x1"), start).pass);
  EXPECT_TRUE(gate.on_line(error("error while decoding MB 7, at 0x1"), start).pass);
}

TEST(LogGate, LevelComponentAndTextAllMakeALineNew) {
  LogGate gate;
  gate.on_line({LogLevel::error, "flv", "text"}, start);
  EXPECT_TRUE(gate.on_line({LogLevel::fatal, "flv", "text"}, start).pass);
  EXPECT_TRUE(gate.on_line({LogLevel::fatal, "mp4", "text"}, start).pass);
  EXPECT_TRUE(gate.on_line({LogLevel::fatal, "mp", "4text"}, start).pass);
  EXPECT_TRUE(gate.on_line({LogLevel::fatal, "mp4", "other"}, start).pass);
}

TEST(LogGate, AFoldIsToldAfterFiveSeconds) {
  LogGate gate;
  gate.on_line(error("again"), start);
  EXPECT_EQ(gate.deadline(), never);
  gate.on_line(error("again"), start + 1s);
  gate.on_line(error("again"), start + 2s);
  EXPECT_EQ(gate.deadline(), start + 6s);
  EXPECT_EQ(gate.flush(start + 5s).repeated, 0U);
  EXPECT_EQ(gate.flush(start + 6s).repeated, 2U);
  EXPECT_EQ(gate.deadline(), never);
  EXPECT_FALSE(gate.on_line(error("again"), start + 7s).pass) << "the folding goes on";
  EXPECT_EQ(gate.deadline(), start + 12s);
}

TEST(LogGate, WhatIsUntoldAtTheEndOfALifeIsTold) {
  LogGate gate;
  gate.on_line(error("again"), start);
  gate.on_line(error("again"), start);
  EXPECT_EQ(gate.flush(never).repeated, 1U);
  EXPECT_EQ(gate.flush(never).repeated, 0U);
}

TEST(LogGate, AFloodIsCutToTheBurst) {
  LogGate gate;
  EXPECT_EQ(passed_of(gate, 5000, LogLevel::info, start), static_cast<int>(LogGate::burst));
  EXPECT_EQ(gate.suppressed_total(), 5000 - static_cast<unsigned>(LogGate::burst));
}

TEST(LogGate, ALongFloodPassesAtTheSustainedRate) {
  LogGate gate;
  int passed = 0;
  for (int second = 0; second < 60; ++second) {
    for (int tenth = 0; tenth < 10; ++tenth) {
      passed += passed_of(gate, 100, LogLevel::info, start + second * 1s + tenth * 100ms);
    }
  }
  EXPECT_NEAR(passed, LogGate::burst + 60 * LogGate::lines_per_second, LogGate::lines_per_second);
}

TEST(LogGate, AFloodOfChatterDoesNotHideAnError) {
  LogGate gate;
  passed_of(gate, 5000, LogLevel::info, start);
  EXPECT_TRUE(gate.on_line(error("Broken pipe"), start).pass);
}

TEST(LogGate, TheNextLineThatPassesTellsHowManyWereCut) {
  LogGate gate;
  passed_of(gate, 250, LogLevel::info, start);
  EXPECT_EQ(gate.on_line(error("Broken pipe"), start).suppressed, 50U);
  EXPECT_EQ(gate.on_line(error("Conversion failed"), start).suppressed, 0U);
}

TEST(LogGate, ACutIsToldAfterFiveSecondsOfSilence) {
  LogGate gate;
  passed_of(gate, 250, LogLevel::info, start);
  EXPECT_EQ(gate.deadline(), start + 5s);
  EXPECT_EQ(gate.flush(gate.deadline()).suppressed, 50U);
}

TEST(LogGate, ALineIsNoRepeatOfOneThatPassedBeforeAFlood) {
  LogGate gate;
  gate.on_line(info("first"), start);
  passed_of(gate, 5000, LogLevel::info, start);
  EXPECT_TRUE(gate.on_line(info("first"), start + 1s).pass);
}

TEST(LogGate, CountsEveryLineByLevelWhetherItPassesOrNot) {
  LogGate gate;
  passed_of(gate, 500, LogLevel::info, start);
  for (int i = 0; i < 3; ++i) gate.on_line(error("again"), start);
  EXPECT_EQ(gate.lines()[static_cast<std::size_t>(LogLevel::info)], 500U);
  EXPECT_EQ(gate.lines()[static_cast<std::size_t>(LogLevel::error)], 3U);
  EXPECT_EQ(gate.lines()[static_cast<std::size_t>(LogLevel::panic)], 0U);
}

}  // namespace
}  // namespace monitor
