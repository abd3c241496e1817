#include <limits>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "http/clock_reading.hpp"
#include "http/encoding.hpp"
#include "http/json.hpp"
#include "monitor/text/utf8.hpp"

namespace {

TEST(AcceptEncoding, GzipIsAllowedUnlessItsWeightIsZero) {
  for (const char* yes : {"gzip", "GZIP", "x-gzip", "deflate, gzip", "gzip;q=1.0", "gzip ; q=0.1",
                          "*", "br;q=1, *;q=0.5", "gzip;q=0.001", "gzip, *;q=0"}) {
    EXPECT_TRUE(http::accepts_gzip(yes)) << yes;
  }
  for (const char* no : {"", "identity", "deflate", "gzip;q=0", "gzip;q=0.000", "gzip; Q=0",
                         "*;q=0", "gzip;q=0, *", "gzipped", ";;,,;q=,"}) {
    EXPECT_FALSE(http::accepts_gzip(no)) << no;
  }
}

TEST(Utf8, WhatIsNoTextIsReplacedAndAllElseStays) {
  const std::string mark = "\xEF\xBF\xBD";
  EXPECT_EQ(monitor::valid_utf8("plain"), "plain");
  EXPECT_EQ(monitor::valid_utf8("é€😀"), "é€😀");
  EXPECT_EQ(monitor::valid_utf8("a\xff"
                                "b"),
            "a" + mark + "b");
  EXPECT_EQ(monitor::valid_utf8("\xC3"), mark);                        // torn
  EXPECT_EQ(monitor::valid_utf8("\xC0\xAF"), mark + mark);             // over-long
  EXPECT_EQ(monitor::valid_utf8("\xED\xA0\x80"), mark + mark + mark);  // surrogate
  EXPECT_EQ(monitor::valid_utf8("\xF4\x90\x80\x80"), mark + mark + mark + mark);
}

TEST(Json, NumbersAreWrittenAsPeopleWriteThem) {
  const double nothing = std::numeric_limits<double>::quiet_NaN();
  const boost::json::value value{{"half", 0.5},
                                 {"ten", 10.0},
                                 {"none", nothing},
                                 {"int", -7},
                                 {"list", {1, true, nullptr}},
                                 {"empty", boost::json::array()}};
  EXPECT_EQ(http::print_json(value),
            R"({"half":0.5,"ten":10,"none":null,"int":-7,"list":[1,true,null],"empty":[]})");
}

TEST(Json, StringsAreEscaped) {
  EXPECT_EQ(http::print_json(boost::json::value("a\"\\\n\x01/")), R"("a\"\\\n\u0001/")");
}

TEST(Times, AreUtcToTheMillisecond) {
  using namespace std::chrono_literals;
  EXPECT_EQ(recovery::rfc3339(recovery::WallTime(1762336800s + 123ms)), "2025-11-05T10:00:00.123Z");
  EXPECT_EQ(recovery::rfc3339(recovery::WallTime(-1ms)), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(http::http_date(recovery::WallTime(1762336800s)), "Wed, 05 Nov 2025 10:00:00 GMT");
}

}  // namespace
