#include "supervisor/log/event_log.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <unistd.h>

namespace supervisor {
namespace {

// What the log says of what is recorded.
template <class Record>
std::string logged(Record record) {
  std::array<int, 2> fds{};
  EXPECT_EQ(::pipe(fds.data()), 0);
  {
    const Secrets secrets;
    Log log({LogFormat::json, LogLevel::info}, secrets, fds[1]);
    EventLog events(log, "radio");
    record(events);
  }
  ::close(fds[1]);
  std::array<char, 4096> buffer{};
  const ssize_t count = ::read(fds[0], buffer.data(), buffer.size());
  ::close(fds[0]);
  return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
}

boost::json::value line_of(const recovery::AnomalyChange& change) {
  return boost::json::parse(logged([&](EventLog& events) { events.record(change); }));
}

TEST(EventLog, StatisticsThatCannotBeReadAreToldOnceUntilTheyCan) {
  const std::string text = logged([](EventLog& events) {
    for (const bool answered : {false, false, true, false}) {
      monitor::SinkReport report;
      report.answered = answered;
      report.sentence = "the statistics were answered with 401";
      events.record(recovery::Observed{1, report}, {}, {});
    }
  });
  EXPECT_EQ(std::ranges::count(text, '\n'), 2) << text;
  EXPECT_NE(text.find(R"("event":"witness_unavailable","stream":"radio","msg":"the statistics)"),
            std::string::npos)
      << text;
}

boost::json::value line_of(const recovery::Event& event, const recovery::Step& step) {
  return boost::json::parse(logged([&](EventLog& events) { events.record(event, step, {}); }));
}

TEST(EventLog, ADecisionSaysWhatWasDecidedAndWhyIsAField) {
  const auto line = line_of(
      recovery::Tick{}, {{},
                         {recovery::Decided{recovery::DecisionKind::restart_ffmpeg, "FFmpeg ended.",
                                            std::chrono::seconds(20), 2, 3}}});
  EXPECT_EQ(line.at("event").as_string(), "recovery_decision");
  EXPECT_EQ(line.at("msg").as_string(), "Next attempt in 20 s (2 of 3)");
  EXPECT_EQ(line.at("reason").as_string(), "FFmpeg ended.");
  EXPECT_EQ(line.at("action").as_string(), "restart_ffmpeg");
  EXPECT_EQ(line.at("attempt").as_int64(), 2);
}

TEST(EventLog, AProgramThatIsNotInstalledIsNamed) {
  const auto line = line_of(recovery::LaunchFailed{1, ENOENT, "ffmpeg"}, {});
  EXPECT_EQ(line.at("event").as_string(), "ffmpeg_exited");
  EXPECT_NE(line.at("msg").as_string().find("\"ffmpeg\" is in none of the directories of PATH"),
            std::string::npos)
      << line;
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

TEST(EventLogCover, ItsBeginningIsAWarningThatSaysWhatIsMissing) {
  const auto line = boost::json::parse(logged([](EventLog& events) {
                      events.record(recovery::Tick{}, {{}, {recovery::CoverBegan{"sound"}}}, {});
                    })).as_object();
  EXPECT_EQ(line.at("level").as_string(), "warning");
  EXPECT_EQ(line.at("event").as_string(), "covered");
  EXPECT_EQ(line.at("covered").as_string(), "sound");
  EXPECT_EQ(line.at("msg").as_string(),
            "Covered: the outputs get no sound from the encoder; silence stands in");
}

TEST(EventLogCover, ItsEndSaysHowLongItWas) {
  const auto line =
      boost::json::parse(logged([](EventLog& events) {
        events.record(recovery::Tick{}, {{}, {recovery::CoverEnded{std::chrono::seconds(5)}}}, {});
      })).as_object();
  EXPECT_EQ(line.at("level").as_string(), "info");
  EXPECT_EQ(line.at("event").as_string(), "cover_ended");
  EXPECT_EQ(line.at("covered_seconds").to_number<double>(), 5);
}

}  // namespace
}  // namespace supervisor
