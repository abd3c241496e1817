#include "supervisor/log/log.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <limits>
#include <memory>
#include <regex>
#include <string>
#include <thread>
#include <vector>

#include <boost/json.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/socket.h>
#include <unistd.h>

namespace supervisor {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using Words = std::vector<std::string>;
using Lines = std::vector<std::string>;

constexpr LogSettings as_json{LogFormat::json, LogLevel::info};
constexpr LogSettings as_text{LogFormat::text, LogLevel::info};

// Two connected descriptors; `take()` gives what has come, without waiting.
class Channel {
 public:
  Channel() { EXPECT_EQ(::pipe(fds_.data()), 0); }
  Channel(int read_end, int write_end) : fds_{read_end, write_end} {}
  ~Channel() {
    close_reader();
    ::close(fds_[1]);
  }
  Channel(const Channel&) = delete;

  int fd() const { return fds_[1]; }
  void close_reader() {
    if (fds_[0] >= 0) ::close(fds_[0]);
    fds_[0] = -1;
  }

  std::string take() const {
    std::string text;
    std::array<char, 65536> buffer;
    pollfd entry{fds_[0], POLLIN, 0};
    while (::poll(&entry, 1, 0) == 1 && (entry.revents & POLLIN) != 0) {
      const ssize_t count = ::read(fds_[0], buffer.data(), buffer.size());
      if (count <= 0) break;
      text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return text;
  }

  Lines lines() const {
    Lines result;
    const std::string text = take();
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      EXPECT_NE(end, std::string::npos) << "a line without its end";
      if (end == std::string::npos) break;
      result.push_back(text.substr(at, end - at));
      at = end + 1;
    }
    return result;
  }

 private:
  std::array<int, 2> fds_;
};

// The whole lines of what has come; `rest` keeps the beginning of the next one.
Lines lines_of(const std::string& bytes, std::string& rest) {
  Lines lines;
  rest += bytes;
  for (std::size_t end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
    lines.push_back(rest.substr(0, end));
    rest.erase(0, end + 1);
  }
  return lines;
}

struct Bench {
  explicit Bench(const LogSettings& settings = as_json) : log(settings, secrets, channel.fd()) {}

  Lines lines() const {
    EXPECT_TRUE(log.flush(20s));
    return channel.lines();
  }
  json::object only() const {
    const Lines lines = this->lines();
    EXPECT_EQ(lines.size(), 1U);
    return lines.empty() ? json::object() : json::parse(lines[0]).as_object();
  }
  std::string only_text() const {
    const Lines lines = this->lines();
    EXPECT_EQ(lines.size(), 1U);
    return lines.empty() ? "" : lines[0];
  }

  Channel channel;
  Secrets secrets;
  Log log;
};

std::string string_of(const json::object& line, const char* key) {
  return std::string(line.at(key).as_string());
}

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
      R"re(off_air_seconds=2\.5 why="a b \\"c\\"" empty="" pid=7)re");
  EXPECT_TRUE(std::regex_match(line, shape)) << line;
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

// A reader that does not read. What is written for it must not wait, however much it is.
class Unread {
 public:
  explicit Unread(Channel& channel, const LogSettings& settings = as_json)
      : channel_(channel),
        json_(settings.format == LogFormat::json),
        log(settings, secrets, channel.fd()) {}

  // Many more lines than descriptor and queue hold.
  void flood() {
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < flood_lines; ++i)
      log.write(LogLevel::info, "ffmpeg_log", "radio", std::string(1000, 'x'));
    // A tenth of a millisecond a line, on a machine that is busy; a write that waits takes for
    // ever.
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 20s);
  }

  // Reads from now on, for as long as lines come: those that got through, without the notices; and
  // how many lines these say were dropped.
  struct Read {
    Lines lines;
    std::int64_t dropped = 0;
  };
  Read read_until_last() {
    Read read;
    std::string rest;
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    bool is_last_written = false;
    while (std::chrono::steady_clock::now() < deadline) {
      for (const std::string& line : lines_of(channel_.take(), rest)) {
        take(line, read);
        if (line.find("the last line") != std::string::npos) return read;
      }
      if (is_last_written || !log.flush(1ms)) continue;
      log.write(LogLevel::info, "on_air", "radio", "the last line");
      is_last_written = true;
    }
    ADD_FAILURE() << "no line came any more";
    return read;
  }

  static constexpr int flood_lines = 5000;

 private:
  void take(const std::string& line, Read& read) const {
    const std::size_t at = line.find(" log lines dropped: stderr was full");
    if (json_) {
      EXPECT_NO_THROW((void)json::parse(line)) << line;
    }
    if (at == std::string::npos) return read.lines.push_back(line);
    const std::size_t begin = line.find_last_not_of("0123456789", at - 1) + 1;
    read.dropped += std::stoll(line.substr(begin, at - begin));
  }

  Channel& channel_;
  Secrets secrets;
  bool json_;

 public:
  Log log;
};

void expect_drops_and_counts(Channel& channel, const LogSettings& settings = as_json) {
  Unread unread(channel, settings);
  unread.flood();
  EXPECT_FALSE(unread.log.flush(1ms)) << "nobody has read";
  const Unread::Read read = unread.read_until_last();
  ASSERT_FALSE(read.lines.empty());
  EXPECT_NE(read.lines.front().find("xxx"), std::string::npos) << "the first ones are kept";
  EXPECT_GT(read.dropped, 0);
  EXPECT_EQ(static_cast<int>(read.lines.size()) - 1 + read.dropped, Unread::flood_lines)
      << "each line is written or counted";
}

