#include "supervisor/exporters/metrics_pusher.hpp"

#include <memory>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <gtest/gtest.h>

#include "services_stand.hpp"
#include "supervisor/exporters/datagram_socket.hpp"
#include "tests/recovery/alert_receiver.hpp"

namespace supervisor {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;
using namespace std::chrono_literals;

TEST(ExportPause, IsTheIntervalWhileAllIsWell) {
  EXPECT_EQ(export_delay(15s, 0, 0s), 15s);
  EXPECT_EQ(export_delay(1h, 0, 0s), 1h);
}

TEST(ExportPause, GrowsWithEachFailureUpToAMinuteOrTheInterval) {
  EXPECT_EQ(export_delay(15s, 1, 0s), 1s);
  EXPECT_EQ(export_delay(15s, 2, 0s), 2s);
  EXPECT_EQ(export_delay(15s, 6, 0s), 32s);
  EXPECT_EQ(export_delay(15s, 7, 0s), 60s);
  EXPECT_EQ(export_delay(15s, 1'000'000, 0s), 60s);
  EXPECT_EQ(export_delay(1s, 7, 0s), 60s);
  EXPECT_EQ(export_delay(1h, 1, 0s), 1s);
}

TEST(ExportPause, LeavesAReceiverAloneForAsLongAsItAsksWithinReason) {
  EXPECT_EQ(export_delay(15s, 1, 40s), 40s);
  EXPECT_EQ(export_delay(15s, 1, 10h), 5min);
}

// Must outlive the sockets.
struct Loop {
  std::string send(DatagramSocket& socket, const std::vector<std::string>& datagrams) {
    std::string result = "never ended";
    asio::co_spawn(context, socket.send(datagrams, std::chrono::steady_clock::now() + 5s),
                   [&](const std::exception_ptr& error, std::string said) {
                     result = error ? "thrown" : std::move(said);
                   });
    context.restart();
    context.run();
    return result;
  }
  asio::io_context context;
};

struct Server {
  explicit Server(const udp::endpoint& at) : socket(context, at) {}
  std::string read() {
    std::array<char, 100> buffer;
    return {buffer.data(), socket.receive(asio::buffer(buffer))};
  }
  std::string port() const { return std::to_string(socket.local_endpoint().port()); }

  asio::io_context context;
  udp::socket socket;
};

TEST(DatagramSocket, SendsEachDatagramInOrder) {
  Loop loop;
  Server server({asio::ip::address_v4::loopback(), 0});
  for (const std::string host : {"127.0.0.1", "localhost"}) {
    DatagramSocket socket(host + ":" + server.port());
    EXPECT_EQ(loop.send(socket, {"a:1|g", "b:2|g"}), "");
    EXPECT_EQ(server.read(), "a:1|g");
    EXPECT_EQ(server.read(), "b:2|g");
    EXPECT_FALSE(socket.was_refused());
  }
}

TEST(DatagramSocket, SpeaksIpv6) {
  Loop loop;
  Server server({asio::ip::address_v6::loopback(), 0});
  DatagramSocket socket("[::1]:" + server.port());
  EXPECT_EQ(loop.send(socket, {"a"}), "");
  EXPECT_EQ(server.read(), "a");
}

TEST(DatagramSocket, HearsThatNobodyListens) {
  Loop loop;
  std::string port;
  {
    const Server gone({asio::ip::address_v4::loopback(), 0});
    port = gone.port();
  }
  DatagramSocket socket("127.0.0.1:" + port);
  EXPECT_EQ(loop.send(socket, {"a"}), "sending to 127.0.0.1:" + port + ": Connection refused");
  Server back({asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoi(port))});
  EXPECT_EQ(loop.send(socket, {"a", "b"}), "");
  EXPECT_EQ(back.read(), "a");
}

TEST(DatagramSocket, SaysWhichNameIsUnknown) {
  Loop loop;
  DatagramSocket socket("no-such-host.invalid:8125");
  EXPECT_EQ(loop.send(socket, {"a"}).rfind("sending to no-such-host.invalid:8125: ", 0), 0u);
}

const std::string ok = AlertReceiver::status("200 OK");

