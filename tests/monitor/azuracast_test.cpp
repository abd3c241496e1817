#include "monitor/probes/azuracast/azuracast.hpp"

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "tests/monitor/loopback_server.hpp"

namespace monitor::probes {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using Health = AzuracastReport::Health;
using loopback::Client;
using loopback::Server;

const std::string now_playing =
    R"({"station":{"id":4,"shortcode":"night_fm"},"now_playing":{"sh_id":9120,
    "song":{"artist":"Ana","title":"Dusk"}},"is_online":true})";
const std::string status_ok = R"({"online":true,"timestamp":1760000000})";

std::string reply(const std::string& status, const std::string& body,
                  const std::string& headers = "") {
  return "HTTP/1.1 " + status + "\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// Answers now-playing with `text`, and its status; keeps the requests.
class Station {
 public:
  explicit Station(std::string text, const loopback::Certificate* certificate = nullptr)
      : text_(std::move(text)), server_([this](Client& client) { serve(client); }, certificate) {}

  std::string url(const std::string& path = "") const { return server_.url(path); }
  const std::string& port() const { return server_.port(); }
  std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void serve(Client& client) {
    const std::string request = client.request();
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    const bool of_status = request.find("GET /api/status ") != std::string::npos;
    client.say(of_status ? reply("200 OK", status_ok) : text_);
  }

  std::string text_;
  std::mutex mutex_;
  std::vector<std::string> requests_;
  Server server_;
};

AzuracastReport run(const std::function<void(boost::asio::any_io_executor,
                                             std::function<void(AzuracastReport)>)>& ask) {
  boost::asio::io_context context;
  AzuracastReport report;
  int calls = 0;
  ask(context.get_executor(), [&](AzuracastReport found) {
    report = std::move(found);
    ++calls;
  });
  EXPECT_EQ(calls, 0) << "from within the call";
  context.run();
  EXPECT_EQ(calls, 1);
  return report;
}

AzuracastReport poll(const Azuracast& from, const std::string& etag = "", Duration timeout = 5s) {
  return run([&](const auto& executor, auto done) {
    poll_azuracast(executor, from, etag, timeout, std::move(done));
  });
}

AzuracastReport probe(const Azuracast& from, Duration timeout = 5s) {
  return run([&](const auto& executor, auto done) {
    probe_azuracast(executor, from, timeout, std::move(done));
  });
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Azuracast, TellsWhatIsOnAir) {
  Station station(reply("200 OK", now_playing, "ETag: \"abc\"\r\n"));
  const AzuracastReport report = poll({.url = station.url("/"), .station = "night_fm"});
  EXPECT_EQ(report.health, Health::healthy);
  EXPECT_TRUE(report.is_up());
  EXPECT_EQ(report.sentence, "AzuraCast is reachable.");
  ASSERT_TRUE(report.now_playing);
  EXPECT_EQ(report.now_playing->track.title, "Dusk");
  EXPECT_EQ(report.etag, "\"abc\"");
  EXPECT_FALSE(report.is_unchanged);
  EXPECT_GT(report.took, 0s);
  ASSERT_EQ(station.requests().size(), 1U);
  EXPECT_TRUE(has(station.requests()[0], "GET /api/nowplaying/night_fm HTTP/1.1\r\n"));
}

TEST(Azuracast, AnEtagIsSentAgainAnd304MeansUnchanged) {
  // A length of a body that is not sent, as the standard allows: not waited for.
  Station station("HTTP/1.1 304 Not Modified\r\nETag: \"abc\"\r\nContent-Length: 5000\r\n\r\n");
  const AzuracastReport report = poll({.url = station.url()}, "\"abc\"", 20s);
  EXPECT_EQ(report.health, Health::healthy);
  EXPECT_TRUE(report.is_unchanged);
  EXPECT_FALSE(report.now_playing);
  EXPECT_EQ(report.etag, "\"abc\"");
  EXPECT_LT(report.took, 5s);
  EXPECT_TRUE(has(station.requests()[0], "If-None-Match: \"abc\"\r\n"));
}

TEST(Azuracast, TheKeyIsSentAndNeverSaid) {
  Station station(reply("403 Forbidden", R"({"message":"planted"})"));
  const AzuracastReport report =
      poll({.url = station.url(), .api_key = "planted:key", .station = "night_fm"});
  EXPECT_TRUE(has(station.requests()[0], "X-API-Key: planted:key\r\n"));
  EXPECT_EQ(report.health, Health::degraded);
  EXPECT_FALSE(has(report.sentence, "planted")) << report.sentence;
  EXPECT_TRUE(has(report.sentence, "API key is missing, wrong")) << report.sentence;
}

TEST(Azuracast, AKeyWithALineEndIsNotSent) {
  Station station(reply("200 OK", now_playing));
  poll({.url = station.url(), .api_key = "a\r\nX-Evil: 1"});
  EXPECT_FALSE(has(station.requests()[0], "Evil"));
}

TEST(Azuracast, ARedirectIsFollowedAndTakesTheKeyToNoOtherServer) {
  Station other(reply("200 OK", now_playing));
  Station station("HTTP/1.1 302 Found\r\nLocation: " + other.url("/np") + "\r\n\r\n");
  const std::string url = "http://u:planted@127.0.0.1:" + station.port();
  const AzuracastReport report = poll({.url = url, .api_key = "planted"});
  EXPECT_TRUE(report.now_playing);
  EXPECT_TRUE(has(station.requests()[0], "Authorization: Basic "));
  EXPECT_TRUE(has(station.requests()[0], "X-API-Key: planted"));
  ASSERT_EQ(other.requests().size(), 1U);
  EXPECT_FALSE(has(other.requests()[0], "planted"));
  EXPECT_FALSE(has(other.requests()[0], "Authorization"));
}

TEST(Azuracast, EndlessRedirectsEnd) {
  const Server server([](Client& client) {
    client.request();
    client.say("HTTP/1.1 302 Found\r\nLocation: /again\r\n\r\n");
  });
  const AzuracastReport report = poll({.url = server.url("/")});
  EXPECT_EQ(report.health, Health::unhealthy);
  EXPECT_TRUE(has(report.sentence, "redirects more than 5 times")) << report.sentence;
}

TEST(Azuracast, HttpsIsVerified) {
  const loopback::Certificate certificate;
  Station station(reply("200 OK", now_playing), &certificate);
  const AzuracastReport refused = poll({.url = station.url()});
  EXPECT_EQ(refused.health, Health::unhealthy);
  EXPECT_TRUE(has(refused.sentence, "certificate")) << refused.sentence;
  ASSERT_EQ(::setenv("SSL_CERT_FILE", certificate.file().c_str(), 1), 0);
  EXPECT_EQ(poll({.url = station.url()}).health, Health::healthy);
  ::unsetenv("SSL_CERT_FILE");
}

TEST(Azuracast, AStationThatIsOffLineIsDegraded) {
  Station station(reply("200 OK", R"({"now_playing":{"sh_id":0},"is_online":false})"));
  const AzuracastReport report = poll({.url = station.url()});
  EXPECT_EQ(report.health, Health::degraded);
  EXPECT_TRUE(report.is_up());
  EXPECT_TRUE(report.now_playing) << "it is a report all the same";
  EXPECT_TRUE(has(report.sentence, "station is off line")) << report.sentence;
}

TEST(Azuracast, WhatTellsNothingWhileAzuracastAnswersIsDegraded) {
  for (const std::string& text :
       {reply("404 Not Found", "{}"), reply("500 X", ""), reply("429 Slow", ""),
        reply("200 OK", "{}"), reply("200 OK", "<html>"), reply("200 OK", "[]")}) {
    Station station(text);
    const AzuracastReport report = poll({.url = station.url(), .station = "night_fm"});
    EXPECT_EQ(report.health, Health::degraded) << text;
    EXPECT_FALSE(report.is_up()) << text << ": what is needed of it is the report";
    EXPECT_FALSE(report.now_playing);
    EXPECT_EQ(report.etag, "");
    EXPECT_NE(report.sentence, "AzuraCast is reachable.");
  }
}

TEST(Azuracast, WhatRefusesItsStatusTooIsDegraded) {
  for (const char* status : {"401 Unauthorized", "403 Forbidden", "429 Slow"}) {
    const Server server([&](Client& client) {
      client.request();
      client.say(reply(status, "{}"));
    });
    const AzuracastReport report = poll({.url = server.url("")});
    EXPECT_EQ(report.health, Health::degraded) << status << ": it answers";
    EXPECT_FALSE(report.is_up());
    EXPECT_TRUE(has(report.sentence, " to /api/status.")) << report.sentence;
  }
}

TEST(Azuracast, WhoeverIsNotAzuracastIsUnhealthy) {
  const Server server([](Client& client) {
    client.request();
    client.say(reply("404 Not Found", "nginx"));
  });
  const AzuracastReport report = poll({.url = server.url("")});
  EXPECT_EQ(report.health, Health::unhealthy);
  EXPECT_EQ(report.sentence, "127.0.0.1:" + server.port() + " answers 404 to /api/status.");
}

TEST(Azuracast, WhereNobodyListensOrAnswersItIsUnhealthy) {
  const std::string port = loopback::closed_port();
  const AzuracastReport refused = poll({.url = "http://127.0.0.1:" + port});
  EXPECT_EQ(refused.health, Health::unhealthy);
  EXPECT_FALSE(refused.is_up());
  EXPECT_EQ(refused.sentence, "Connection to 127.0.0.1:" + port + " refused.");
  const Server silent([](Client& client) { client.wait_for_end(); });
  const AzuracastReport slow = poll({.url = silent.url("")}, "", 200ms);
  EXPECT_EQ(slow.health, Health::unhealthy);
  EXPECT_TRUE(has(slow.sentence, "does not answer within 0.2 s")) << slow.sentence;
  EXPECT_LT(slow.took, 3s);
}

TEST(Azuracast, ABodyThatIsCutOffIsNoReport) {
  Station station("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + now_playing.substr(0, 60));
  EXPECT_EQ(poll({.url = station.url()}).health, Health::degraded);
}

TEST(Azuracast, AChunkedBodyIsRead) {
  const std::string half = now_playing.substr(0, 50);
  const std::string other = now_playing.substr(50);
  char text[2000];
  std::snprintf(text, sizeof text, "%zx\r\n%s\r\n%zx\r\n%s\r\n0\r\n\r\n", half.size(), half.c_str(),
                other.size(), other.c_str());
  Station station("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(text));
  EXPECT_TRUE(poll({.url = station.url()}).now_playing);
}

TEST(Azuracast, ABodyWithoutEndIsNotReadToItsEnd) {
  const Server server([](Client& client) {
    if (client.request().find("/api/status") != std::string::npos) {
      client.say(reply("200 OK", status_ok));
      return;
    }
    client.say("HTTP/1.1 200 OK\r\n\r\n");
    const std::string megabyte(1 << 20, ' ');
    for (int i = 0; i < 64 && client.say(megabyte); ++i) {
    }
  });
  const AzuracastReport report = poll({.url = server.url("")}, "", 20s);
  EXPECT_EQ(report.health, Health::degraded);
  EXPECT_TRUE(has(report.sentence, "more than 1 MiB")) << report.sentence;
}

TEST(Azuracast, WithoutAStationTheOnlyOneIsTaken) {
  Station one(reply("200 OK", "[" + now_playing + "]"));
  EXPECT_TRUE(poll({.url = one.url()}).now_playing);
  EXPECT_TRUE(has(one.requests()[0], "GET /api/nowplaying HTTP/1.1\r\n"));
  Station two(reply("200 OK", "[" + now_playing + "," + now_playing + "]"));
  const AzuracastReport report = poll({.url = two.url()});
  EXPECT_EQ(report.health, Health::degraded);
  EXPECT_TRUE(has(report.sentence, "has 2 stations: one must be named")) << report.sentence;
}

TEST(Azuracast, TheProbeAsksForTheStatusAlone) {
  Station station(reply("500 X", ""));
  const AzuracastReport report = probe({.url = station.url()});
  EXPECT_EQ(report.health, Health::healthy);
  EXPECT_EQ(station.requests().size(), 1U);
  Station other(reply("200 OK", "{}"));
  EXPECT_EQ(probe({.url = "http://127.0.0.1:" + loopback::closed_port()}).health,
            Health::unhealthy);
}

TEST(AzuracastUrl, IsMadeOfWhatAPersonWrote) {
  const Azuracast from{.url = "https://radio.example/sub//?x=1", .station = "a b/c"};
  EXPECT_EQ(azuracast_status_url(from), "https://radio.example/sub/api/status");
  EXPECT_EQ(azuracast_now_playing_url(from), "https://radio.example/sub/api/nowplaying/a%20b%2Fc");
  EXPECT_EQ(azuracast_feed_url({.url = "http://h", .station = "night_fm"}),
            "http://h/api/live/nowplaying/sse?cf_connect=%7B%22subs%22%3A%7B%22station%3Anight_fm"
            "%22%3A%7B%22recover%22%3Atrue%7D%7D%7D");
}

}  // namespace
}  // namespace monitor::probes
