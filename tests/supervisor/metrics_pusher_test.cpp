#include "supervisor/exporters/metrics_pusher.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <gtest/gtest.h>

#include "supervisor/exporters/datagram_socket.hpp"

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

}  // namespace
}  // namespace supervisor
