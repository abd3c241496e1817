#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "monitor/probes/azuracast/feed.hpp"
#include "tests/monitor/loopback_server.hpp"

namespace monitor::probes {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using loopback::Client;
using loopback::Server;

std::string np(int sh_id, const std::string& station = "night_fm") {
  return R"({"np":{"station":{"shortcode":")" + station + R"("},"now_playing":{"sh_id":)" +
         std::to_string(sh_id) + "}}}";
}
std::string chunk(const std::string& text) {
  char size[32];
  std::snprintf(size, sizeof size, "%zx\r\n", text.size());
  return size + text + "\r\n";
}
std::string event(const std::string& json) {
  return chunk("data: " + json + "\n\n");
}
const std::string head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string connected = event(R"({"connect":{"data":[)" + np(1) + "]}}");

std::string update(int sh_id, const std::string& station = "night_fm") {
  return event(R"({"channel":"x","pub":{"data":)" + np(sh_id, station) + "}}");
}

struct Followed {
  std::vector<std::int64_t> numbers;
  std::string end;
  int ends = 0;
};

// Follows it to its end.
Followed follow(const Azuracast& from, FeedLimits limits = {}) {
  boost::asio::io_context context;
  Followed seen;
  AzuracastFeed feed(
      context.get_executor(), from, limits,
      [&](const NowPlaying& report) { seen.numbers.push_back(report.sh_id); },
      [&](const std::string& sentence) {
        seen.end = sentence;
        ++seen.ends;
      });
  EXPECT_FALSE(feed.is_open());
  context.run();
  EXPECT_EQ(seen.ends, 1);
  EXPECT_FALSE(feed.is_open());
  return seen;
}

using Numbers = std::vector<std::int64_t>;

TEST(AzuracastFeed, TellsWhatIsOnAirAtOnceAndEachChange) {
  std::string request;
  const Server server([&](Client& client) {
    request = client.request();
    const std::string last = update(4);
    client.say(head + connected + event("{}") + update(2) + update(3, "day_fm") +
               last.substr(0, 9));
    client.say(last.substr(9) + "0\r\n\r\n");
  });
  const Followed seen =
      follow({.url = server.url("/"), .api_key = "planted", .station = "night_fm"});
  EXPECT_EQ(seen.numbers, (Numbers{1, 2, 4}));
  EXPECT_EQ(seen.end, "The feed of AzuraCast at 127.0.0.1:" + server.port() + " ended.");
  EXPECT_NE(request.find("GET /api/live/nowplaying/sse?cf_connect="), std::string::npos);
  EXPECT_NE(request.find("X-API-Key: planted\r\n"), std::string::npos);
  EXPECT_NE(request.find("Accept: text/event-stream\r\n"), std::string::npos);
}

TEST(AzuracastFeed, EndsAfterASilence) {
  const Server server([](Client& client) {
    client.request();
    client.say(head + connected);
    client.wait_for_end();
  });
  const auto began = std::chrono::steady_clock::now();
  const Followed seen = follow({.url = server.url("/")}, {.opening = 5s, .silence = 300ms});
  EXPECT_EQ(seen.numbers, Numbers{1});
  EXPECT_NE(seen.end.find("has sent nothing on its feed for 0.3 s"), std::string::npos) << seen.end;
  EXPECT_LT(std::chrono::steady_clock::now() - began, 4s);
}

TEST(AzuracastFeed, ByTlsToo) {
  const loopback::Certificate certificate;
  ASSERT_EQ(::setenv("SSL_CERT_FILE", certificate.file().c_str(), 1), 0);
  const Server server(
      [](Client& client) {
        client.request();
        client.say(head + connected);
        client.wait_for_end();
      },
      &certificate);
  const Followed seen = follow({.url = server.url("/")}, {.opening = 5s, .silence = 300ms});
  ::unsetenv("SSL_CERT_FILE");
  EXPECT_EQ(seen.numbers, Numbers{1});
  EXPECT_NE(seen.end.find("has sent nothing"), std::string::npos) << seen.end;
}

TEST(AzuracastFeed, EndsWhereItDoesNotBegin) {
  const Server silent([](Client& client) { client.wait_for_end(); });
  const Followed seen = follow({.url = silent.url("/")}, {.opening = 200ms, .silence = 60s});
  EXPECT_NE(seen.end.find("has sent nothing on its feed for 0.2 s"), std::string::npos) << seen.end;
  const std::string port = loopback::closed_port();
  EXPECT_EQ(follow({.url = "http://127.0.0.1:" + port}).end,
            "Connection to 127.0.0.1:" + port + " refused.");
}

TEST(AzuracastFeed, WhatIsNoFeedIsSaid) {
  const Server missing([](Client& client) {
    client.request();
    client.say("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  });
  EXPECT_EQ(follow({.url = missing.url("")}).end,
            "127.0.0.1:" + missing.port() + " answers 404 where AzuraCast's feed should be.");
  const Server ssh([](Client& client) { client.say("SSH-2.0-OpenSSH\r\n"); });
  EXPECT_EQ(follow({.url = ssh.url("")}).end,
            "127.0.0.1:" + ssh.port() + " answers, but with no feed.");
  const Server turning([](Client& client) {
    client.request();
    client.say("HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n");
  });
  EXPECT_NE(follow({.url = turning.url("")}).end.find("redirects too often"), std::string::npos);
}

TEST(AzuracastFeed, ARedirectIsFollowedWithoutTheKey) {
  std::string request;
  const Server other([&](Client& client) {
    request = client.request();
    client.say(head + connected + "0\r\n\r\n");
  });
  const Server server([&](Client& client) {
    client.request();
    client.say("HTTP/1.1 301 X\r\nLocation: " + other.url("/f") + "\r\n\r\n");
  });
  const Followed seen = follow({.url = server.url(""), .api_key = "planted"});
  EXPECT_EQ(seen.numbers, Numbers{1});
  EXPECT_EQ(request.find("planted"), std::string::npos);
}

TEST(AzuracastFeed, ThatNeverEndsIsOpenedAnew) {
  const Server server([](Client& client) {
    client.request();
    client.say(head + connected);
    const std::string filler = chunk(": " + std::string(60'000, 'x') + "\n");
    for (int i = 0; i < 1000 && client.say(filler); ++i) {
    }
  });
  const Followed seen = follow({.url = server.url("")});
  EXPECT_EQ(seen.numbers, Numbers{1});
  EXPECT_NE(seen.end.find("ended"), std::string::npos) << seen.end;
}

TEST(AzuracastFeed, MayBeDestroyedWhenItEnds) {
  boost::asio::io_context context;
  std::unique_ptr<AzuracastFeed> feed;
  int ends = 0;
  feed = std::make_unique<AzuracastFeed>(
      context.get_executor(), Azuracast{.url = "http://127.0.0.1:" + loopback::closed_port()},
      FeedLimits{}, [](const NowPlaying&) {},
      [&](const std::string&) {
        ++ends;
        feed.reset();
      });
  context.run();
  EXPECT_EQ(ends, 1);
}

// While it opens, while it waits, and in what it calls.
TEST(AzuracastFeed, DestroyedItHangsUpAndCallsNobody) {
  const Server server([](Client& client) {
    client.request();
    client.say(head + connected + update(2));
    client.wait_for_end();
  });
  for (const int moment : {0, 1, 2}) {
    boost::asio::io_context context;
    std::unique_ptr<AzuracastFeed> feed;
    int calls = 0;
    const auto heard = [&](const NowPlaying&) {
      ++calls;
      if (moment == 1) feed.reset();
    };
    feed = std::make_unique<AzuracastFeed>(context.get_executor(), Azuracast{.url = server.url("")},
                                           FeedLimits{}, heard,
                                           [&](const std::string&) { calls += 100; });
    if (moment == 0) feed.reset();
    const auto deadline = std::chrono::steady_clock::now() + 5s;
    while (moment == 2 && calls < 2 && std::chrono::steady_clock::now() < deadline)
      context.run_for(10ms);
    if (moment == 2) {
      EXPECT_TRUE(feed->is_open());
      feed.reset();
    }
    context.restart();
    const auto began = std::chrono::steady_clock::now();
    context.run();
    EXPECT_LT(std::chrono::steady_clock::now() - began, 3s);
    EXPECT_EQ(calls, moment);
  }
}

}  // namespace
}  // namespace monitor::probes
