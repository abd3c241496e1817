#include "monitor/probes/sink_statistics.hpp"

#include <chrono>
#include <fstream>

#include <gtest/gtest.h>

#include "monitor/probes/published_path.hpp"
#include "monitor/text/sentence.hpp"
#include "tests/monitor/loopback_server.hpp"
#include "tests/monitor/probe_sink.hpp"

namespace monitor::probes {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using loopback::Client;
using loopback::Server;

constexpr auto nginx = SinkServer::nginx_rtmp_stat;
constexpr auto mediamtx = SinkServer::mediamtx;
constexpr auto srs = SinkServer::srs;
constexpr auto icecast = SinkServer::icecast;

TEST(PublishedPath, IsWhatTheServerKnowsTheStreamBy) {
  EXPECT_EQ(published_path("rtmp://h/live/key"), "live/key");
  EXPECT_EQ(published_path("rtmp://u:p@h:1935/live/key?token=a/b"), "live/key");
  EXPECT_EQ(published_path("rtmps://h/live?user=x/key?y"), "live/key");
  EXPECT_EQ(published_path("rtmp://h/app/instance/key"), "app/instance/key");
  EXPECT_EQ(published_path("rtmp://h/live/key.flv"), "live/key");
  EXPECT_EQ(published_path("rtmp://h/key"), "key");
  EXPECT_EQ(published_path("rtmp://h//live/key/"), "live/key");
  EXPECT_EQ(published_path("icecast://source:p@h:8000/radio%20a.mp3?x"), "radio a.mp3");
  EXPECT_EQ(published_path("rtsp://h:8554/cam/a"), "cam/a");
  EXPECT_EQ(published_path("srt://h:8890?mode=caller&streamid=publish:cam/a:u:p&latency=1"),
            "cam/a");
  EXPECT_EQ(published_path("srt://h:1?streamid=%23!::r=live/key,m=publish"), "live/key");
  EXPECT_EQ(published_path("srt://h:1?streamid=plain"), "plain");
  for (const char* none : {"", "rtmp://h", "rtmp://h/", "rtmp://h/?a=b", "srt://h:1", "udp://h:1"})
    EXPECT_EQ(published_path(none), "") << none;
}

std::string nginx_stat(const std::string& applications) {
  return "<?xml version=\"1.0\" encoding=\"utf-8\" ?>\n<rtmp><pid>1</pid><bytes_in>99</bytes_in>"
         "<server>" +
         applications + "</server></rtmp>";
}

std::string application(const std::string& name, const std::string& streams) {
  return "<application><name>" + name + "</name><live>" + streams +
         "<nclients>1</nclients></live></application>";
}

std::string nginx_stream(const std::string& name, const std::string& bytes,
                         const std::string& signs = "<publishing/><active/>") {
  return "<stream><name>" + name + "</name><bw_in>0</bw_in><bytes_in>" + bytes +
         "</bytes_in><client><id>1</id><bytes_in>7</bytes_in></client>" + signs + "</stream>";
}

TEST(NginxRtmpStat, ThePublishersBytesAreThoseOfItsOwnApplicationAndName) {
  const std::string body = nginx_stat(
      application("live", nginx_stream("key", "1234567890123") + nginx_stream("key2", "2")) +
      application("other", nginx_stream("key", "3")));
  const SinkReport report = read_sink_statistics(nginx, body, "rtmp://h/live/key?token=x");
  EXPECT_TRUE(report.answered);
  EXPECT_TRUE(report.has_publisher);
  EXPECT_EQ(report.received_bytes, 1234567890123u);
  EXPECT_EQ(read_sink_statistics(nginx, body, "rtmp://h/other/key").received_bytes, 3u);
}

TEST(NginxRtmpStat, AnInstanceIsPartOfTheApplicationOrOfTheName) {
  for (const std::string& body : {nginx_stat(application("live/one", nginx_stream("key", "5"))),
                                  nginx_stat(application("live", nginx_stream("one/key", "5")))})
    EXPECT_EQ(read_sink_statistics(nginx, body, "rtmp://h/live/one/key").received_bytes, 5u);
  const std::string other = nginx_stat(application("live", nginx_stream("onekey", "5")));
  EXPECT_FALSE(read_sink_statistics(nginx, other, "rtmp://h/live/one/key").has_publisher);
}

TEST(NginxRtmpStat, ListenersAloneAreNoPublisher) {
  const std::string body = nginx_stat(application("live", nginx_stream("key", "5", "")));
  const SinkReport report = read_sink_statistics(nginx, body, "rtmp://h/live/key");
  EXPECT_TRUE(report.answered);
  EXPECT_FALSE(report.has_publisher);
  EXPECT_FALSE(report.received_bytes);
  EXPECT_NE(report.sentence.find("no publisher"), std::string::npos) << report.sentence;
}

TEST(NginxRtmpStat, AStreamThatIsNotThereMayBeAnotherWorkers) {
  for (const std::string& body :
       {nginx_stat(""), nginx_stat(application("live", "")), std::string("<rtmp/>")}) {
    const SinkReport report = read_sink_statistics(nginx, body, "rtmp://h/live/key");
    EXPECT_TRUE(report.answered) << body;
    EXPECT_FALSE(report.has_publisher);
    EXPECT_NE(report.sentence.find("several workers"), std::string::npos) << report.sentence;
  }
}

TEST(MediaMtx, ReadsOlderAndNewerVersions) {
  const auto read = [](const char* body) {
    return read_sink_statistics(mediamtx, body, "rtmp://h/live/key");
  };
  const SinkReport older =
      read(R"({"name":"live/key","source":{"type":"rtmpConn","id":"x"},"ready":true,)"
           R"("readyTime":"2026-01-01T00:00:00Z","tracks":["H264"],"bytesReceived":4567,)"
           R"("bytesSent":8,"readers":[]})");
  EXPECT_TRUE(older.has_publisher);
  EXPECT_EQ(older.received_bytes, 4567u);
  const SinkReport newer =
      read(R"({"name":"live/key","ready":true,"available":true,"online":true,"inboundBytes":89,)"
           R"("bytesReceived":1})");
  EXPECT_TRUE(newer.has_publisher);
  EXPECT_EQ(newer.received_bytes, 89u);
  const SinkReport stand_in = read(R"({"name":"live/key","ready":true,"online":false})");
  EXPECT_TRUE(stand_in.answered);
  EXPECT_FALSE(stand_in.has_publisher);
  const SinkReport missing = read(R"({"error":"path not found"})");
  EXPECT_TRUE(missing.answered);
  EXPECT_FALSE(missing.has_publisher);
  EXPECT_FALSE(read(R"({"error":"authentication error"})").answered);
}

TEST(Srs, ThePublisherIsTheActiveOneOfItsApplicationAndName) {
  const char* body =
      R"({"code":0,"server":"vid-1","streams":[)"
      R"({"name":"key","app":"other","recv_bytes":1,"publish":{"active":true}},)"
      R"({"name":"key","app":"live","recv_bytes":2,"publish":{"active":false}},)"
      R"({"id":"vid-2","name":"key","app":"live","url":"/live/key","recv_bytes":777,)"
      R"("kbps":{"recv_30s":5},"publish":{"active":true,"cid":"c"},"video":null}]})";
  const SinkReport report = read_sink_statistics(srs, body, "rtmp://h/live/key");
  EXPECT_TRUE(report.has_publisher);
  EXPECT_EQ(report.received_bytes, 777u);
  EXPECT_TRUE(read_sink_statistics(srs, body, "rtmp://h/live/none").answered);
  EXPECT_FALSE(read_sink_statistics(srs, body, "rtmp://h/live/none").has_publisher);
  const char* idle =
      R"({"code":0,"streams":[{"name":"key","app":"live","publish":{"active":false}}]})";
  EXPECT_FALSE(read_sink_statistics(srs, idle, "rtmp://h/live/key").has_publisher);
  EXPECT_FALSE(read_sink_statistics(srs, R"({"code":1061,"streams":[]})", "rtmp://h/a/b").answered);
}

std::string icecast_status(const std::string& source) {
  return R"({"icestats":{"admin":"a","server_id":"Icecast 2.4.4",)" + source + R"("dummy":null}})";
}

std::string mount(const std::string& name, const std::string& title = "\"Ana - Dusk\"") {
  return R"({"genre":"various","listeners":0,"stream_start":"x","listenurl":"http://127.0.0.1:8000/)" +
         name + R"(","title":)" + title + R"(,"dummy":null})";
}

