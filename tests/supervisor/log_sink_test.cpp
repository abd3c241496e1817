#include <array>
#include <chrono>
#include <csignal>
#include <memory>
#include <string>

#include <boost/json.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/socket.h>

#include "log_stand.hpp"

// What becomes of lines that the descriptor does not take.
namespace supervisor {
namespace {

using namespace log_stand;

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

TEST(LogSink, AFullPipeDropsLinesAndSaysHowManyOnceItIsRead) {
  for (const LogSettings& settings : {as_json, as_text}) {
    Channel channel;
    expect_drops_and_counts(channel, settings);
  }
}

// As poll(2) has it there is room, and write(2) waits: seen on terminals, and on pipes that another
// program writes to as well.
TEST(LogSink, ATerminalThatIsNotReadDropsLinesAndSaysHowManyOnceItIsRead) {
  int master = -1;
  int slave = -1;
  ASSERT_EQ(::openpty(&master, &slave, nullptr, nullptr, nullptr), 0);
  Channel channel(master, slave);
  expect_drops_and_counts(channel, as_text);
}

TEST(LogSink, ASocketThatIsNotReadDropsLinesAndSaysHowManyOnceItIsRead) {
  std::array<int, 2> ends;
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  Channel channel(ends[0], ends[1]);
  expect_drops_and_counts(channel);
}

TEST(LogSink, TheNumberOfDroppedLinesIsAFieldOfTheNotice) {
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

TEST(LogSink, TheEndWaitsForTheReaderButNotForLong) {
  int master = -1;
  int slave = -1;
  ASSERT_EQ(::openpty(&master, &slave, nullptr, nullptr, nullptr), 0);
  // The thread that is left behind writes to it until the end of the process.
  static const Channel& channel = *new Channel(master, slave);
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
}

TEST(LogSink, TheLastLinesAreWrittenAtTheEnd) {
  const Channel channel;
  {
    Secrets secrets;
    Log log(as_json, secrets, channel.fd());
    for (int i = 0; i < 100; ++i) log.write(LogLevel::info, "on_air", "radio", "x");
  }
  EXPECT_EQ(channel.lines().size(), 100U);
}

TEST(LogSink, LinesThatAreHeldAreWrittenInOrderOnceTheyAreReleasedAndAtTheEnd) {
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
TEST(LogSink, ANonBlockingDescriptorLosesNothingWhileItIsRead) {
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

TEST(LogSink, AReaderThatHasGoneIsTolerated) {
  std::signal(SIGPIPE, SIG_IGN);  // as the program does
  Bench bench;
  bench.channel.close_reader();
  for (int i = 0; i < 3; ++i) bench.log.write(LogLevel::error, "off_air", "radio", "nobody reads");
  Secrets secrets;
  Log closed(as_json, secrets, 987654);  // no such descriptor
  closed.write(LogLevel::error, "off_air", "radio", "nowhere");
}

TEST(LogSink, TheDescriptorItselfStaysBlocking) {
  Bench bench;
  bench.log.write(LogLevel::info, "on_air", "radio", "x");
  EXPECT_EQ(::fcntl(bench.channel.fd(), F_GETFL) & O_NONBLOCK, 0);
}

}  // namespace
}  // namespace supervisor
