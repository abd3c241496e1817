#include <cmath>
#include <limits>
#include <map>
#include <sstream>

#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

#include "http/metrics/metrics.hpp"
#include "http/metrics/series_text.hpp"
#include "stage.hpp"

namespace {

using namespace std::chrono_literals;

std::string number(double value) {
  std::string text;
  http::append_number(text, value);
  return text;
}

TEST(MetricsText, NumbersAreAsShortAsTheyCanBeReadBack) {
  EXPECT_EQ(number(0), "0");
  EXPECT_EQ(number(-3), "-3");
  EXPECT_EQ(number(1e6), "1000000") << "without an exponent";
  EXPECT_EQ(number(9007199254740991), "9007199254740991");
  EXPECT_EQ(number(0.1), "0.1");
  EXPECT_EQ(number(1800000100.5), "1800000100.5");
  EXPECT_EQ(std::stod(number(1e300)), 1e300);
  EXPECT_EQ(number(std::nan("")), "NaN");
  EXPECT_EQ(number(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(number(-std::numeric_limits<double>::infinity()), "-Inf");
}

// Series → value, without those of the process, which change between two readings.
std::map<std::string, double> series_of(const std::string& text) {
  std::map<std::string, double> series;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#') || line.starts_with("process_")) continue;
    const std::size_t blank = line.rfind(' ');
    series[line.substr(0, blank)] = std::stod(line.substr(blank + 1));
  }
  return series;
}

http::SnapshotStore::View view_of_everything() {
  auto radio = on_air_snapshot("ra\"d\\io\n\xff");
  radio->servers = {"studio:8000", "\"quoted\""};
  radio->readings.fps = 29.97;
  radio->totals.detection_seconds.observe(0.3);
  radio->outputs = {{.name = "own", .delivered_bytes = 77, .is_held = true, .dropped_bytes = 3}};
  radio->azuracast.emplace().up = true;
  http::SnapshotStore store(2);
  store.publish(0, radio);
  store.publish(1, cooling_snapshot("second"));
  store.publish(&http::Program::alerts, std::make_shared<const std::vector<http::AlertCount>>(
                                            std::vector<http::AlertCount>{{"slack", {}}}));
  recovery::Histogram delay({0.01, 1});
  delay.observe(0.5);
  store.publish(&http::Program::loop_delay, std::make_shared<const recovery::Histogram>(delay));
  return store.read();
}

TEST(MetricsText, TheTextIsThatOfTheFamiliesThatExportersSend) {
  const auto view = view_of_everything();
  const auto now = http::ClockReading::now();
  http::Families families;
  const std::string text = families.text_of(view, now);
  const auto expected = series_of(prometheus::TextSerializer().Serialize(families.of(view, now)));
  EXPECT_GT(expected.size(), 250U);
  EXPECT_EQ(series_of(text), expected);
}

TEST(MetricsText, AFamilyWithoutSeriesIsLeftOut) {
  http::SeriesText text;
  static constexpr http::FamilyInfo empty{"empty", http::gauge, "Nothing."};
  static constexpr http::FamilyInfo full{"full", http::counter, "Something."};
  text.begin(empty);
  text.begin(full);
  text.add({}, 1);
  EXPECT_EQ(text.take(), "# HELP full Something.\n# TYPE full counter\nfull 1\n");
}

// A page of that many streams, each with a state of its own.
class Page {
 public:
  explicit Page(std::size_t streams) : store_(streams) {
    for (std::size_t i = 0; i < streams; ++i) {
      store_.publish(i, on_air_snapshot("stream-" + std::to_string(i)));
    }
  }
  void publish(std::uint64_t restarts) {
    auto next = on_air_snapshot("stream-0");
    next->totals.restarts = restarts;
    store_.publish(0, next);
  }
  std::shared_ptr<const std::string> after(std::chrono::milliseconds time,
                                           std::string_view accepted = {}) {
    return page_.answer(accepted, {begun_.steady + time, begun_.wall + time}).body;
  }

 private:
  http::ClockReading begun_ = http::ClockReading::now();
  http::SnapshotStore store_;
  http::MetricsPage page_{store_};
};

TEST(MetricsText, ScrapersOfOneMomentShareOneTextAndWhatItIsCompressed) {
  Page page(2);
  const auto text = page.after(0ms), packed = page.after(0ms, "gzip");
  EXPECT_EQ(page.after(99ms), text);
  EXPECT_EQ(page.after(99ms, "gzip"), packed);
  EXPECT_NE(page.after(100ms), text) << "time goes on without a publish, too";
}

TEST(MetricsText, ALargeTextIsSharedForAMomentWhateverIsPublished) {
  Page small(2), large(100);
  const auto small_text = small.after(0ms), large_text = large.after(0ms);
  small.publish(1);
  large.publish(1);
  EXPECT_NE(small.after(1ms), small_text);
  EXPECT_EQ(large.after(49ms), large_text);
  EXPECT_NE(large.after(50ms), large_text);
}

}  // namespace
