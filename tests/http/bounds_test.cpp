#include <future>
#include <list>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "stage.hpp"

// What bad, slow and greedy clients get.

namespace {

using namespace std::chrono_literals;

void raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 4096);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// Incidents whose JSON is larger than all socket buffers between two local peers.
std::shared_ptr<http::StreamSnapshot> snapshot_with_a_large_answer() {
  auto snapshot = on_air_snapshot("radio");
  recovery::IncidentRecord incident;
  incident.evidence.assign(8, std::string(1400, 'x'));
  snapshot->incidents = std::make_shared<recovery::EntryList<recovery::IncidentRecord>>(
      std::vector<recovery::IncidentRecord>(1000, incident));  // about 11 MB
  return snapshot;
}
constexpr const char* large = "GET /api/v1/incidents?limit=1000 HTTP/1.1\r\nHost: t\r\n\r\n";

TEST(Bounds, AnOversizedHeaderGets431) {
  const Stage stage;
  RawClient one_line(stage.port());
  one_line.send("GET / HTTP/1.1\r\nHost: t\r\nX: " + std::string(9000, 'x') + "\r\n\r\n");
  EXPECT_EQ(one_line.read_reply().status, 431);
  EXPECT_TRUE(one_line.is_closed_soon());

  RawClient endless(stage.port());
  endless.send("GET /" + std::string(100'000, 'a'));
  EXPECT_EQ(endless.read_reply().status, 431);

  RawClient many(stage.port());
  std::string lines;
  for (int i = 0; i < 1000; ++i) lines += "X-" + std::to_string(i) + ": y\r\n";
  many.send("GET / HTTP/1.1\r\nHost: t\r\n" + lines + "\r\n");
  EXPECT_EQ(many.read_reply().status, 431);
}

TEST(Bounds, AHeaderJustWithinTheLimitIsTaken) {
  const Stage stage;
  EXPECT_EQ(stage.get("/metrics", "X: " + std::string(8000, 'x') + "\r\n").status, 200);
}

TEST(Bounds, AnOversizedBodyGets413) {
  const Stage stage;
  RawClient announced(stage.port());
  announced.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 65537\r\n\r\n");
  EXPECT_EQ(announced.read_reply().status, 413);
  EXPECT_TRUE(announced.is_closed_soon());

  RawClient chunked(stage.port());
  chunked.send("POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 80; ++i) chunked.send("400\r\n" + std::string(1024, 'x') + "\r\n");
  EXPECT_EQ(chunked.read_reply().status, 413);

  RawClient fits(stage.port());
  fits.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 65536\r\n\r\n" +
            std::string(65536, 'x'));
  EXPECT_EQ(fits.read_reply().status, 405);
}

// Each holds almost a mebibyte; without a password the hook hears this machine.
void hold_bodies(const Stage& stage, std::list<RawClient>& clients, int count) {
  for (int i = 0; i < count; ++i) {
    clients.emplace_back(stage.port())
        .send(
            "POST /webhook/azuracast HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n"
            "Content-Length: 1048576\r\n\r\n" +
            std::string(1'048'000, ' '));
  }
}

int status_of_hook(RawClient client, const std::string& body, const std::string& fields = "") {
  client.send("POST /webhook/azuracast HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n" +
              fields + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  return client.read_reply().status;
}

TEST(Bounds, TheBodiesOfAllConnectionsTogetherAreBounded) {
  const Stage stage;
  std::list<RawClient> clients;
  hold_bodies(stage, clients, 8);
  const std::string body(10'000, ' ');
  EXPECT_TRUE(holds_soon([&] { return status_of_hook(RawClient(stage.port()), body) == 503; }));
  clients.clear();
  EXPECT_TRUE(holds_soon([&] { return status_of_hook(RawClient(stage.port()), body) != 503; }));
}

TEST(Bounds, ABodyThatIsOnlyAnnouncedTakesNoRoom) {
  const Stage stage;
  std::list<RawClient> clients;
  for (int i = 0; i < 20; ++i) {
    clients.emplace_back(stage.port())
        .send(
            "POST /webhook/azuracast HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n"
            "Content-Length: 1048576\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(clients.back().read_reply().status, 100);
  }
  EXPECT_EQ(status_of_hook(RawClient(stage.port()), "{"), 400);
}

TEST(Bounds, WhoMayNotSendABodyIsNotAskedForIt) {
  http::Settings settings = with_token("s3cret-token");
  settings.azuracast_password = "hook-password";
  const Stage stage({on_air_snapshot("radio")}, {}, "/metrics", settings);
  for (const char* path : {"/webhook/azuracast", "/api/v1/streams/radio/restart"}) {
    RawClient client(stage.port());
    client.send("POST " + std::string(path) +
                " HTTP/1.1\r\nHost: t\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(client.read_reply().status, 401) << path;
    EXPECT_TRUE(client.is_closed_soon()) << path;
  }
}

TEST(Bounds, ARequestThatTricklesInGets408) {
  http::Bounds bounds;
  bounds.request_timeout = 1s;
  const Stage stage({on_air_snapshot("radio")}, bounds);
  RawClient client(stage.port());
  client.send("GET / HTTP/1.1\r\n");
  while (client.is_open_now() && client.received().empty()) {  // each byte comes "in time"
    client.send("x");
    std::this_thread::sleep_for(50ms);
  }
  EXPECT_EQ(client.read_reply().status, 408);
  EXPECT_TRUE(client.is_closed_soon());
}

TEST(Bounds, AConnectionThatStaysIdleIsClosedWithoutAWord) {
  http::Bounds bounds;
  bounds.idle_timeout = 1s;
  const Stage stage({on_air_snapshot("radio")}, bounds);
  RawClient silent(stage.port()), once(stage.port());
  EXPECT_EQ(once.get("/metrics").status, 200);
  EXPECT_TRUE(silent.is_closed_soon());
  EXPECT_TRUE(once.is_closed_soon());
  EXPECT_EQ(silent.received() + once.received(), "");
}

TEST(Bounds, AClientThatDoesNotReadIsCutOff) {
  http::Bounds bounds;
  bounds.write_timeout = 1s;
  const Stage stage({snapshot_with_a_large_answer()}, bounds);
  RawClient client(stage.port(), 4096);
  client.send(large);
  ASSERT_TRUE(holds_soon([&] { return !stage.log().empty(); }));  // the server is done with it
  EXPECT_TRUE(client.is_closed_soon());
  EXPECT_LT(client.received().size(), 10'000'000U);
}

TEST(Bounds, LargeAnswersThatNobodyReadsDoNotPileUp) {
  const Stage stage({snapshot_with_a_large_answer()});
  RawClient first(stage.port(), 4096), second(stage.port(), 4096);
  first.send(large);
  ASSERT_TRUE(holds_soon([&] { return first.has_bytes_waiting(); }));
  second.send(large);
  const auto reply = second.read_reply();
  if (reply.status == 503) {
    EXPECT_EQ(reply.headers.at("retry-after"), "1");
  } else {
    EXPECT_TRUE(first.is_closed_soon()) << "on a busy machine it has read nothing for a second";
  }
  EXPECT_EQ(stage.get("/metrics").status, 200);
}

TEST(Bounds, AThousandIdleConnectionsDoNotKeepPrometheusOut) {
  raise_descriptor_limit();
  const Stage stage;
  std::list<RawClient> idle;
  for (int i = 0; i < 1000; ++i) idle.emplace_back(stage.port());
  EXPECT_EQ(stage.get("/metrics").status, 200);
  EXPECT_TRUE(idle.front().is_closed_soon());
  EXPECT_TRUE(idle.back().is_open_now());
  EXPECT_EQ(idle.back().get("/metrics").status, 200);
}

TEST(Bounds, AThousandUnfinishedRequestsDoNotEither) {
  raise_descriptor_limit();
  const Stage stage;
  std::list<RawClient> slow;
  for (int i = 0; i < 1000; ++i) slow.emplace_back(stage.port()).send("GET / HTTP/1.1\r\nX: ");
  EXPECT_EQ(stage.get("/metrics").status, 200);
}

TEST(Bounds, TheLongestIdleConnectionGivesWayNotABusyOne) {
  http::Bounds bounds;
  bounds.connections = 2;
  const Stage stage({on_air_snapshot("radio")}, bounds);
  RawClient older(stage.port());
  EXPECT_EQ(older.get("/metrics").status, 200);
  RawClient newer(stage.port());
  EXPECT_EQ(newer.get("/metrics").status, 200);
  EXPECT_EQ(older.get("/metrics").status, 200);  // now `newer` has been idle the longest
  RawClient third(stage.port());
  EXPECT_EQ(third.get("/metrics").status, 200);
  EXPECT_TRUE(newer.is_closed_soon());
  EXPECT_TRUE(older.is_open_now());
}

// From another address of this machine than 127.0.0.1.
RawClient from(std::uint32_t address, std::uint16_t port, int receive_buffer_bytes = 0) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in own{};
  own.sin_family = AF_INET;
  own.sin_addr.s_addr = htonl(address);
  EXPECT_EQ(::bind(descriptor, reinterpret_cast<sockaddr*>(&own), sizeof own), 0);
  return {descriptor, port, receive_buffer_bytes};
}
constexpr std::uint32_t stranger = INADDR_LOOPBACK + 1;

TEST(Bounds, OneAddressDoesNotTakeTheRoomOfAnother) {
  raise_descriptor_limit();
  http::Bounds bounds;
  bounds.connections = 20;
  const Stage stage({on_air_snapshot("radio")}, bounds);
  RawClient scraper(stage.port());
  EXPECT_EQ(scraper.get("/metrics").status, 200);
  std::list<RawClient> crowd;
  for (int i = 0; i < 200; ++i) {
    crowd.push_back(from(stranger, stage.port()));
    crowd.back().send("GET / HTTP/1.1\r\nX: ");
  }
  EXPECT_TRUE(crowd.front().is_closed_soon());
  EXPECT_TRUE(scraper.is_open_now());
  EXPECT_EQ(scraper.get("/metrics").status, 200);
}

TEST(Bounds, WhoReadsNothingGivesWayToWhoDoes) {
  http::Bounds bounds;
  bounds.write_timeout = 10min;  // is not what ends it
  const Stage stage({snapshot_with_a_large_answer()}, bounds);
  RawClient deaf = from(stranger, stage.port(), 4096);
  deaf.send(large);
  ASSERT_TRUE(holds_soon([&] { return deaf.has_bytes_waiting(); }));
  EXPECT_TRUE(holds_soon([&] {
    RawClient reader(stage.port());
    reader.send(large);
    return reader.read_reply().status == 200;
  }));
  EXPECT_TRUE(deaf.is_closed_soon());
}

// Takes every descriptor the process may still have.
class NoDescriptorsLeft {
 public:
  NoDescriptorsLeft() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit low = before_;
    low.rlim_cur = 200;
    ::setrlimit(RLIMIT_NOFILE, &low);
    for (int taken; (taken = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) {
      taken_.push_back(taken);
    }
  }
  ~NoDescriptorsLeft() {
    for (const int descriptor : taken_) ::close(descriptor);
    ::setrlimit(RLIMIT_NOFILE, &before_);
  }

 private:
  rlimit before_{};
  std::vector<int> taken_;
};

TEST(Bounds, WithoutDescriptorsItWarnsAndGoesOnWhenThereAreSome) {
  const Stage stage;
  const int prepared = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::optional<RawClient> client;
  {
    const NoDescriptorsLeft shortage;
    client.emplace(prepared, stage.port(), 0);  // the kernel takes it; accept4 cannot
    ASSERT_TRUE(holds_soon([&] { return !stage.log().empty(); }));
    const auto entry = stage.log().front();
    EXPECT_TRUE(entry.warning);
    EXPECT_EQ(entry.message, "http: cannot accept a connection: Too many open files");
  }
  EXPECT_EQ(client->get("/metrics").status, 200);
}

TEST(Bounds, HalfOfTheConnectionsGiveTheirDescriptorsBackWhenAskedTo) {
  raise_descriptor_limit();
  Stage stage;
  std::list<RawClient> clients;
  for (int i = 0; i < 40; ++i) clients.emplace_back(stage.port());
  EXPECT_EQ(stage.get("/health/liveness").status, 200);
  std::promise<void> done;
  stage.server->yield_descriptors([&done] { done.set_value(); });
  ASSERT_EQ(done.get_future().wait_for(20s), std::future_status::ready);
  EXPECT_TRUE(clients.front().is_closed_soon());
  EXPECT_EQ(stage.get("/health/liveness").status, 200) << "a newcomer still gets in";
  clients.back().send("GET /health/liveness HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(clients.back().read_reply().status, 200) << "the youngest stay";
}

TEST(Bounds, ALimitThatIsLoweredClosesTheExcess) {
  Stage stage;
  std::list<RawClient> clients;
  for (int i = 0; i < 10; ++i) clients.emplace_back(stage.port());
  EXPECT_EQ(stage.get("/health/liveness").status, 200);
  stage.server->limit_connections(2);
  EXPECT_TRUE(clients.front().is_closed_soon());
  EXPECT_EQ(stage.get("/health/liveness").status, 200);
}

}  // namespace
