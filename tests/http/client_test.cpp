#include "http/client.hpp"

#include <thread>

#include <gtest/gtest.h>

#include "stage.hpp"

namespace {

using namespace std::chrono_literals;

std::string failure_of(const std::string& url, std::chrono::milliseconds timeout = 5s) {
  try {
    return "status " + std::to_string(http::get(url, timeout).status);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

std::string url_of(std::uint16_t port, const std::string& path = "/") {
  return "http://127.0.0.1:" + std::to_string(port) + path;
}

// A listening socket that takes connections (by the kernel) and sends what it is given, or nothing.
class FakeServer {
 public:
  explicit FakeServer(std::string answer) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(listener_, 1);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port = ntohs(address.sin_port);
    if (!answer.empty()) thread_ = std::thread([this, answer] { serve(answer); });
  }
  ~FakeServer() {
    if (thread_.joinable()) thread_.join();
    ::close(listener_);
  }
  std::uint16_t port = 0;

 private:
  void serve(const std::string& answer) {
    const int peer = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    char request[4096];
    [[maybe_unused]] const auto count = ::recv(peer, request, sizeof request, 0);
    std::size_t sent = 0;
    while (sent < answer.size()) {
      const auto part = ::send(peer, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
      if (part <= 0) break;
      sent += static_cast<std::size_t>(part);
    }
    ::close(peer);
  }

  int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::thread thread_;
};

TEST(Client, GetsStatusAndBody) {
  const Stage stage;
  const auto answer = http::get(url_of(stage.port(), "/api/v1/incidents?limit=5"), 5s);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "{\"incidents\":[]}\n");
  EXPECT_EQ(http::get(url_of(stage.port(), "/nothing"), 5s).status, 404);
  EXPECT_EQ(http::get("http://127.0.0.1:" + std::to_string(stage.port()), 5s).status, 200);
}

TEST(Client, NobodyThereIsSaid) {
  std::uint16_t port = 0;
  { port = FakeServer("").port; }
  EXPECT_EQ(failure_of(url_of(port)),
            "cannot get " + url_of(port) +
                ": Connection refused. Is ffsupervisor running? Where: --url http://HOST:PORT");
}

TEST(Client, ASilentServerDoesNotHoldItLongerThanAgreed) {
  const FakeServer silent("");
  EXPECT_EQ(failure_of(url_of(silent.port), 200ms),
            "cannot get " + url_of(silent.port) + ": timed out");
}

TEST(Client, AnAnswerThatIsNoHttpIsAnError) {
  const FakeServer odd("SSH-2.0-OpenSSH_9.2\r\n\r\n");
  EXPECT_TRUE(failure_of(url_of(odd.port)).starts_with("cannot get " + url_of(odd.port) + ": "));
}

TEST(Client, AnEndlessAnswerIsCutOff) {
  const FakeServer endless("HTTP/1.1 200 OK\r\n\r\n" + std::string(6 * 1024 * 1024, 'x'));
  EXPECT_EQ(failure_of(url_of(endless.port)),
            "cannot get " + url_of(endless.port) + ": body limit exceeded");
}

TEST(Client, WhatIsNoEventStreamIsNotFollowed) {
  const FakeServer endless("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" +
                           std::string(6 * 1024 * 1024, '['));
  try {
    http::follow(url_of(endless.port), 5s, {}, [](std::string_view) { return true; });
    FAIL() << "it is followed";
  } catch (const http::NotReached& error) {
    EXPECT_NE(std::string(error.what()).find("it is no event stream"), std::string::npos);
  }
}

TEST(Client, UrlsItCannotAskAreExplained) {
  EXPECT_EQ(failure_of("nonsense"),
            "cannot get nonsense: not a URL; expected http://HOST:PORT/PATH or https://");
  EXPECT_EQ(failure_of("ftp://host/"),
            "cannot get ftp://host/: only http:// and https:// URLs are supported");
  EXPECT_EQ(failure_of("http://me:secret@host/"),
            "cannot get http://***@host/: credentials in the URL are not supported");
}

TEST(Client, AHostThatIsNotKnownIsAnErrorInTime) {
  const std::string url = "http://no-such-host.invalid/";
  EXPECT_TRUE(failure_of(url).starts_with("cannot get " + url + ": "));
}

}  // namespace
