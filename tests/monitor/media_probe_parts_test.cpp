#include <algorithm>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "monitor/probes/http_reply.hpp"
#include "monitor/probes/http_request.hpp"
#include "monitor/probes/media_bytes.hpp"
#include "monitor/probes/proxy.hpp"

namespace monitor::probes {
namespace {

using Phase = HttpReply::Phase;

HttpReply read(std::string_view bytes, std::size_t at_once) {
  HttpReply reply;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(at_once, bytes.size())))
    reply.feed(bytes.substr(0, at_once));
  return reply;
}

TEST(HttpReply, IsReadTheSameHoweverItsBytesArrive) {
  for (const std::size_t at_once : {1U, 2U, 3U, 7U, 1000U}) {
    const HttpReply reply = read(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-TYPE: Audio/MPEG ; x=1\r\n"
        "Transfer-Encoding: chunked\r\n\r\n4;x=y\r\nabcd\r\nA\r\n0123456789\r\n0\r\n\r\n",
        at_once);
    EXPECT_EQ(reply.phase(), Phase::complete) << at_once;
    EXPECT_EQ(reply.status(), 200);
    EXPECT_EQ(reply.content_type(), "audio/mpeg");
    EXPECT_EQ(reply.body(), "abcd0123456789");
  }
}

TEST(HttpReply, ShoutcastsFirstLineAndBareLineEndsAreTaken) {
  const HttpReply reply = read("ICY 200 OK\nicy-name: x\n\nabc", 1);
  EXPECT_EQ(reply.status(), 200);
  EXPECT_EQ(reply.phase(), Phase::body);
  EXPECT_EQ(reply.body(), "abc");
}

TEST(HttpReply, ALengthEndsTheBody) {
  const HttpReply reply = read("HTTP/1.0 404 Not Found\r\nContent-Length: 3\r\n\r\nabcdef", 4);
  EXPECT_EQ(reply.phase(), Phase::complete);
  EXPECT_EQ(reply.body(), "abc");
  EXPECT_EQ(read("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", 1).phase(), Phase::complete);
}

TEST(HttpReply, WhatIsKeptIsBounded) {
  HttpReply header;
  header.feed("HTTP/1.0 200 OK\r\nX: ");
  for (int i = 0; i < 1000; ++i) header.feed(std::string(1000, 'x'));
  EXPECT_EQ(header.phase(), Phase::too_long);

  HttpReply body;
  body.feed("HTTP/1.0 200 OK\r\n\r\n");
  for (int i = 0; i < 1000; ++i) body.feed(std::string(1000, 'x'));
  EXPECT_EQ(body.body().size(), HttpReply::body_limit);
}

TEST(HttpReply, WhatIsNoReplyIsSaidAtOnce) {
  EXPECT_EQ(read("\xFF\xFB\x90", 1).phase(), Phase::no_http);
  EXPECT_EQ(read("HTTP/1.0 OK\r\n\r\n", 1).phase(), Phase::no_http);
  EXPECT_EQ(read("HTT", 1).phase(), Phase::header);
}

TEST(HttpReply, WrongChunksAreSaid) {
  const std::string header = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(read(header + "zz\r\n", 1).phase(), Phase::broken);
  EXPECT_EQ(read(header + "-1\r\n", 1).phase(), Phase::broken);
  EXPECT_EQ(read(header + "FFFFFFFFFFFFFFFFFF\r\n", 1).phase(), Phase::broken);
  EXPECT_EQ(read(header + std::string(1000, '1'), 1).phase(), Phase::broken);
  EXPECT_EQ(read(header + "FFFFFFFFFFFFFFFF\r\nabc", 1).body(), "abc");
}

std::string binary() {
  return std::string("\xFF\xFB\x90\x64\x00\x0F\xF0", 7);
}

TEST(MediaBytes, BytesSayMoreThanTypes) {
  EXPECT_EQ(look_of(binary(), "audio/mpeg", false), Look::media);
  EXPECT_EQ(look_of(binary(), "text/plain", false), Look::media);
  EXPECT_EQ(look_of(binary(), "text/html", false), Look::media);
  EXPECT_EQ(look_of("<" + binary(), "", false), Look::media);
  EXPECT_EQ(look_of("{" + binary(), "", false), Look::media);
  EXPECT_EQ(look_of("<!DOCTYPE html>" + std::string(300, 'x'), "audio/mpeg", false),
            Look::no_media);
  EXPECT_EQ(look_of("{\"error\":1}", "audio/mpeg", true), Look::no_media);
  EXPECT_EQ(look_of(" [ {\"a\":1} ]", "", true), Look::no_media);
  EXPECT_EQ(look_of("<?xml version=\"1.0\"?><error/>", "audio/mpeg", true), Look::no_media);
  EXPECT_EQ(look_of("off the air", "text/html", true), Look::no_media);
}

