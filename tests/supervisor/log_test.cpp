#include "supervisor/log/log.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <limits>
#include <regex>
#include <string>
#include <thread>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <pty.h>

#include "log_stand.hpp"

namespace supervisor {
namespace {

using namespace log_stand;
using Words = std::vector<std::string>;

TEST(Log, AJsonLineHasItsFieldsInTheContractsOrder) {
  Bench bench;
  bench.log.write(LogLevel::warning, "on_air", "radio", "It \"works\"\n",
                  {{"text", std::string_view("a\\b")},
                   {"count", std::int64_t{-3}},
                   {"ratio", 0.5},
                   {"good", true}});
  const Lines lines = bench.lines();
  ASSERT_EQ(lines.size(), 1U);
  const std::regex shape(
      R"re(\{"ts":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z","level":"warning","event":"on_air",)re"
      R"re("stream":"radio","msg":"It \\"works\\"\\n","text":"a\\\\b","count":-3,"ratio":0\.5,)re"
      R"re("good":true\})re");
  EXPECT_TRUE(std::regex_match(lines[0], shape)) << lines[0];
  EXPECT_EQ(json::parse(lines[0]).as_object().size(), 9U);
}

TEST(Log, TheStreamIsLeftOutWhereThereIsNone) {
  Bench bench;
  bench.log.write(LogLevel::info, "config_loaded", {}, "ok");
  EXPECT_FALSE(bench.only().contains("stream"));
}

TEST(Log, LevelsBelowTheSettingAreNotWritten) {
  Bench bench({LogFormat::json, LogLevel::warning});
  const std::array levels{LogLevel::trace, LogLevel::debug, LogLevel::info, LogLevel::warning,
                          LogLevel::error};
  for (const LogLevel level : levels) bench.log.write(level, "ffmpeg_log", "radio", "x");
  const Lines lines = bench.lines();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(string_of(json::parse(lines[0]).as_object(), "level"), "warning");
  EXPECT_EQ(string_of(json::parse(lines[1]).as_object(), "level"), "error");
  EXPECT_FALSE(bench.log.enabled(LogLevel::info));
  EXPECT_TRUE(bench.log.enabled(LogLevel::error));
}

TEST(Log, TraceIsWrittenWhereItIsAskedFor) {
  Bench bench({LogFormat::json, LogLevel::trace});
  bench.log.write(LogLevel::trace, "ffmpeg_log", "radio", "x");
  bench.log.write(LogLevel::debug, "ffmpeg_log", "radio", "x");
  const Lines lines = bench.lines();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(string_of(json::parse(lines[0]).as_object(), "level"), "trace");
  EXPECT_EQ(string_of(json::parse(lines[1]).as_object(), "level"), "debug");
}

TEST(Log, ATextLineReadsLikeASentence) {
  Bench bench(as_text);
  bench.log.write(LogLevel::info, "on_air", "radio", "On air again",
                  {{"off_air_seconds", 2.5},
                   {"why", std::string_view("a b \"c\"")},
                   {"empty", std::string_view()},
                   {"pid", std::int64_t{7}}});
  const std::string line = bench.only_text();
  const std::regex shape(
      R"re(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} INFO  radio on_air  On air again )re"
      R"re(off_air_seconds=2\.5 why="a b \\"c\\"" pid=7)re");
  EXPECT_TRUE(std::regex_match(line, shape)) << line;
}

TEST(Log, ATextLineSaysNothingTwiceAndNoMoreDigitsThanPeopleRead) {
  Bench bench(as_text);
  bench.log.write(
      LogLevel::error, "ffmpeg_log", "radio", "Connection refused",
      {{"ffmpeg_level", std::string_view("error")}, {"ffmpeg_component", std::string_view()}});
  EXPECT_TRUE(bench.only_text().ends_with("radio ffmpeg_log  Connection refused"));
  bench.log.write(LogLevel::info, "ffmpeg_exited", "radio", "FFmpeg ended: exit code 1",
                  {{"generation", std::int64_t{3}}, {"exit_code", std::int64_t{1}}});
  EXPECT_TRUE(bench.only_text().ends_with("FFmpeg ended: exit code 1 generation=3"));
  bench.log.write(LogLevel::info, "on_air", "radio", "On air again",
                  {{"off_air_seconds", 59.861369622}});
  EXPECT_TRUE(bench.only_text().ends_with("On air again off_air_seconds=59.861"));
}

TEST(Log, JsonHasEveryFieldAsItIs) {
  Bench bench;
  bench.log.write(LogLevel::info, "recovery_decision", "radio", "Next attempt in 60 s",
                  {{"delay_seconds", 59.861369622}, {"none", std::string_view()}});
  const json::object line = bench.only();
  EXPECT_EQ(line.at("delay_seconds").to_number<double>(), 59.861369622);
  EXPECT_EQ(string_of(line, "none"), "");
}

TEST(Log, WhatIsNoUtf8BecomesTheReplacementCharacter) {
  Bench bench;
  for (const std::string& bytes : {std::string("a\xff"
                                               "b"),
                                   std::string("a\xc3"
                                               "b"),
                                   std::string("a\xc0\x80"
                                               "b"),
                                   std::string("a\xed\xa0\x80"
                                               "b"),
                                   std::string("a\xf5\x80\x80\x80"
                                               "b"),
                                   std::string("a\xe2\x82")}) {
    bench.log.write(LogLevel::info, "ffmpeg_log", "radio", bytes, {{"f", std::string_view(bytes)}});
    const json::object line = bench.only();
    const std::string msg = string_of(line, "msg");
    EXPECT_TRUE(msg.starts_with("a\xEF\xBF\xBD")) << msg;
    EXPECT_EQ(string_of(line, "f"), msg);
  }
  bench.log.write(LogLevel::info, "ffmpeg_log", "radio",
                  "Gr\xc3\xbc\xc3\x9f"
                  "e \xf0\x9f\x93\xbb");
  EXPECT_EQ(string_of(bench.only(), "msg"),
            "Gr\xc3\xbc\xc3\x9f"
            "e \xf0\x9f\x93\xbb");
}

TEST(Log, EveryByteMakesAValidLine) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  Bench bench;
  bench.log.write(LogLevel::info, "ffmpeg_log", "radio", bytes);
  const std::string msg = string_of(bench.only(), "msg");
  EXPECT_EQ(msg.substr(0, 128), bytes.substr(0, 128));
}

