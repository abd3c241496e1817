// A look at an RTSP source: an OPTIONS and a DESCRIBE, never with credentials.
#include <mutex>
#include <string>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "monitor/probes/endpoint_probe.hpp"
#include "tests/monitor/loopback_server.hpp"

namespace monitor::probes {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using loopback::Client;
using loopback::Server;

struct Camera {
  explicit Camera(int status)
      : server([this, status](Client& client) {
          const std::string options = client.request();
          client.say("RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: DESCRIBE\r\n\r\n");
          const std::string describe = client.request();
          client.say("RTSP/1.0 " + std::to_string(status) + " X\r\nCSeq: 2\r\n\r\n");
          const std::lock_guard lock(mutex);
          asked += options + describe;
        }) {}
  std::string url(const std::string& user = {}) const {
    return "rtsp://" + user + "127.0.0.1:" + server.port() + "/cam/1";
  }
  std::string all_asked() {
    const std::lock_guard lock(mutex);
    return asked;
  }

  std::mutex mutex;
  std::string asked;
  Server server;
};

Finding look_at(const std::string& url, Duration timeout = 10s) {
  Finding found;
  boost::asio::io_context context;
  probe_sources(context.get_executor(), {source_target(url, "")}, timeout,
                [&](Finding finding) { found = std::move(finding); });
  context.run();
  return found;
}

TEST(RtspProbe, ADescriptionIsMedia) {
  Camera camera(200);
  const Finding found = look_at(camera.url());
  EXPECT_TRUE(found.available);
  EXPECT_EQ(found.answer, LookAnswer::delivers);
}

TEST(RtspProbe, AMissingPathIsMissingThoughTheServerIsUp) {
  Camera camera(404);
  const Finding found = look_at(camera.url());
  EXPECT_FALSE(found.available);
  EXPECT_EQ(found.cause, Cause::source_missing);
  EXPECT_EQ(found.answer, LookAnswer::missing);
}

TEST(RtspProbe, ALoginIsLeftToFfmpeg) {
  Camera camera(401);
  const Finding found = look_at(camera.url("admin:planted@"));
  EXPECT_TRUE(found.available);
  EXPECT_EQ(found.answer, LookAnswer::reachable);
  EXPECT_EQ(camera.all_asked().find("planted"), std::string::npos);
  EXPECT_EQ(camera.all_asked().find("Authorization"), std::string::npos);
}

TEST(RtspProbe, AccessThatIsRestrictedIsNotLookedAtAgain) {
  for (const int status : {401, 403, 453}) {
    Camera camera(status);
    const Finding found = look_at(camera.url());
    EXPECT_FALSE(found.available) << status;
    EXPECT_EQ(found.answer, LookAnswer::refused) << status;
  }
}

TEST(RtspProbe, AServerThatFailsOrIsSilentIsUnclear) {
  Camera camera(503);
  EXPECT_EQ(look_at(camera.url()).answer, LookAnswer::unclear);
  const Server silent([](Client& client) { client.wait_for_end(); });
  const Finding found = look_at("rtsp://127.0.0.1:" + silent.port() + "/x", 300ms);
  EXPECT_FALSE(found.available);
  EXPECT_EQ(found.cause, Cause::source_stalled);
  EXPECT_EQ(found.answer, LookAnswer::unclear);
}

TEST(RtspProbe, APortWhereNothingListensIsMissing) {
  EXPECT_EQ(look_at("rtsp://127.0.0.1:" + loopback::closed_port() + "/x").answer,
            LookAnswer::missing);
}

TEST(RtspProbe, WhatIsNoRtspIsCorrupt) {
  const Server http([](Client& client) {
    client.request();
    client.say("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  EXPECT_EQ(look_at("rtsp://127.0.0.1:" + http.port() + "/x").cause, Cause::source_corrupt);
}

}  // namespace
}  // namespace monitor::probes