http::exporters::Settings pushgateway_at(const std::string& url) {
  http::exporters::Settings settings;
  settings.instance = "studio-1";
  settings.pushgateway.url = url;
  settings.pushgateway.interval = 20ms;
  settings.pushgateway.keep = false;
  return settings;
}

struct PusherStand : ServicesStand {
  explicit PusherStand(const std::string& url)
      : pusher(std::make_unique<MetricsPusher>(pushgateway_at(url), services)) {}
  http::ExportCount count() const { return snapshots.read().program.exports->at(0); }
  std::unique_ptr<MetricsPusher> pusher;
};

TEST(MetricsPusher, PushesAtItsIntervalFromTheStartOn) {
  const AlertReceiver gateway(ok);
  PusherStand stand(gateway.url(""));
  stand.turn(100ms);
  EXPECT_TRUE(gateway.requests().empty()) << "no stream has been published yet";
  stand.pusher->start();
  ASSERT_TRUE(stand.until([&] { return stand.count().delivered >= 3; }));
  EXPECT_TRUE(gateway.requests()[0].head.starts_with("PUT /metrics/job/ffsupervisor"));
  EXPECT_NE(gateway.requests()[0].body.find("radio_supervisor_build_info"), std::string::npos);
  EXPECT_EQ(stand.logged().find("export_"), std::string::npos);
}

TEST(MetricsPusher, OneFailureOfManyIsLoggedAndThatItTakesAgain) {
  const std::uint16_t port = free_port();
  PusherStand stand("http://127.0.0.1:" + std::to_string(port));
  stand.pusher->start();
  ASSERT_TRUE(stand.until([&] { return stand.count().failed >= 2; }));
  const std::string failed = stand.logged();
  EXPECT_NE(failed.find("export_failed"), std::string::npos) << failed;
  EXPECT_EQ(failed.find("export_failed"), failed.rfind("export_failed"));
  const AlertReceiver gateway([](const AlertReceiver::Request&) { return ok; }, nullptr, port);
  ASSERT_TRUE(stand.until([&] { return stand.count().delivered >= 2; }));
  const std::string resumed = stand.logged();
  EXPECT_NE(resumed.find("export_resumed"), std::string::npos) << resumed;
}

TEST(MetricsPusher, TheLastPushIsTheOneAfterTheEndBegan) {
  const AlertReceiver gateway(ok);
  PusherStand stand(gateway.url(""));
  stand.pusher->start();
  bool done = false;
  // One is under way.
  stand.pusher->finish(20s, [&] { done = true; });
  ASSERT_TRUE(stand.until([&] { return done; }));
  const auto requests = gateway.requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_TRUE(requests[0].head.starts_with("PUT "));
  EXPECT_TRUE(requests[1].head.starts_with("DELETE ")) << "the last one, as the settings ask for";
  stand.turn(100ms);
  EXPECT_EQ(gateway.requests().size(), 2U) << "nothing follows the last one";
}

TEST(MetricsPusher, TheEndWaitsForAReceiverThatHangsNoLongerThanItsLimit) {
  const AlertReceiver gateway("hang");
  PusherStand stand(gateway.url(""));
  stand.pusher->start();
  bool done = false;
  stand.pusher->finish(100ms, [&] { done = true; });
  EXPECT_FALSE(done);
  EXPECT_TRUE(stand.until([&] { return done; }, 4s)) << "a push itself may take 5 s";
}

TEST(MetricsPusher, EndsAtAnyMomentOfAPush) {
  const AlertReceiver gateway(ok);
  for (int i = 0; i < 50; ++i) {
    PusherStand stand(gateway.url(""));
    stand.pusher->start();
    stand.turn(std::chrono::milliseconds(i % 5));
    if (i % 2 == 0) stand.pusher.reset();
  }
}

TEST(MetricsPusher, WithoutExportersTheEndIsAtOnce) {
  ServicesStand stand;
  MetricsPusher pusher({}, stand.services);
  pusher.start();
  bool done = false;
  pusher.finish(20s, [&] { done = true; });
  EXPECT_TRUE(done);
}

}  // namespace
}  // namespace supervisor
