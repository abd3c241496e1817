#include <cmath>
#include <map>
#include <sstream>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include "http/exporters/otlp.hpp"
#include "http/exporters/pushgateway.hpp"
#include "http/exporters/statsd.hpp"
#include "http/metrics/series_families.hpp"

namespace http::exporters {
namespace {

using namespace std::chrono_literals;
using prometheus::MetricFamily;

template <class Value>
MetricFamily family_of(const FamilyInfo& info, Labels labels, const Value& value) {
  SeriesFamilies families;
  families.begin(info);
  families.add(labels, value);
  return families.take().front();
}

MetricFamily counter(const std::string& name, double value, Labels labels = {}) {
  return family_of({name.c_str(), MetricKind::counter, "Help."}, labels, value);
}

MetricFamily gauge(const std::string& name, double value, Labels labels = {}) {
  return family_of({name.c_str(), MetricKind::gauge, "Help."}, labels, value);
}

MetricFamily histogram(std::initializer_list<double> values) {
  recovery::Histogram spread({0.5, 2});
  for (const double value : values) spread.observe(value);
  return family_of({"h_seconds", MetricKind::histogram, "Help."}, {{"stream", "radio"}}, spread);
}

std::vector<std::string> lines_of(const std::vector<std::string>& datagrams) {
  std::vector<std::string> lines;
  for (const std::string& datagram : datagrams) {
    std::istringstream in(datagram);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
  }
  return lines;
}

using Lines = std::vector<std::string>;

Lines sent(StatsdReport& report, const MetricFamily& family) {
  const Lines lines = lines_of(report.datagrams({family}));
  report.confirm_sent();
  return lines;
}

TEST(Statsd, ACounterIsToldByItsGrowth) {
  StatsdReport report(StatsdFormat::dogstatsd, "");
  EXPECT_EQ(sent(report, counter("c_total", 0)), (Lines{"c_total:0|c"}));
  EXPECT_EQ(sent(report, counter("c_total", 5)), (Lines{"c_total:5|c"}));
  EXPECT_EQ(sent(report, counter("c_total", 5)), Lines{});
  EXPECT_EQ(sent(report, counter("c_total", 7.5)), (Lines{"c_total:2.5|c"}));
}

TEST(Statsd, ACounterThatFellBeganAnew) {
  StatsdReport report(StatsdFormat::dogstatsd, "");
  sent(report, counter("c_total", 100));
  EXPECT_EQ(sent(report, counter("c_total", 3)), (Lines{"c_total:3|c"}));
}

TEST(Statsd, GrowthThatWasNotSentIsToldAgain) {
  StatsdReport report(StatsdFormat::dogstatsd, "");
  sent(report, counter("c_total", 1));
  EXPECT_EQ(lines_of(report.datagrams({counter("c_total", 4)})), (Lines{"c_total:3|c"}));
  EXPECT_EQ(sent(report, counter("c_total", 5)), (Lines{"c_total:4|c"}));
  EXPECT_EQ(sent(report, counter("c_total", 6)), (Lines{"c_total:1|c"}));
}

TEST(Statsd, AGaugeBelowZeroIsReachedFromZero) {
  StatsdReport report(StatsdFormat::dogstatsd, "");
  EXPECT_EQ(sent(report, gauge("g", 1.5)), (Lines{"g:1.5|g"}));
  EXPECT_EQ(sent(report, gauge("g", -2)), (Lines{"g:0|g", "g:-2|g"}));
  EXPECT_EQ(sent(report, gauge("g", NAN)), Lines{});
}

TEST(Statsd, NumbersHaveNoExponent) {
  StatsdReport report(StatsdFormat::dogstatsd, "");
  EXPECT_EQ(sent(report, gauge("g", 1e6)), (Lines{"g:1000000|g"}));
  EXPECT_EQ(sent(report, gauge("g", 1e-7)), (Lines{"g:0.0000001|g"}));
  EXPECT_EQ(sent(report, gauge("g", 5e-324)).at(0).find('e'), std::string::npos);
}

TEST(Statsd, LabelsAreTagsOrNodesOfTheName) {
  const MetricFamily family =
      gauge("g", 1, {{"stream", "a.b"}, {"empty", ""}, {"x", "1,2|3:4\n\"ü\""}});
  StatsdReport tags(StatsdFormat::dogstatsd, "tv.");
  EXPECT_EQ(sent(tags, family), (Lines{"tv.g:1|g|#stream:a.b,x:1_2_3:4_\"ü\""}));
  StatsdReport plain(StatsdFormat::plain, "tv.");
  EXPECT_EQ(sent(plain, family), (Lines{"tv.g.stream.a_b.x.1_2_3_4_____:1|g"}));
}

TEST(Statsd, AHistogramIsTheCountersOfItsTextFormat) {
  StatsdReport report(StatsdFormat::dogstatsd, "");
  EXPECT_EQ(
      sent(report, histogram({0.1, 1, 1, 9})),
      (Lines{"h_seconds_bucket:1|c|#stream:radio,le:0.5", "h_seconds_bucket:3|c|#stream:radio,le:2",
             "h_seconds_bucket:4|c|#stream:radio,le:+Inf", "h_seconds_sum:11.1|c|#stream:radio",
             "h_seconds_count:4|c|#stream:radio"}));
  EXPECT_EQ(sent(report, histogram({0.1, 1, 1, 9, 1})).front(),
            "h_seconds_bucket:1|c|#stream:radio,le:2");
}

TEST(Statsd, TheSupervisorsProcessIsLeftOut) {
  StatsdReport report(StatsdFormat::dogstatsd, "");
  EXPECT_EQ(sent(report, gauge("process_open_fds", 3)), Lines{});
}

TEST(Statsd, DatagramsFitAPacketAndHoldWholeLines) {
  StatsdReport report(StatsdFormat::dogstatsd, "");
  constexpr FamilyInfo info{"g", MetricKind::gauge, ""};
  SeriesFamilies families;
  families.begin(info);
  for (int i = 0; i < 500; ++i) {
    const std::string stream = std::to_string(i);
    families.add({{"stream", stream}}, i);
  }
  const auto datagrams = report.datagrams(families.take());
  EXPECT_GT(datagrams.size(), 5u);
  for (const auto& datagram : datagrams) EXPECT_LE(datagram.size(), StatsdReport::datagram_limit);
  const Lines lines = lines_of(datagrams);
  ASSERT_EQ(lines.size(), 500u);
  EXPECT_EQ(lines[499], "g:499|g|#stream:499");
}

TEST(Pushgateway, WhatAPathCannotHoldIsEncoded) {
  EXPECT_EQ(pushgateway_path("radio", "host-1.lan"), "/metrics/job/radio/instance/host-1.lan");
  EXPECT_EQ(pushgateway_path("a/b", ".."), "/metrics/job@base64/YS9i/instance@base64/Li4=");
  EXPECT_EQ(pushgateway_path("ü?>~", "x y"), "/metrics/job@base64/w7w_Pn4=/instance@base64/eCB5");
}

const recovery::WallTime started{1'700'000'000s};

boost::json::value otlp_of(const std::vector<MetricFamily>& families,
                           recovery::WallTime now = started + 90s) {
  return boost::json::parse(otlp_json(families, {"tv", "host"}, started, now));
}

const boost::json::value& metric(const boost::json::value& request, std::size_t index) {
  return request.at("resourceMetrics").at(0).at("scopeMetrics").at(0).at("metrics").at(index);
}

TEST(Otlp, ACounterIsAMonotonicCumulativeSumSinceTheStart) {
  const auto request = otlp_of({counter("b_bytes_total", 7, {{"stream", "radio"}})});
  EXPECT_EQ(metric(request, 0), boost::json::parse(R"({
    "name": "b_bytes_total", "description": "Help.", "unit": "By",
    "sum": {"dataPoints": [{
      "attributes": [{"key": "stream", "value": {"stringValue": "radio"}}],
      "timeUnixNano": "1700000090000000000", "startTimeUnixNano": "1700000000000000000",
      "asDouble": 7}], "aggregationTemporality": 2, "isMonotonic": true}})"));
}

TEST(Otlp, AGaugeHasNoStart) {
  const auto request = otlp_of({gauge("g_seconds", -1.5)});
  EXPECT_EQ(metric(request, 0), boost::json::parse(R"({
    "name": "g_seconds", "description": "Help.", "unit": "s",
    "gauge": {"dataPoints": [{"attributes": [], "timeUnixNano": "1700000090000000000",
                              "asDouble": -1.5}]}})"));
}

TEST(Otlp, AHistogramsBucketsAreNotCumulative) {
  const auto request = otlp_of({histogram({0.1, 1, 1, 9})});
  const auto& point = metric(request, 0).at("histogram").at("dataPoints").at(0);
  EXPECT_EQ(point.at("bucketCounts"), boost::json::parse(R"(["1", "2", "1"])"));
  EXPECT_EQ(point.at("explicitBounds"), boost::json::parse("[0.5, 2]"));
  EXPECT_EQ(point.at("count"), "4");
  EXPECT_DOUBLE_EQ(point.at("sum").to_number<double>(), 11.1);
}

TEST(Otlp, TheResourceSaysWhoSpeaks) {
  const auto request = otlp_of({gauge("g", 1)});
  std::map<std::string, std::string> attributes;
  for (const auto& each :
       request.at("resourceMetrics").at(0).at("resource").at("attributes").as_array()) {
    attributes[std::string(each.at("key").as_string())] =
        std::string(each.at("value").at("stringValue").as_string());
  }
  EXPECT_EQ(attributes["service.name"], "tv");
  EXPECT_EQ(attributes["service.instance.id"], "host");
  EXPECT_TRUE(attributes.contains("service.version"));
}

TEST(Otlp, NoUnitIsToldThatWouldChangeAName) {
  EXPECT_FALSE(
      metric(otlp_of({gauge("radio_ffmpeg_memory_mb", 1)}), 0).as_object().contains("unit"));
  EXPECT_FALSE(
      metric(otlp_of({gauge("growth_bytes_per_second", 1)}), 0).as_object().contains("unit"));
}

TEST(Otlp, AClockThatWasSetBackLetsNoSumEndBeforeItsStart) {
  const auto request = otlp_of({counter("c_total", 1)}, started - 1h);
  EXPECT_EQ(metric(request, 0).at("sum").at("dataPoints").at(0).at("timeUnixNano"),
            "1700000000000000000");
}

TEST(Otlp, AnAnswerMayRefuseAPart) {
  EXPECT_EQ(otlp_refusal(R"({"partialSuccess":{"rejectedDataPoints":"3","errorMessage":"x"}})"),
            "it rejected 3 data points");
  EXPECT_EQ(otlp_refusal(R"({"partialSuccess":{"rejectedDataPoints":2}})"),
            "it rejected 2 data points");
  for (const char* fine : {"", "{}", "not JSON", "[]", R"({"partialSuccess":{}})",
                           R"({"partialSuccess":{"rejectedDataPoints":"0"}})",
                           R"({"partialSuccess":{"rejectedDataPoints":"secret"}})"}) {
    EXPECT_EQ(otlp_refusal(fine), "") << fine;
  }
}

}  // namespace
}  // namespace http::exporters