TEST(Log, ATerminalGetsNoCommandsFromFfmpegsLines) {
  Bench bench(as_text);
  bench.log.write(LogLevel::info, "ffmpeg_log", "radio",
                  std::string("\x1b[31mred\x07\r\n\0\xc2\x9bx", 15),
                  {{"f", std::string_view("\x1b]0;t")}});
  const std::string line = bench.only_text();
  EXPECT_NE(line.find("\\x1b[31mred\\x07\\r\\n\\x00\\x9bx f=\\x1b]0;t"), std::string::npos) << line;
  for (const char c : line) EXPECT_GE(static_cast<unsigned char>(c), 0x20U);
}

TEST(Log, WhatWouldShowOtherTextThanStandsThereIsWrittenOut) {
  Bench bench(as_text);
  bench.log.write(LogLevel::info, "ffmpeg_log", "radio",
                  "key \u202Eterces\u202C \u2066a\u2069 b\u200Bc \u0645\u06CC\u200C\u062E", {});
  const std::string line = bench.only_text();
  EXPECT_NE(line.find("key \\u{202e}terces\\u{202c} \\u{2066}a\\u{2069} b\\u{200b}c "
                      "\u0645\u06CC\u200C\u062E"),
            std::string::npos)
      << line;
}

TEST(Log, NumbersThatJsonDoesNotKnowAreNull) {
  Bench bench;
  bench.log.write(LogLevel::info, "on_air", "radio", "x",
                  {{"nan", std::numeric_limits<double>::quiet_NaN()},
                   {"inf", std::numeric_limits<double>::infinity()},
                   {"big", 1e300},
                   {"min", std::numeric_limits<std::int64_t>::min()}});
  const json::object line = bench.only();
  EXPECT_TRUE(line.at("nan").is_null());
  EXPECT_TRUE(line.at("inf").is_null());
  EXPECT_EQ(line.at("big").to_number<double>(), 1e300);
  EXPECT_EQ(line.at("min").as_int64(), std::numeric_limits<std::int64_t>::min());
}

TEST(Log, APlantedSecretNeverAppears) {
  for (const LogSettings& settings : {as_json, as_text}) {
    Channel channel;
    Secrets secrets;
    secrets.learn(Words{"ffmpeg", "rtmp://h/live/plant\"ed-KEY"});
    Log log(settings, secrets, channel.fd());
    std::string text;
    for (std::size_t padding = 0; padding < 5000; padding += 7) {  // around the cut, too
      log.write(LogLevel::error, "ffmpeg_log", "radio",
                std::string(padding, 'x') + "'rtmp://h/live/plant\"ed-KEY': refused",
                {{"url", std::string_view("plant\"ed-KEY")}});
      ASSERT_TRUE(log.flush(20s));
      text += channel.take();
    }
    EXPECT_NE(text.find("***"), std::string::npos);
    EXPECT_EQ(text.find("ed-KEY"), std::string::npos);
    EXPECT_EQ(text.find("plant"), std::string::npos);
  }
}

TEST(Log, OtherSettingsAndSecretsHoldForWhateverIsWrittenFromThenOn) {
  Bench bench;
  Secrets more;
  more.learn(Words{"ffmpeg", "rtmp://h/live/another-KEY"});
  bench.log.reconfigure({LogFormat::text, LogLevel::debug}, more);
  EXPECT_TRUE(bench.log.enabled(LogLevel::debug));
  bench.log.write(LogLevel::debug, "ffmpeg_log", "radio", "'another-KEY': refused");
  const std::string line = bench.only_text();
  EXPECT_NE(line.find("DEBUG"), std::string::npos) << line;
  EXPECT_EQ(line.find("another-KEY"), std::string::npos);
}

