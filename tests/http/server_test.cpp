#include "http/server.hpp"

#include <array>
#include <csignal>
#include <fstream>
#include <set>
#include <string>
#include <string_view>

#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "http/listener.hpp"
#include "stage.hpp"

namespace {

TEST(Server, AnswersEachRouteAndSaysWhatIsNotHere) {
  const Stage stage;
  for (const char* path : {"/", "/metrics", "/health/liveness", "/health/readiness",
                           "/health/detailed", "/api/v1/streams", "/api/v1/streams/radio",
                           "/api/v1/streams/radio/recovery", "/api/v1/incidents"}) {
    const auto reply = stage.get(path);
    EXPECT_EQ(reply.status, 200) << path;
    EXPECT_EQ(reply.headers.at("x-content-type-options"), "nosniff") << path;
    EXPECT_EQ(reply.headers.at("cache-control"), "no-store") << path;
    EXPECT_EQ(reply.headers.at("x-frame-options"), "DENY") << path;
    EXPECT_TRUE(reply.headers.at("content-security-policy").starts_with("default-src 'none'"));
    EXPECT_FALSE(reply.headers.contains("server")) << path;
  }
  for (const char* path : {"/nothing", "/health", "/health/", "/api/v1/streams/radio/x",
                           "/api/v1/streams/radio/recovery/x", "/metrics/x"}) {
    const auto reply = stage.get(path);
    EXPECT_EQ(reply.status, 404) << path;
    EXPECT_EQ(reply.headers.at("content-type"), "application/json") << path;
    EXPECT_TRUE(reply.body.starts_with(R"({"message":")")) << reply.body;
  }
}

TEST(Server, ASlashAtTheEndMeansNothing) {
  const Stage stage;
  for (const char* path :
       {"/metrics/", "/health/liveness/", "/health/detailed/", "/api/v1/streams/",
        "/api/v1/streams/radio/", "/api/v1/incidents/?limit=1"})
    EXPECT_EQ(stage.get(path).status, 200) << path;
  for (const char* path : {"//", "/metrics//"}) EXPECT_EQ(stage.get(path).status, 404) << path;
  const Stage own({on_air_snapshot("radio")}, {}, "/own/path/");
  EXPECT_EQ(own.get("/own/path").status, 200);
  EXPECT_EQ(own.get("/own/path/").status, 200);
}

// The streams do not depend on their metrics.
TEST(Server, ATakenAddressIsTriedAgainUnlessItIsRequired) {
  auto first = std::make_unique<Stage>();
  http::Settings settings;
  settings.address = "127.0.0.1";
  settings.port = first->port();
  std::mutex mutex;
  std::vector<http::Server::LogEntry> log;
  const auto keep = [&](const http::Server::LogEntry& entry) {
    const std::scoped_lock lock(mutex);
    if (entry.event == "http_listen") log.push_back(entry);
  };
  http::SupervisorApi api;
  api.ping = [](std::function<void()> answer) { answer(); };
  const http::SnapshotStore snapshots{0};
  settings.required = true;
  try {
    const http::Server server(settings, {}, snapshots, api, keep);
    ADD_FAILURE() << "the address is taken";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("--listen 127.0.0.1:9191, or METRICS_PORT"),
              std::string::npos)
        << error.what();
  }
  settings.required = false;
  const http::Server second(settings, {}, snapshots, api, keep);
  EXPECT_EQ(second.port(), 0);
  {
    const std::scoped_lock lock(mutex);
    ASSERT_EQ(log.size(), 1U);
    EXPECT_TRUE(log[0].warning);
    EXPECT_NE(log[0].message.find(std::to_string(settings.port)), std::string::npos);
    EXPECT_NE(log[0].message.find("in use"), std::string::npos) << log[0].message;
    EXPECT_NE(log[0].message.find("--listen 127.0.0.1:9191, or METRICS_PORT"), std::string::npos);
  }
  first.reset();
  ASSERT_TRUE(holds_soon([&] { return second.port() == settings.port; }));
  EXPECT_EQ(RawClient(settings.port).get("/health/liveness").status, 200);
  const std::scoped_lock lock(mutex);
  ASSERT_EQ(log.size(), 2U);
  EXPECT_FALSE(log[1].warning);
  EXPECT_EQ(log[1].message,
            "It can be served now. Live page, metrics and health: http://127.0.0.1:" +
                std::to_string(settings.port) + "/");
}

TEST(Server, ItsAddressIsOneThatABrowserTakes) {
  http::Settings settings;
  EXPECT_EQ(http::where_to_look(settings, 9090),
            "Live page, metrics and health: http://127.0.0.1:9090/, and at every other address of "
            "this machine");
  settings.address = "fd00::1";
  settings.tls.certificate = "c.pem";
  EXPECT_EQ(http::where_to_look(settings, 443),
            "Live page, metrics and health: https://[fd00::1]:443/");
}

TEST(Server, SaysWhoMayReadAndWhoMayControl) {
  http::Settings settings;
  EXPECT_EQ(http::who_may(settings), "everybody who reaches it can read, nobody can control");
  settings.auth.bearer_token = "token";
  EXPECT_EQ(http::who_may(settings),
            "everybody who reaches it can read, control needs credentials");
  settings.auth.protect = http::Protect::all;
  EXPECT_EQ(http::who_may(settings), "reading and control need credentials");
}

TEST(Server, AQueryDoesNotHideARoute) {
  const Stage stage;
  EXPECT_EQ(stage.get("/metrics?name[]=x").status, 200);
  EXPECT_EQ(stage.get("/health/readiness?verbose").status, 200);
}

TEST(Server, TheMetricsPathIsTheOneThatWasSet) {
  const Stage stage({on_air_snapshot("radio")}, {}, "/own/path");
  EXPECT_EQ(stage.get("/own/path").status, 200);
  EXPECT_EQ(stage.get("/metrics").status, 404);
  EXPECT_NE(stage.get("/").body.find("/own/path"), std::string::npos);
}

TEST(Server, WrongMethodsAreToldWhichAreRight) {
  const Stage stage;
  for (const char* path : {"/metrics", "/health/liveness", "/api/v1/streams/radio", "/"}) {
    RawClient client(stage.port());
    client.send("POST " + std::string(path) +
                " HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\n{}");
    const auto reply = client.read_reply();
    EXPECT_EQ(reply.status, 405) << path;
    EXPECT_EQ(reply.headers.at("allow"), "GET, HEAD") << path;
  }
}

TEST(Server, HeadGivesTheHeadersOfGetAndNoBody) {
  const Stage stage;
  for (const char* path : {"/", "/metrics", "/health/liveness", "/health/detailed",
                           "/api/v1/streams", "/api/v1/incidents"}) {
    RawClient client(stage.port());
    client.send("HEAD " + std::string(path) + " HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
    const auto reply = client.read_reply(true);
    EXPECT_EQ(reply.status, 200) << path;
    EXPECT_GT(std::stoi(reply.headers.at("content-length")), 0) << path;
    EXPECT_TRUE(client.is_closed_soon());
    EXPECT_EQ(client.received(), "") << path;
  }
}

TEST(Server, OneConnectionCarriesManyRequests) {
  const Stage stage;
  RawClient client(stage.port());
  for (int i = 0; i < 50; ++i) EXPECT_EQ(client.get("/health/readiness").status, 200);
  EXPECT_TRUE(client.is_open_now());
}

TEST(Server, PipelinedRequestsAreAnsweredInTheirOrder) {
  const Stage stage;
  RawClient client(stage.port());
  std::string all;
  for (int i = 0; i < 20; ++i) {
    all += "GET /metrics HTTP/1.1\r\nHost: t\r\n\r\n";
    all += "POST /nothing HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhello";
    all += "\r\nGET /health/liveness HTTP/1.1\r\nHost: t\r\n\r\n";
  }
  client.send(all);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(client.read_reply().headers.at("content-type").substr(0, 10), "text/plain");
    EXPECT_EQ(client.read_reply().status, 404);
    EXPECT_NE(client.read_reply().body.find("liveness"), std::string::npos);
  }
}

TEST(Server, ARequestMayArriveByteByByte) {
  const Stage stage;
  RawClient client(stage.port());
  for (const char byte : std::string("GET /health/readiness HTTP/1.1\r\nHost: t\r\n\r\n")) {
    client.send(std::string_view(&byte, 1));
  }
  EXPECT_EQ(client.read_reply().status, 200);
}

TEST(Server, Http10IsAnsweredAndClosedUnlessItAsksToStay) {
  const Stage stage;
  RawClient leaving(stage.port());
  leaving.send("GET /health/readiness HTTP/1.0\r\n\r\n");
  EXPECT_EQ(leaving.read_reply().headers.at("connection"), "close");
  EXPECT_TRUE(leaving.is_closed_soon());

  RawClient staying(stage.port());
  staying.send("GET /health/readiness HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(staying.read_reply().headers.at("connection"), "keep-alive");
  EXPECT_EQ(staying.get("/metrics").status, 200);
}

TEST(Server, GarbageGets400AndTheDoor) {
  const Stage stage;
  const std::string garbage[] = {
      "GARBAGE\r\n\r\n",
      std::string("\0\1\2\3\r\n\r\n", 8),
      "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 TLS, for one\r\n\r\n",
      "GET / HTTP/9.9\r\n\r\n",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      "GET / HTTP/1.1\r\nno colon here\r\n\r\n",
      "GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: -1\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      "GET /api/v1/streams/%zz HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n",
  };
  for (const std::string& bytes : garbage) {
    RawClient client(stage.port());
    client.send(bytes);
    const auto reply = client.read_reply();
    EXPECT_EQ(reply.status, 400) << bytes;
    EXPECT_TRUE(reply.body.starts_with(R"({"message":")")) << reply.body;
    EXPECT_TRUE(client.is_closed_soon()) << bytes;
  }
  EXPECT_EQ(stage.get("/metrics").status, 200);
}

TEST(Server, ABodyIsSentOnceItIsEncouraged) {
  const Stage stage;
  RawClient client(stage.port());
  client.send("POST / HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  EXPECT_EQ(client.read_reply().status, 100);
  client.send("body");
  EXPECT_EQ(client.read_reply().status, 405);
}

TEST(Server, LogsEachRequestWithoutItsQuery) {
  const Stage stage;
  EXPECT_EQ(stage.get("/nothing?token=secret").status, 404);
  ASSERT_TRUE(holds_soon([&] { return !stage.log().empty(); }));
  const auto entry = stage.log().front();
  EXPECT_EQ(entry.method, "GET");
  EXPECT_EQ(entry.target, "/nothing");
  EXPECT_EQ(entry.status, 404);
  EXPECT_FALSE(entry.warning);
}

std::string failure_of(http::Settings settings) {
  settings.required = true;
  const http::SnapshotStore snapshots(0);
  try {
    const http::Server server(settings, {}, snapshots, {}, {});
    return "no failure";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

constexpr const char* remedy = " (another address: --listen 127.0.0.1:9191, or METRICS_PORT)";

TEST(Server, AnAddressInUseIsNamed) {
  const Stage stage;
  http::Settings settings;
  settings.address = "127.0.0.1";
  settings.port = stage.port();
  EXPECT_EQ(failure_of(settings),
            "http.listen: cannot listen on 127.0.0.1:" + std::to_string(stage.port()) +
                ": Address already in use" + remedy);
}

TEST(Server, AnAddressThatIsNoneIsNamed) {
  http::Settings settings;
  settings.address = "not-an-address";
  EXPECT_EQ(failure_of(settings),
            "http.listen: cannot listen on not-an-address:9090: "
            "\"not-an-address\" is not an IP address");
  settings.address = "192.0.2.1";  // of nobody (RFC 5737)
  EXPECT_EQ(failure_of(settings),
            std::string("http.listen: cannot listen on 192.0.2.1:9090: Cannot assign requested "
                        "address") +
                remedy);
}

TEST(Server, APortIsFreeAgainAtOnce) {
  auto first = std::make_unique<Stage>();
  const std::uint16_t port = first->port();
  RawClient client(port);
  EXPECT_EQ(client.get("/metrics").status, 200);
  first.reset();  // closed from our side: the connection lingers in TIME_WAIT
  http::Settings settings;
  settings.address = "127.0.0.1";
  settings.port = port;
  EXPECT_EQ(failure_of(settings), "no failure");
}

TEST(Server, ListensOnIpv6) {
  http::Settings settings;
  settings.address = "::1";
  settings.port = 0;
  const http::SnapshotStore snapshots(0);
  const http::Server server(settings, {}, snapshots, {}, {});
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(server.port());
  address.sin6_addr = in6addr_loopback;
  const int probe = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(::connect(probe, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ::close(probe);
}

TEST(Server, EndsPromptlyWithConnectionsOpenAndALoopThatIsStuck) {
  auto stage = std::make_unique<Stage>();
  stage->loop.get_stuck();
  RawClient idle(stage->port()), begun(stage->port()), waiting(stage->port());
  EXPECT_EQ(idle.get("/metrics").status, 200);
  begun.send("GET /met");
  waiting.send("GET /health/liveness HTTP/1.1\r\nHost: t\r\n\r\n");
  ASSERT_TRUE(holds_soon([&] { return stage->loop.pings() == 1; }));
  stage->server.reset();
  EXPECT_TRUE(idle.is_closed_soon());
  EXPECT_TRUE(begun.is_closed_soon());
  EXPECT_TRUE(waiting.is_closed_soon());
  EXPECT_EQ(waiting.received(), "");
  stage->loop.turn_again();  // the answer comes after the server has gone: nothing happens
}

std::set<std::string> entries(const char* folder) {
  std::set<std::string> names;
  DIR* const directory = ::opendir(folder);
  while (const dirent* entry = ::readdir(directory)) {
    if (entry->d_name[0] != '.') names.insert(entry->d_name);
  }
  ::closedir(directory);
  return names;
}

// Of descriptors that belong to another thread: asked by name, without a call on them.
bool is_socket(const std::string& descriptor) {
  std::array<char, 64> target;
  const std::string path = "/proc/self/fd/" + descriptor;
  const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
  return size > 0 && std::string_view(target.data(), size).starts_with("socket:");
}
int flags(const std::string& descriptor) {
  std::ifstream info("/proc/self/fdinfo/" + descriptor);
  for (std::string name, value; info >> name >> value;) {
    if (name == "flags:") return std::stoi(value, nullptr, 8);
  }
  return 0;
}

TEST(Server, NoSocketOfItsIsInheritedByAChild) {
  const Stage stage;
  RawClient client(stage.port());
  EXPECT_EQ(client.get("/metrics").status, 200);
  int sockets = 0;
  for (const std::string& name : entries("/proc/self/fd")) {
    if (std::stoi(name) < 3 || !is_socket(name)) continue;
    ++sockets;
    EXPECT_NE(flags(name) & O_CLOEXEC, 0) << name;
  }
  EXPECT_GE(sockets, 3);  // the listener, both ends of the connection
}

TEST(Server, ItsThreadTakesNoSignals) {
  const auto before = entries("/proc/self/task");
  const Stage stage;
  int checked = 0;
  for (const std::string& thread : entries("/proc/self/task")) {
    if (before.contains(thread)) continue;
    std::ifstream status("/proc/self/task/" + thread + "/status");
    for (std::string line; std::getline(status, line);) {
      if (!line.starts_with("SigBlk:")) continue;
      const auto mask = std::stoull(line.substr(7), nullptr, 16);
      for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGCHLD}) {
        EXPECT_TRUE(mask >> (signal - 1) & 1) << signal;
      }
      ++checked;
    }
  }
  EXPECT_GE(checked, 1);  // a sanitizer adds a thread of its own
}

}  // namespace
