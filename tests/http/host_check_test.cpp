#include "http/auth/host_check.hpp"

#include <boost/asio/ip/host_name.hpp>
#include <gtest/gtest.h>

#include "stage.hpp"

namespace {

http::Settings called(std::vector<std::string> names) {
  http::Settings settings;
  settings.allowed_hosts = std::move(names);
  return settings;
}

TEST(HostCheck, TakesWhatNoPageCanChoose) {
  const http::HostCheck check{http::Settings{}};
  for (const char* host :
       {"127.0.0.1:9090", "10.1.2.3", "[::1]:9090", "[2001:db8::1]", "localhost:9090",
        "ffsupervisor:9090", "radio.local", "radio.internal:80", "a.localhost", "RADIO.LOCAL.", ""})
    EXPECT_TRUE(check.takes(host)) << host;
  EXPECT_TRUE(check.takes(boost::asio::ip::host_name()));
}

TEST(HostCheck, RefusesEveryOtherName) {
  const http::HostCheck check{http::Settings{}};
  for (const char* host :
       {"evil.example", "evil.example:9090", "127.0.0.1.evil.example", "evil%2eexample",
        "local.evil.example", "evillocal.example", "radio.svc.cluster.local.evil.example"})
    EXPECT_FALSE(check.takes(host)) << host;
}

TEST(HostCheck, TakesTheNamesOfTheConfigurationAndOfThePublicUrl) {
  http::Settings settings = called({"Radio.example.org"});
  settings.public_url = "https://live.example.org:8443/radio";
  const http::HostCheck check(settings);
  for (const char* host : {"radio.example.org", "RADIO.example.ORG:9090", "radio.example.org.",
                           "live.example.org", "live.example.org:8443"})
    EXPECT_TRUE(check.takes(host)) << host;
  EXPECT_FALSE(check.takes("www.radio.example.org"));
}

int status_under(const Stage& stage, const std::string& host, const std::string& path,
                 const std::string& method = "GET") {
  RawClient client(stage.port());
  client.send(method + ' ' + path + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 0\r\n\r\n");
  return client.read_reply(true).status;
}

TEST(HostCheck, APageOfAnotherNameLearnsNothingAndChangesNothing) {
  http::Settings settings = with_token("s3cret-token");
  settings.allowed_hosts = {"radio.example.org"};
  const Stage stage({on_air_snapshot("radio")}, {}, "/metrics", settings);
  for (const char* path : {"/", "/api/v1/streams", "/api/v1/streams/radio", "/api/v1/incidents",
                           "/api/v1/events", "/page/main.js", "/nothing"}) {
    EXPECT_EQ(status_under(stage, "evil.example", path), 421) << path;
    EXPECT_NE(status_under(stage, "radio.example.org", path), 421) << path;
  }
  for (const char* path : {"/api/v1/streams/radio/restart", "/-/reload", "/webhook/azuracast"})
    EXPECT_EQ(status_under(stage, "evil.example", path, "POST"), 421) << path;
  EXPECT_TRUE(stage.loop.asked().empty());
}

TEST(HostCheck, TheHostOfAnAbsoluteTargetCounts) {
  const Stage stage;
  EXPECT_EQ(status_under(stage, "localhost", "http://evil.example/api/v1/streams"), 421);
}

TEST(HostCheck, ScrapesAndHealthChecksComeUnderAnyName) {
  const Stage stage;
  const std::string host = "ffsupervisor.radio.svc:9090";
  for (const char* path : {"/metrics", "/health/liveness", "/health/readiness", "/health/detailed"})
    EXPECT_EQ(status_under(stage, host, path), 200) << path;
}

TEST(HostCheck, TheRefusalNamesTheKeyThatHelps) {
  const Stage stage;
  RawClient client(stage.port());
  client.send("GET / HTTP/1.1\r\nHost: live.example\r\n\r\n");
  const auto reply = client.read_reply();
  EXPECT_NE(reply.body.find("live.example"), std::string::npos) << reply.body;
  EXPECT_NE(reply.body.find("http.allowed_hosts"), std::string::npos) << reply.body;
}

}  // namespace
