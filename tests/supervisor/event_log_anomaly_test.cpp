#include <array>
#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <unistd.h>

#include "supervisor/log/event_log.hpp"

namespace supervisor {
namespace {

// What the log says of one change.
boost::json::value line_of(const recovery::AnomalyChange& change) {
  std::array<int, 2> fds{};
  EXPECT_EQ(::pipe(fds.data()), 0);
  {
    const Secrets secrets;
    Log log({LogFormat::json, LogLevel::info}, secrets, fds[1]);
    EventLog(log, "radio").record(change);
  }
  ::close(fds[1]);
  std::array<char, 4096> buffer{};
  const ssize_t count = ::read(fds[0], buffer.data(), buffer.size());
  ::close(fds[0]);
  EXPECT_GT(count, 0);
  return boost::json::parse({buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))});
}

TEST(EventLogAnomaly, OneThatBeginsIsAWarningWithItsSentence) {
  const auto line = line_of({recovery::AnomalyKind::bitrate, false, {1.5, "Bitrate unusual."}});
  EXPECT_EQ(line.at("level").as_string(), "warning");
  EXPECT_EQ(line.at("event").as_string(), "anomaly");
  EXPECT_EQ(line.at("stream").as_string(), "radio");
  EXPECT_EQ(line.at("msg").as_string(), "Bitrate unusual.");
  EXPECT_EQ(line.at("kind").as_string(), "bitrate");
  EXPECT_EQ(line.at("score").to_number<double>(), 1.5);
}

TEST(EventLogAnomaly, OneThatIsOverIsNoWarning) {
  const auto line = line_of({recovery::AnomalyKind::restarts, true, {1.5, "Restarts."}});
  EXPECT_EQ(line.at("level").as_string(), "info");
  EXPECT_EQ(line.at("event").as_string(), "anomaly_over");
  EXPECT_EQ(line.at("kind").as_string(), "restarts");
}

}  // namespace
}  // namespace supervisor