TEST(IcecastStatus, TheMountIsThereInEachOfItsShapes) {
  const auto has = [](const std::string& body, const char* url = "icecast://s:p@h:1/radio.mp3") {
    const SinkReport report = read_sink_statistics(icecast, body, url);
    EXPECT_TRUE(report.answered) << body;
    EXPECT_FALSE(report.received_bytes);
    return report.has_publisher;
  };
  EXPECT_FALSE(has(icecast_status("")));
  EXPECT_FALSE(has(R"({"icestats":{"source":null}})"));
  EXPECT_TRUE(has(icecast_status("\"source\":" + mount("radio.mp3") + ",")));
  EXPECT_FALSE(has(icecast_status("\"source\":" + mount("radio.mp3x") + ",")));
  const std::string two = "\"source\":[" + mount("a.ogg") + "," + mount("radio.mp3") + "],";
  EXPECT_TRUE(has(icecast_status(two)));
  EXPECT_TRUE(has(icecast_status(two), "icecast://s:p@h:1/a.ogg"));
  EXPECT_FALSE(has(icecast_status(two), "icecast://s:p@h:1/b.ogg"));
  EXPECT_TRUE(has(icecast_status("\"source\":" + mount("radio.mp3", "\"caf\xE9\"") + ",")));
}

// Icecast-KH lists mounts that are configured, or have listeners, without a source.
TEST(Icecast, AMountWithoutASourceHasNoPublisher) {
  const char* url = "icecast://h/radio.mp3";
  for (const std::string& body :
       {icecast_status(R"("source":{"listeners":3,"listenurl":"http://h:8000/radio.mp3"},)"),
        std::string("<icestats><source mount=\"/radio.mp3\"><listeners>3</listeners>"
                    "<fallback>/silence.mp3</fallback></source></icestats>")}) {
    const SinkReport report = read_sink_statistics(icecast, body, url);
    EXPECT_TRUE(report.answered) << body;
    EXPECT_FALSE(report.has_publisher) << body;
    EXPECT_EQ(report.sentence, "Icecast knows this mount, but has no source of it.");
  }
  const char* fed =
      "<icestats><source mount=\"/radio.mp3\"><source_ip>10.0.0.1</source_ip></source></icestats>";
  EXPECT_TRUE(read_sink_statistics(icecast, fed, url).has_publisher);
}

TEST(IcecastStatus, ItsInvalidJsonIsRead) {
  for (const char* title : {" - ", "012", "-", "1.2.3"}) {
    const std::string body = icecast_status("\"source\":[" + mount("a.ogg", title) + "," +
                                            mount("radio.mp3", title) + "],");
    EXPECT_TRUE(read_sink_statistics(icecast, body, "icecast://h/radio.mp3").has_publisher) << body;
    const SinkReport other = read_sink_statistics(icecast, body, "icecast://h/b.ogg");
    EXPECT_TRUE(other.answered) << body;
    EXPECT_FALSE(other.has_publisher) << body;
  }
}

TEST(IcecastAdminStats, TellsTheBytes) {
  const char* body =
      "<?xml version=\"1.0\"?>\n<icestats><sources>2</sources>"
      "<source mount=\"/a.mp3\"><total_bytes_read>1</total_bytes_read></source>"
      "<source mount=\"/radio.mp3\"><total_bytes_read>74023</total_bytes_read></source>"
      "</icestats>";
  const SinkReport report = read_sink_statistics(icecast, body, "icecast://h/radio.mp3");
  EXPECT_TRUE(report.has_publisher);
  EXPECT_EQ(report.received_bytes, 74023u);
  EXPECT_FALSE(read_sink_statistics(icecast, body, "icecast://h/b.mp3").has_publisher);
  EXPECT_TRUE(read_sink_statistics(icecast, body, "icecast://h/b.mp3").answered);
}

TEST(SinkStatistics, WhatIsNoStatisticsIsNoAnswer) {
  for (const SinkServer server : {nginx, mediamtx, srs, icecast}) {
    for (const std::string body :
         {"", " ", "<html><body>planted</body></html>", "<!DOCTYPE html><p>planted", "planted",
          "{}", "[]", "null", "\"planted\"", "{\"a\":", "<rtmp", "<icestats", "\xFF\xFE", "-1"}) {
      const SinkReport report = read_sink_statistics(server, body, "rtmp://h/live/planted2");
      EXPECT_FALSE(report.answered) << static_cast<int>(server) << body;
      EXPECT_FALSE(report.has_publisher);
      EXPECT_FALSE(report.sentence.empty());
      EXPECT_EQ(report.sentence.find("planted"), std::string::npos) << report.sentence;
    }
  }
}

TEST(SinkStatistics, ACommandThatDoesNotTellTheNameIsSaid) {
  const SinkReport report = read_sink_statistics(nginx, nginx_stat(""), "rtmp://h");
  EXPECT_FALSE(report.answered);
  EXPECT_EQ(report.sentence, "FFmpeg's output URL holds no stream name.");
}

std::string reply(const std::string& body, const std::string& status = "200 OK",
                  const std::string& headers = "") {
  return "HTTP/1.1 " + status + "\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST(ProbeSinkStatistics, EachServerIsAskedAtItsOwnPlace) {
  std::string asked;
  const Server server([&](Client& client) {
    asked = client.request();
    asked.resize(asked.find('\r'));
    client.say(reply("{}"));
  });
  const auto place = [&](SinkServer of, const std::string& path, const char* published) {
    probe(of, server.url(path), published);
    return asked;
  };
  EXPECT_EQ(place(nginx, "/stat?x=1", "rtmp://h/live/key"), "GET /stat?x=1 HTTP/1.1");
  EXPECT_EQ(place(mediamtx, "", "rtmp://h/live/k y?t=1"), "GET /v3/paths/get/live/k%20y HTTP/1.1");
  EXPECT_EQ(place(mediamtx, "/", "http://h:8889/cam/whip"), "GET /v3/paths/get/cam HTTP/1.1");
  EXPECT_EQ(place(srs, "/", "rtmp://h/live/key"), "GET /api/v1/streams?count=1000 HTTP/1.1");
  EXPECT_EQ(place(icecast, "", "icecast://h/a"), "GET /status-json.xsl HTTP/1.1");
  EXPECT_EQ(place(icecast, "/", "icecast://h/a"), "GET /status-json.xsl HTTP/1.1");
  EXPECT_EQ(place(icecast, "/admin/stats", "icecast://h/a"), "GET /admin/stats HTTP/1.1");
}

TEST(ProbeSinkStatistics, UserAndPasswordGoWithIt) {
  const std::string body = nginx_stat(application("live", nginx_stream("key", "9")));
  Server server([&](Client& client) {
    const bool knows = client.request().find("Authorization: Basic dXNlcjpwQHNz\r\n") !=
                       std::string::npos;  // user:p@ss
    client.say(knows ? reply(body) : reply("", "401 Unauthorized"));
  });
  const std::string at = "127.0.0.1:" + server.port() + "/stat";
  EXPECT_EQ(probe(nginx, "http://user:p%40ss@" + at, "rtmp://h/live/key").received_bytes, 9u);
  const SinkReport refused = probe(nginx, "http://user:wrong@" + at, "rtmp://h/live/key");
  EXPECT_FALSE(refused.answered);
  EXPECT_EQ(refused.sentence, "127.0.0.1:" + server.port() +
                                  " answers 401: its statistics require other credentials.");
}

TEST(ProbeSinkStatistics, MediaMtxSaysWith404ThatNobodyPublishes) {
  const auto status = [](const std::string& body) {
    const Server server([&](Client& client) {
      client.request();
      client.say(reply(body, "404 Not Found"));
    });
    return probe(mediamtx, server.url(""), "rtmp://h/live/key");
  };
  EXPECT_TRUE(status(R"({"status":"error","error":"path not found"})").answered);
  EXPECT_FALSE(status(R"({"status":"error","error":"path not found"})").has_publisher);
  EXPECT_FALSE(status("404 page not found").answered);
  EXPECT_FALSE(status("").answered);
}

TEST(ProbeSinkStatistics, RedirectsAreFollowedFiveTimes) {
  const std::string body = nginx_stat(application("live", nginx_stream("key", "9")));
  const Server server([&](Client& client) {
    const std::string request = client.request();
    const int left = std::atoi(request.c_str() + std::string("GET /").size());
    client.say(left == 0
                   ? reply(body)
                   : reply("", "302 Found", "Location: /" + std::to_string(left - 1) + "\r\n"));
  });
  EXPECT_TRUE(probe(nginx, server.url("/5"), "rtmp://h/live/key").answered);
  const SinkReport report = probe(nginx, server.url("/6"), "rtmp://h/live/key");
  EXPECT_FALSE(report.answered);
  EXPECT_NE(report.sentence.find("redirects more than 5 times"), std::string::npos);
}

TEST(ProbeSinkStatistics, CredentialsDoNotFollowARedirectToAnotherServer) {
  std::string request;
  const Server other([&](Client& client) {
    request = client.request();
    client.say(reply("", "404 Not Found"));
  });
  const Server server([&](Client& client) {
    client.request();
    client.say(reply("", "302 Found", "Location: " + other.url("/x") + "\r\n"));
  });
  probe(nginx, "http://user:planted@127.0.0.1:" + server.port() + "/", "rtmp://h/live/key");
  EXPECT_NE(request.find("GET /x "), std::string::npos);
  EXPECT_EQ(request.find("Authorization"), std::string::npos) << request;
}

// On a busy machine even a connection on loopback may take longer than a short time-out, and is
// silent for nobody then.
SinkReport probe_silent(const std::string& url, Duration& timeout) {
  for (timeout = 200ms;; timeout *= 4) {
    SinkReport report = probe(nginx, url, "rtmp://h/live/key", timeout);
    if (report.silent_for || timeout > 10s) return report;
  }
}

TEST(ProbeSinkStatistics, AServerThatDoesNotAnswerIsLeftAtTheTimeout) {
  const Server silent([](Client& client) { client.wait_for_end(); });
  const auto start = std::chrono::steady_clock::now();
  Duration timeout{};
  const SinkReport report = probe_silent(silent.url("/stat"), timeout);
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_FALSE(report.answered);
  EXPECT_EQ(report.sentence, sentence("127.0.0.1:%s takes the connection, but does not answer "
                                      "within %.3g s.",
                                      silent.port().c_str(), seconds(timeout)));
  ASSERT_TRUE(report.silent_for);
  EXPECT_GE(*report.silent_for, timeout);
  EXPECT_LE(*report.silent_for, took);
}

TEST(ProbeSinkStatistics, AServerThatDoesNotAnswerInTlsIsSilentToo) {
  const Server silent([](Client& client) { client.wait_for_end(); });
  Duration timeout{};
  EXPECT_TRUE(probe_silent("https://127.0.0.1:" + silent.port() + "/stat", timeout).silent_for);
}

TEST(ProbeSinkStatistics, WhomItRedirectsToIsNotTheServerThatIsSilent) {
  const Server silent([](Client& client) { client.wait_for_end(); });
  const Server server([&](Client& client) {
    client.request();
    client.say(reply("", "302 Found", "Location: " + silent.url("/x") + "\r\n"));
  });
  EXPECT_FALSE(probe(nginx, server.url("/"), "rtmp://h/live/key", 300ms).silent_for);
}

TEST(ProbeSinkStatistics, AnAnswerThatStopsInTheMiddleIsNone) {
  const Server slow([](Client& client) {
    client.request();
    client.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<rtmp>");
    client.wait_for_end();
  });
  const SinkReport report = probe(nginx, slow.url("/"), "rtmp://h/live/key", 300ms);
  EXPECT_FALSE(report.answered);
  EXPECT_FALSE(report.silent_for);
}

TEST(ProbeSinkStatistics, AnEndlessAnswerIsCutAndSaid) {
  const Server endless([](Client& client) {
    client.request();
    client.say("HTTP/1.1 200 OK\r\n\r\n<rtmp>");
    const std::string some(64 * 1024, ' ');
    while (client.say(some)) {
    }
  });
  const SinkReport report = probe(nginx, endless.url("/"), "rtmp://h/live/key");
  EXPECT_FALSE(report.answered);
  EXPECT_EQ(report.sentence, "127.0.0.1:" + endless.port() +
                                 " answers with more than 4 MiB of statistics: not read.");
}

TEST(ProbeSinkStatistics, NobodyThereIsSaidWithoutSecrets) {
  const std::string port = loopback::closed_port();
  const SinkReport report = probe(srs, "http://u:planted@127.0.0.1:" + port, "rtmp://h/a/planted");
  EXPECT_FALSE(report.answered);
  EXPECT_EQ(report.sentence, "Connection to 127.0.0.1:" + port + " refused.");
  EXPECT_FALSE(report.silent_for);
}

TEST(ProbeSinkStatistics, ACertificateThatNobodySignedIsRefused) {
  const loopback::Certificate certificate;
  const Server server([](Client& client) { client.say(reply("{}")); }, &certificate);
  const SinkReport report = probe(nginx, server.url("/"), "rtmp://h/live/key");
  EXPECT_FALSE(report.answered);
  EXPECT_NE(report.sentence.find("certificate"), std::string::npos) << report.sentence;
}

}  // namespace
}  // namespace monitor::probes