TEST(Log, AFullPipeDropsLinesAndSaysHowManyOnceItIsRead) {
  for (const LogSettings& settings : {as_json, as_text}) {
    Channel channel;
    expect_drops_and_counts(channel, settings);
  }
}

// As poll(2) has it there is room, and write(2) waits: seen on terminals, and on pipes that another
// program writes to as well.
TEST(Log, ATerminalThatIsNotReadDropsLinesAndSaysHowManyOnceItIsRead) {
  int master = -1;
  int slave = -1;
  ASSERT_EQ(::openpty(&master, &slave, nullptr, nullptr, nullptr), 0);
  Channel channel(master, slave);
  expect_drops_and_counts(channel, as_text);
}

TEST(Log, ASocketThatIsNotReadDropsLinesAndSaysHowManyOnceItIsRead) {
  std::array<int, 2> ends;
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  Channel channel(ends[0], ends[1]);
  expect_drops_and_counts(channel);
}

TEST(Log, TheNumberOfDroppedLinesIsAFieldOfTheNotice) {
  Channel channel;
  Unread unread(channel);
  unread.flood();
  std::string rest;
  json::object notice;
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (notice.empty() && std::chrono::steady_clock::now() < deadline) {
    unread.log.write(LogLevel::info, "on_air", "radio", "after");
    for (const std::string& line : lines_of(channel.take(), rest)) {
      const json::object each = json::parse(line).as_object();
      if (string_of(each, "event") == "log_lines_dropped") notice = each;
    }
  }
  ASSERT_FALSE(notice.empty());
  EXPECT_EQ(string_of(notice, "level"), "warning");
  EXPECT_GT(notice.at("count").as_int64(), 0);
  while (!unread.log.flush(1ms)) channel.take();
}

TEST(Log, TheEndWaitsForTheReaderButNotForLong) {
  int master = -1;
  int slave = -1;
  ASSERT_EQ(::openpty(&master, &slave, nullptr, nullptr, nullptr), 0);
  const Channel channel(master, slave);
  const auto begun = std::chrono::steady_clock::now();
  {
    Secrets secrets;
    Log log(as_text, secrets, channel.fd());
    for (int i = 0; i < 100; ++i)
      log.write(LogLevel::info, "ffmpeg_log", "radio", std::string(1000, 'x'));
  }
  const auto took = std::chrono::steady_clock::now() - begun;
  EXPECT_GE(took, 400ms);
  EXPECT_LT(took, 10s);
  channel.take();  // lets the thread that was left behind go on
}

TEST(Log, TheLastLinesAreWrittenAtTheEnd) {
  const Channel channel;
  {
    Secrets secrets;
    Log log(as_json, secrets, channel.fd());
    for (int i = 0; i < 100; ++i) log.write(LogLevel::info, "on_air", "radio", "x");
  }
  EXPECT_EQ(channel.lines().size(), 100U);
}

TEST(Log, LinesThatAreHeldAreWrittenInOrderOnceTheyAreReleasedAndAtTheEnd) {
  for (const bool is_released : {true, false}) {
    const Channel channel;
    Secrets secrets;
    auto log = std::make_unique<Log>(as_json, secrets, channel.fd());
    log->hold();
    log->write(LogLevel::info, "supervisor_started", {}, "first");
    log->write(LogLevel::info, "ffmpeg_started", "radio", "second");
    EXPECT_FALSE(log->flush(10ms));
    if (is_released) {
      log->release();
      EXPECT_TRUE(log->flush(20s));
    }
    log.reset();
    const Lines lines = channel.lines();
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_NE(lines[0].find("first"), std::string::npos);
  }
}

// Another program that shares our stderr may have made it non-blocking.
TEST(Log, ANonBlockingDescriptorLosesNothingWhileItIsRead) {
  const Channel channel;
  ASSERT_EQ(::fcntl(channel.fd(), F_SETFL, O_NONBLOCK), 0);
  Secrets secrets;
  Log log(as_json, secrets, channel.fd());
  std::string rest;
  std::size_t count = 0;
  for (int i = 0; i < 200; ++i)
    log.write(LogLevel::info, "ffmpeg_log", "radio", std::string(1000, 'x'));
  while (!log.flush(1ms)) count += lines_of(channel.take(), rest).size();
  count += lines_of(channel.take(), rest).size();
  EXPECT_EQ(count, 200U);
}

TEST(Log, AReaderThatHasGoneIsTolerated) {
  std::signal(SIGPIPE, SIG_IGN);  // as the program does
  Bench bench;
  bench.channel.close_reader();
  for (int i = 0; i < 3; ++i) bench.log.write(LogLevel::error, "off_air", "radio", "nobody reads");
  Secrets secrets;
  Log closed(as_json, secrets, 987654);  // no such descriptor
  closed.write(LogLevel::error, "off_air", "radio", "nowhere");
}

TEST(Log, TheDescriptorItselfStaysBlocking) {
  Bench bench;
  bench.log.write(LogLevel::info, "on_air", "radio", "x");
  EXPECT_EQ(::fcntl(bench.channel.fd(), F_GETFL) & O_NONBLOCK, 0);
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
