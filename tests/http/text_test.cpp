#include <limits>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "http/clock_reading.hpp"
#include "http/encoding.hpp"
#include "http/json.hpp"

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

TEST(HttpDate, IsAsTheDateHeaderWantsIt) {
  using namespace std::chrono_literals;
  EXPECT_EQ(http::http_date(recovery::WallTime(1762336800s)), "Wed, 05 Nov 2025 10:00:00 GMT");
}

}  // namespace
