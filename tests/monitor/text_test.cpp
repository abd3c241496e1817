#include <chrono>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "monitor/ffmpeg/url_address.hpp"
#include "monitor/text/ascii.hpp"
#include "monitor/text/percent.hpp"
#include "monitor/text/rfc3339.hpp"
#include "monitor/text/url.hpp"
#include "monitor/text/utf8.hpp"

namespace monitor {
namespace {

using namespace std::chrono_literals;

std::chrono::system_clock::time_point at(std::chrono::milliseconds since_1970) {
  return std::chrono::system_clock::time_point(since_1970);
}

TEST(Ascii, BlanksAreTakenOffBothEndsAndNowhereElse) {
  EXPECT_EQ(trimmed(" \t a b\t"), "a b");
  EXPECT_EQ(trimmed(" \t "), "");
  EXPECT_EQ(trimmed(""), "");
  EXPECT_EQ(trimmed("a\r"), "a\r") << "a line end is no blank unless it is asked for";
  EXPECT_EQ(trimmed("'a\r\n'", " \r\n'"), "a");
}

TEST(Ascii, CaseIsThatOfAsciiAlone) {
  EXPECT_EQ(lowered("AZaz[@\xC3\x84"), "azaz[@\xC3\x84");
  EXPECT_TRUE(equal_ignoring_case("Content-TYPE", "content-type"));
  EXPECT_FALSE(equal_ignoring_case("a", "ab"));
  EXPECT_FALSE(equal_ignoring_case("@", "`")) << "32 apart, and no letters";
}

TEST(Percent, DecodingLeavesWhatIsNoEncodingAndThePlusSign) {
  EXPECT_EQ(percent_decode("us%40er%zz%4"), "us@er%zz%4");
  EXPECT_EQ(percent_decode("%c3%A9+%"), "\xC3\xA9+%");
  EXPECT_EQ(percent_decode("%00").size(), 1U);
  EXPECT_EQ(percent_decode("%%41%4"), "%A%4");
}

TEST(Percent, ABrokenEncodingIsTold) {
  for (const char* whole : {"", "a", "%41", "a%2fb%2F"}) EXPECT_TRUE(is_percent_encoded(whole));
  for (const char* broken : {"%", "%4", "%zz", "%41%", "%%41"})
    EXPECT_FALSE(is_percent_encoded(broken)) << broken;
}

TEST(Percent, AllButTheUnreservedIsEncoded) {
  EXPECT_EQ(percent_encode("aZ09-._~ /%\xC3"), "aZ09-._~%20%2F%25%C3");
  EXPECT_EQ(percent_encode("a/\xC3", is_unreserved, HexCase::lower), "a%2f%c3");
  EXPECT_EQ(percent_encode("a/b c", [](char c) { return c != ' '; }), "a/b%20c");
}

TEST(Utf8, WhatIsNoTextIsReplacedAndAllElseStays) {
  const std::string mark = "\xEF\xBF\xBD";
  EXPECT_EQ(valid_utf8("plain"), "plain");
  EXPECT_EQ(valid_utf8("é€😀"), "é€😀");
  EXPECT_EQ(valid_utf8("a\xff"
                       "b"),
            "a" + mark + "b");
  EXPECT_EQ(valid_utf8("\xC3"), mark);                        // torn
  EXPECT_EQ(valid_utf8("\xC0\xAF"), mark + mark);             // over-long
  EXPECT_EQ(valid_utf8("\xED\xA0\x80"), mark + mark + mark);  // surrogate
  EXPECT_EQ(valid_utf8("\xF4\x90\x80\x80"), mark + mark + mark + mark);
}

TEST(Utf8, ACutNeverHalvesACharacter) {
  EXPECT_EQ(utf8_prefix("aé€", 9), "aé€");
  EXPECT_EQ(utf8_prefix("aé€", 5), "aé");
  EXPECT_EQ(utf8_prefix("aé€", 2), "a");
  EXPECT_EQ(utf8_prefix("é", 1), "");
}

TEST(Utf8, CodePointsAreDecoded) {
  const std::string_view text = "\xF0\x9F\x98\x80\xEF\xBF\xBD\xFF";
  EXPECT_EQ(decode_utf8(text, 0).code_point, 0x1F600U);
  EXPECT_EQ(decode_utf8(text, 0).length, 4);
  EXPECT_TRUE(decode_utf8(text, 4).is_valid()) << "U+FFFD itself is a character";
  EXPECT_FALSE(decode_utf8(text, 7).is_valid());
  EXPECT_FALSE(decode_utf8(text, 1).is_valid()) << "inside a character";
}

TEST(Rfc3339, WhatIsWrittenIsReadBack) {
  for (const auto time : {0ms, 1ms, 999ms, 1763925600123ms, 4102444799999ms, -1ms}) {
    EXPECT_EQ(parse_rfc3339(rfc3339(at(time))), at(time)) << time.count();
  }
}

TEST(Rfc3339, OtherFormsOfTheStandardAreRead) {
  const auto noon = parse_rfc3339("2025-11-05T12:00:00Z");
  ASSERT_TRUE(noon);
  EXPECT_EQ(parse_rfc3339("2025-11-05T13:00:00+01:00"), noon);
  EXPECT_EQ(parse_rfc3339("2025-11-05T06:30:00.0-05:30"), noon);
  EXPECT_EQ(parse_rfc3339("2025-11-05T12:00:00.000000001Z"), *noon + std::chrono::nanoseconds(1));
}

TEST(Rfc3339, AnythingElseIsNone) {
  for (const char* text :
       {"", "yesterday", "2025-11-05", "2025-11-05T12:00:00", "2025-11-05 12:00:00Z",
        "2025-02-29T12:00:00Z", "2025-13-05T12:00:00Z", "2025-11-05T24:00:00Z",
        "2025-11-05T12:00:00.Z", "2025-11-05T12:00:00.1234567890Z", "9999-11-05T12:00:00Z",
        "0000-01-01T00:00:00Z", "2025-11-05T12:00:00Zx", "-025-11-05T12:00:00Z",
        "2025-11-05T12:00:00+1:00", "2025-11-05T12:00:00."}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Rfc3339, IsUtcToTheMillisecondRoundedDown) {
  EXPECT_EQ(rfc3339(at(1762336800s + 123ms)), "2025-11-05T10:00:00.123Z");
  EXPECT_EQ(rfc3339(at(1762336800s) + std::chrono::microseconds(999'999)),
            "2025-11-05T10:00:00.999Z");
  EXPECT_EQ(rfc3339(at(-1ms)), "1969-12-31T23:59:59.999Z");
}

TEST(Url, IsTakenApartAsFfmpegDoes) {
  const Url url = split_url("http://us%40er:p@ss@[2001:db8::1]:8000/a b?x=1#part");
  EXPECT_EQ(url.scheme, "http");
  EXPECT_EQ(url.userinfo, "us%40er:p@ss");
  EXPECT_EQ(url.host, "2001:db8::1");
  EXPECT_EQ(url.port, "8000");
  EXPECT_EQ(url.path, "/a b?x=1");
  EXPECT_EQ(split_url("http://h?x=/@y").host, "h");
  for (const char* odd : {"", ":", "//", "http://[", "http://@", "http://[]:", "http://h:", "#"})
    EXPECT_LT(split_url(odd).host.size(), 2U) << odd;
}

TEST(Url, ARedirectIsRelativeToWhereItStood) {
  const std::string base = "http://u:p@h:8000/a/b?q=1";
  EXPECT_EQ(resolved_url(base, "https://other/x"), "https://other/x");
  EXPECT_EQ(resolved_url(base, "//other/x"), "http://other/x");
  EXPECT_EQ(resolved_url(base, "/x"), "http://u:p@h:8000/x");
  EXPECT_EQ(resolved_url(base, "x"), "http://u:p@h:8000/a/x");
  EXPECT_EQ(resolved_url(base, "?r=2"), "http://u:p@h:8000/a/b?r=2");
  EXPECT_EQ(resolved_url("http://[::1]", "x"), "http://[::1]/x");
}

TEST(Url, WhatIsShownHoldsNoPasswordAndNoQuery) {
  EXPECT_EQ(shown_url("http://user:secret@h:8000/radio.mp3?token=secret"),
            "http://h:8000/radio.mp3");
  EXPECT_EQ(shown_url("http://h/" + std::string(200, 'x')), "http://h/…");
  EXPECT_EQ(shown_url("http://h/a\nb"), "http://h/a?b");
  EXPECT_EQ(shown_server("ra\ndio", "8000"), "ra?dio:8000");
  EXPECT_LT(shown_url("http://" + std::string(5000, 'x') + "/").size(), 110U);
}

TEST(Url, WhatStandsBetweenTheSlashesIsTakenApart) {
  const Authority all = split_authority("u:p@x@[::1]:80");
  EXPECT_EQ(all.userinfo, "u:p@x");
  EXPECT_EQ(all.host, "[::1]");
  EXPECT_EQ(all.port, "80");
  EXPECT_FALSE(split_authority("h").port);
  EXPECT_EQ(split_authority("h:").port, "");
  EXPECT_EQ(split_authority("[::1").host, "[::1") << "never closed";
  EXPECT_EQ(split_authority("[::1]x:80").host, "[::1]x") << "the caller judges it";
}

TEST(UrlAddress, IsFoundWithinATextAndHasItsSchemesPort) {
  const std::string_view text = "[f=flv]rtmp://u@h/live|[f=mpegts]http://[::1]:81x/a 'udp://i:9'";
  std::string found;
  any_address(text, [&found](const UrlAddress& address) {
    found.append(address.scheme).append(" ").append(address.host).append(" ");
    found.append(address.port).append(";");
    return false;
  });
  EXPECT_EQ(found, "rtmp h 1935;http ::1 81;udp i 9;");
}

}  // namespace
}  // namespace monitor