TEST(Log, IsReconfiguredWhileOthersWrite) {
  Bench bench;
  std::atomic<bool> done = false;
  std::thread writer([&] {
    while (!done) bench.log.write(LogLevel::info, "http_request", {}, "from another thread");
  });
  std::size_t count = 0;
  std::string rest;
  for (int i = 0; i < 200; ++i) {
    bench.log.reconfigure(i % 2 == 0 ? as_text : as_json, Secrets());
    for (const std::string& line : lines_of(bench.channel.take(), rest)) {
      ++count;
      EXPECT_EQ(line.front() == '{', line.back() == '}') << "half one format: " << line;
    }
  }
  while (count == 0) count += lines_of(bench.channel.take(), rest).size();
  done = true;
  writer.join();
  bench.channel.close_reader();
}

TEST(Log, ALongLineIsCutToWhatAPipeTakesAtOnce) {
  for (const LogSettings& settings : {as_json, as_text}) {
    for (const std::string& unit : {std::string("a"), std::string("\x01"), std::string("\xc3\xbc"),
                                    std::string("\""), std::string("\xf0\x9f\x93\xbb")}) {
      std::string text;
      while (text.size() < 70000) text += unit;
      Bench bench(settings);
      bench.log.write(
          LogLevel::warning, text, text, text,
          {{"a", std::string_view(text)}, {"b", std::string_view(text)}, {"n", std::int64_t{1}}});
      ASSERT_TRUE(bench.log.flush(20s));
      const std::string written = bench.channel.take();
      EXPECT_LE(written.size(), 4096U);
      EXPECT_GT(written.size(), 3500U);
      EXPECT_EQ(std::count(written.begin(), written.end(), '\n'), 1);
      if (settings.format == LogFormat::text) continue;
      const json::object line = json::parse(written).as_object();
      EXPECT_TRUE(string_of(line, "msg").ends_with("\xE2\x80\xA6")) << "the cut must show";
      EXPECT_GT(string_of(line, "msg").size(), 100U);
    }
  }
}

TEST(Log, AShortFieldSurvivesALongMessage) {
  Bench bench;
  bench.log.write(LogLevel::info, "ffmpeg_log", "radio", std::string(9000, 'm'),
                  {{"component", std::string_view("libx264")}});
  EXPECT_EQ(string_of(bench.only(), "component"), "libx264");
}

TEST(Log, LinesOfSeveralThreadsStayWhole) {
  Bench bench;
  std::vector<std::thread> threads;
  std::string text;
  std::atomic<int> running{4};
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i)
        bench.log.write(LogLevel::info, "ffmpeg_log", "radio", "rtmp://h/live/k",
                        {{"i", std::int64_t{i}}});
      --running;
    });
  while (running > 0) text += bench.channel.take();
  for (std::thread& thread : threads) thread.join();
  while (!bench.log.flush(1ms)) text += bench.channel.take();
  text += bench.channel.take();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    ASSERT_NE(end, std::string::npos);
    EXPECT_NO_THROW((void)json::parse(text.substr(at, end - at)));
    at = end + 1;
  }
}

// A pseudo-terminal: the log writes to its slave.
std::string on_a_terminal(LogFormat format) {
  int master = -1;
  int slave = -1;
  EXPECT_EQ(::openpty(&master, &slave, nullptr, nullptr, nullptr), 0);
  Channel channel(master, slave);
  Secrets secrets;
  Log log({format, LogLevel::info}, secrets, channel.fd());
  log.write(LogLevel::error, "off_air", "radio", "x");
  EXPECT_TRUE(log.flush(20s));
  return channel.take();
}

TEST(Log, AutomaticIsTextOnATerminalAndJsonElsewhere) {
  EXPECT_NE(on_a_terminal(LogFormat::automatic).find(" radio off_air  x"), std::string::npos);
  EXPECT_TRUE(on_a_terminal(LogFormat::json).starts_with("{\"ts\""));
  Bench bench({LogFormat::automatic, LogLevel::info});
  bench.log.write(LogLevel::error, "off_air", "radio", "x");
  EXPECT_EQ(string_of(bench.only(), "event"), "off_air");
}

TEST(Log, ColourIsForTerminalsWithoutNoColor) {
  ::unsetenv("NO_COLOR");
  EXPECT_NE(on_a_terminal(LogFormat::text).find("\x1b[31mERROR\x1b[0m"), std::string::npos);
  ::setenv("NO_COLOR", "1", 1);
  EXPECT_EQ(on_a_terminal(LogFormat::text).find('\x1b'), std::string::npos);
  ::unsetenv("NO_COLOR");
  Bench bench(as_text);
  bench.log.write(LogLevel::error, "off_air", "radio", "x");
  EXPECT_EQ(bench.only_text().find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace supervisor
