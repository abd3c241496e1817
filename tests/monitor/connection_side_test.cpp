#include "monitor/ffmpeg/connection_side.hpp"

#include <gtest/gtest.h>

namespace monitor {
namespace {

ConnectionSample tcp(const char* local, const char* peer) {
  ConnectionSample connection;
  connection.local = local;
  connection.peer = peer;
  return connection;
}

ConnectionSample udp(const char* local, const char* peer) {
  ConnectionSample connection = tcp(local, peer);
  connection.kind = ConnectionSample::Kind::udp;
  return connection;
}

ConnectionSample with_bytes(ConnectionSample connection, std::uint64_t received,
                            std::uint64_t acked) {
  connection.received_bytes = received;
  connection.acked_bytes = acked;
  return connection;
}

const Endpoints radio{.inputs = {"http://azuracast:8000/radio.mp3"},
                      .outputs = {"rtmp://nginx-rtmp/live/key"}};

TEST(ConnectionSide, APortThatOnlyAnInputHasTells) {
  EXPECT_EQ(side_of(tcp("10.0.0.2:40000", "10.0.0.3:8000"), radio), Side::input);
}

TEST(ConnectionSide, TheSchemesOwnPortIsMeantWhereTheUrlHasNone) {
  EXPECT_EQ(side_of(tcp("10.0.0.2:40000", "10.0.0.4:1935"), radio), Side::output);
  EXPECT_EQ(side_of(tcp("[fd00::2]:40000", "[fd00::4]:1935"), radio), Side::output);
}

TEST(ConnectionSide, AnAddressInTheUrlMustBeThePeers) {
  const Endpoints endpoints{.inputs = {"http://10.0.0.3:8000/radio"},
                            .outputs = {"icecast://source:pw@10.0.0.4:8000/radio"}};
  EXPECT_EQ(side_of(tcp("10.0.0.2:40000", "10.0.0.3:8000"), endpoints), Side::input);
  EXPECT_EQ(side_of(tcp("10.0.0.2:40000", "10.0.0.4:8000"), endpoints), Side::output);
  EXPECT_EQ(side_of(tcp("10.0.0.2:40000", "10.0.0.5:8000"), endpoints), Side::unknown);
}

TEST(ConnectionSide, Ipv6AddressesAreComparedByValue) {
  const Endpoints endpoints{.inputs = {"http://[fd00:0:0::3]:8000/a"},
                            .outputs = {"http://[FD00::4]:8000/b"}};
  EXPECT_EQ(side_of(tcp("[fd00::2]:40000", "[fd00::3]:8000"), endpoints), Side::input);
  EXPECT_EQ(side_of(tcp("[fd00::2]:40000", "[fd00::4]:8000"), endpoints), Side::output);
}

TEST(ConnectionSide, LocalhostIsLoopbackOnly) {
  const Endpoints endpoints{.inputs = {"http://localhost:8000/a"},
                            .outputs = {"http://10.0.0.4:8000/b"}};
  EXPECT_EQ(side_of(tcp("127.0.0.1:40000", "127.0.0.1:8000"), endpoints), Side::input);
  EXPECT_EQ(side_of(tcp("[::1]:40000", "[::1]:8000"), endpoints), Side::input);
  EXPECT_EQ(side_of(tcp("10.0.0.2:40000", "10.0.0.4:8000"), endpoints), Side::output);
}

TEST(ConnectionSide, TheDirectionTellsWhereBothSidesUseOneServer) {
  const Endpoints endpoints{.inputs = {"http://radio:8000/in"}, .outputs = {"icecast://radio/out"}};
  const auto connection = tcp("10.0.0.2:40000", "10.0.0.3:8000");
  EXPECT_EQ(side_of(with_bytes(connection, 4096, 300), endpoints), Side::input);
  EXPECT_EQ(side_of(with_bytes(connection, 300, 4096), endpoints), Side::output);
}

TEST(ConnectionSide, FewBytesOrBothWaysTellNoDirection) {
  const auto connection = tcp("10.0.0.2:40000", "10.0.0.9:3128");
  EXPECT_EQ(side_of(with_bytes(connection, 4095, 0), radio), Side::unknown);
  EXPECT_EQ(side_of(with_bytes(connection, 0, 4095), radio), Side::unknown);
  EXPECT_EQ(side_of(with_bytes(connection, 8000, 4000), radio), Side::unknown);
}

TEST(ConnectionSide, BehindAProxyTheDirectionTells) {
  const auto connection = tcp("10.0.0.2:40000", "10.0.0.9:3128");
  EXPECT_EQ(side_of(with_bytes(connection, 100'000, 400), radio), Side::input);
  EXPECT_EQ(side_of(with_bytes(connection, 400, 100'000), radio), Side::output);
}

TEST(ConnectionSide, WhatWaitsInTheQueueWasWrittenToo) {
  auto connection = tcp("10.0.0.2:40000", "10.0.0.9:443");
  connection.received_bytes = 900;
  connection.unsent_bytes = 3000;
  connection.unacked_bytes = 1096;
  EXPECT_EQ(side_of(connection, radio), Side::output);
}

TEST(ConnectionSide, TheAddressOutweighsTheDirection) {
  const auto early = with_bytes(tcp("10.0.0.2:40000", "10.0.0.4:1935"), 9000, 400);
  EXPECT_EQ(side_of(early, radio), Side::output);
}

TEST(ConnectionSide, EveryUrlOfATeeIsAnOutput) {
  const Endpoints endpoints{
      .inputs = {"http://azuracast:8000/radio.mp3"},
      .outputs = {"[f=flv:onfail=ignore]rtmp://a.example/live/k|[f=mpegts]tcp://b.example:9000"}};
  EXPECT_EQ(side_of(tcp("10.0.0.2:40000", "10.0.0.4:1935"), endpoints), Side::output);
  EXPECT_EQ(side_of(tcp("10.0.0.2:40000", "10.0.0.5:9000"), endpoints), Side::output);
  EXPECT_EQ(side_of(tcp("10.0.0.2:40000", "10.0.0.3:8000"), endpoints), Side::input);
}

TEST(ConnectionSide, AnHttpPutIsAnOutput) {
  const Endpoints endpoints{.inputs = {"/music/a.mp3"},
                            .outputs = {"https://upload.example/hls/live.m3u8"}};
  EXPECT_EQ(side_of(tcp("10.0.0.2:40000", "10.0.0.4:443"), endpoints), Side::output);
}

TEST(ConnectionSide, WhereFfmpegListensTheDirectionTellsBeforeThePort) {
  const Endpoints endpoints{.inputs = {"rtmp://0.0.0.0:1935/live"},
                            .outputs = {"http://0.0.0.0:8080/out.ts"}};
  const auto taken = tcp("10.0.0.2:1935", "10.0.0.7:51000");
  EXPECT_EQ(side_of(taken, endpoints), Side::input);
  EXPECT_EQ(side_of(tcp("10.0.0.2:8080", "10.0.0.7:51000"), endpoints), Side::output);
  EXPECT_EQ(side_of(with_bytes(taken, 100, 100'000), endpoints), Side::output);
}

TEST(ConnectionSide, AConnectionOfNobodysIsUnknown) {
  EXPECT_EQ(side_of(tcp("10.0.0.2:40000", "10.0.0.9:53"), radio), Side::unknown);
  EXPECT_EQ(side_of(udp("10.0.0.2:40000", "10.0.0.9:53"), radio), Side::unknown);
  EXPECT_EQ(side_of(tcp("", ""), radio), Side::unknown);
  EXPECT_EQ(side_of(tcp("nonsense", ":"), radio), Side::unknown);
}

TEST(ConnectionSide, TcpAndUdpPortsAreNotMixedUp) {
  const Endpoints endpoints{.inputs = {"http://a.example:9000/x"},
                            .outputs = {"srt://b.example:9000"}};
  EXPECT_EQ(side_of(tcp("10.0.0.2:40000", "10.0.0.3:9000"), endpoints), Side::input);
  EXPECT_EQ(side_of(udp("10.0.0.2:40000", "10.0.0.3:9000"), endpoints), Side::output);
}

TEST(ConnectionSide, AUdpSocketWithoutAPeerIsTheSidesThatSpeaksUdp) {
  const Endpoints out{.inputs = {"http://a.example/x"}, .outputs = {"srt://b.example:9000"}};
  EXPECT_EQ(side_of(udp("0.0.0.0:40000", ""), out), Side::output);
  const Endpoints in{.inputs = {"rtsp://camera/1"}, .outputs = {"rtmp://b.example/live/k"}};
  EXPECT_EQ(side_of(udp("0.0.0.0:40000", ""), in), Side::input);
  const Endpoints both{.inputs = {"udp://@239.1.1.1:1234"}, .outputs = {"srt://b.example:9000"}};
  EXPECT_EQ(side_of(udp("0.0.0.0:40000", ""), both), Side::unknown);
  EXPECT_EQ(side_of(udp("239.1.1.1:1234", ""), both), Side::input);
}

TEST(ConnectionSide, AUdpPortTellsWhateverHostTheUrlHas) {
  const Endpoints both{.inputs = {"udp://@:5000", "udp://10.0.0.9:5002?localport=5004"},
                       .outputs = {"udp://10.0.0.8:6000?localport=6001&pkt_size=1316"}};
  EXPECT_EQ(side_of(udp("0.0.0.0:5000", ""), both), Side::input);
  EXPECT_EQ(side_of(udp("0.0.0.0:5004", ""), both), Side::input);
  EXPECT_EQ(side_of(udp("0.0.0.0:6001", ""), both), Side::output);
  EXPECT_EQ(side_of(udp("0.0.0.0:6000", ""), both), Side::unknown);
  EXPECT_TRUE(is_of_endpoint(udp("0.0.0.0:5000", ""), both));
}

TEST(ConnectionSide, RtpHasAPairOfPortsAndASessionDescriptionNamesThemItself) {
  const Endpoints rtp{.inputs = {"rtp://239.1.1.1:5004"}, .outputs = {"srt://b.example:9000"}};
  EXPECT_EQ(side_of(udp("0.0.0.0:5004", ""), rtp), Side::input);
  EXPECT_EQ(side_of(udp("0.0.0.0:5005", ""), rtp), Side::input);
  EXPECT_EQ(side_of(udp("0.0.0.0:5006", ""), rtp), Side::unknown);
  const Endpoints sdp{.inputs = {"/srv/session.sdp"}, .outputs = {"rtmp://b.example/live/k"}};
  EXPECT_EQ(side_of(udp("0.0.0.0:5004", ""), sdp), Side::input);
}

TEST(ConnectionSide, AnSrtListenerIsKnownByItsPortOnEitherSide) {
  const Endpoints in{.inputs = {"srt://:9000?mode=listener"}, .outputs = {"srt://b.example:9001"}};
  EXPECT_EQ(side_of(udp("0.0.0.0:9000", ""), in), Side::input);
  const Endpoints out{.inputs = {"srt://a.example:9000"},
                      .outputs = {"srt://0.0.0.0:9001?mode=listener"}};
  EXPECT_EQ(side_of(udp("0.0.0.0:9001", ""), out), Side::output);
}

TEST(ConnectionSide, AnAddressOfBothSidesIsSharedByAsManyInputs) {
  const Endpoints shared{.inputs = {"rtmp://h.example/live/a", "rtmp://h.example/live/b"},
                         .outputs = {"rtmp://h.example/live/c"}};
  EXPECT_EQ(inputs_sharing(tcp("10.0.0.2:40000", "10.0.0.3:1935"), shared), 2U);
  EXPECT_EQ(inputs_sharing(tcp("10.0.0.2:40000", "10.0.0.3:8000"), shared), 0U);
  EXPECT_EQ(inputs_sharing(tcp("10.0.0.2:40000", "10.0.0.3:8000"), radio), 0U);
}

TEST(ConnectionSide, WhatIsOfAnEndpointIsKnownByItsAddressesAlone) {
  EXPECT_TRUE(is_of_endpoint(tcp("10.0.0.2:40000", "10.0.0.3:8000"), radio));
  EXPECT_FALSE(
      is_of_endpoint(with_bytes(tcp("10.0.0.2:4000", "10.0.0.3:3128"), 100'000, 0), radio));
}

TEST(ConnectionSide, PortsAreThoseOfTcpInOrderAndOnce) {
  const Endpoints endpoints{
      .inputs = {"http://a/x", "file:///x", "srt://a:9000", "http://b:99999/", "-"},
      .outputs = {"[f=flv]rtmp://a/b/c|[f=flv]rtmp://b/b/c", "tcp://a:7000"}};
  EXPECT_EQ(tcp_ports_of(endpoints), (std::vector<std::uint16_t>{80, 1935, 7000}));
}

}  // namespace
}  // namespace monitor