TEST(MediaBytes, PlaylistsAndManifestsAreMedia) {
  EXPECT_EQ(look_of("#EXTM3U\n", "application/vnd.apple.mpegurl", false), Look::media);
  EXPECT_EQ(look_of("\xEF\xBB\xBF#EXTM3U\n", "text/html", false), Look::media);
  EXPECT_EQ(look_of("<?xml?><MPD>", "application/dash+xml", false), Look::media);
  EXPECT_EQ(look_of("<?xml?><!-- c --><MPD xmlns>", "text/xml", false), Look::media);
  EXPECT_EQ(look_of("v=0\r\n", "application/sdp", false), Look::media);
  EXPECT_EQ(look_of("[Script Info]\n", "text/plain", false), Look::media);
  EXPECT_EQ(look_of("--frame\r\nContent-Type: image/jpeg", "multipart/x-mixed-replace", false),
            Look::media);
}

TEST(MediaBytes, TooLittleToSayWaitsForMore) {
  EXPECT_EQ(look_of("", "audio/mpeg", false), Look::unsure);
  EXPECT_EQ(look_of("<", "audio/mpeg", false), Look::unsure);
  EXPECT_EQ(look_of("  \r\n", "audio/mpeg", false), Look::unsure);
  EXPECT_EQ(look_of("<?xml?>" + std::string(5000, ' '), "text/xml", false), Look::unsure);
  EXPECT_EQ(look_of("", "audio/mpeg", true), Look::no_media);
}

TEST(HttpRequest, OwnHeadersStandInPlaceOfOurs) {
  const std::string request =
      get_request("http://h:8000/a b?c=d", {{"user-agent", "Radio/1"}, {"X-Key", "k"}}, false);
  EXPECT_TRUE(request.starts_with("GET /a%20b?c=d HTTP/1.1\r\n")) << request;
  EXPECT_NE(request.find("\r\nuser-agent: Radio/1\r\nX-Key: k\r\n"), std::string::npos) << request;
  EXPECT_EQ(request.find("User-Agent"), std::string::npos) << request;
  EXPECT_NE(request.find("\r\nHost: h:8000\r\n"), std::string::npos) << request;
  EXPECT_TRUE(request.ends_with("\r\n\r\n"));
}

TEST(HttpRequest, UserAndPasswordGoDecodedAndOnlyWhenAsked) {
  const std::string url = "http://us%40er:p%3Ass@h/";
  EXPECT_NE(get_request(url, {}, true).find("Authorization: Basic dXNAZXI6cDpzcw==\r\n"),
            std::string::npos);
  EXPECT_EQ(get_request(url, {}, false).find("Authorization"), std::string::npos);
  EXPECT_EQ(get_request("http://h", {}, true).find("Authorization"), std::string::npos);
}

TEST(HttpRequest, ALineEndCannotBeSmuggledIn) {
  const std::string request = get_request("http://h/a\r\nX: 1", {{"Y", "1\r\nZ: 2"}}, false);
  EXPECT_EQ(request.find("\nX:"), std::string::npos);
  EXPECT_EQ(request.find("Z:"), std::string::npos);
}

TEST(Proxy, NoProxyNamesHostsAndDomains) {
  EXPECT_TRUE(in_no_proxy("localhost, example.org", "radio.example.org"));
  EXPECT_TRUE(in_no_proxy(".example.org", "radio.example.org"));
  EXPECT_TRUE(in_no_proxy("*.example.org", "radio.example.org"));
  EXPECT_TRUE(in_no_proxy("*", "h"));
  EXPECT_FALSE(in_no_proxy("example.org", "badexample.org"));
  EXPECT_FALSE(in_no_proxy("", "h"));
  EXPECT_FALSE(in_no_proxy(",, .", "h"));
}

}  // namespace
}  // namespace monitor::probes
