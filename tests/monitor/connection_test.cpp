#include "monitor/probes/connection.hpp"

#include <chrono>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <netdb.h>

#include "tests/monitor/loopback_server.hpp"

namespace {

// A name server that does not answer; it is let go at the test's end.
std::mutex name_server;

}  // namespace

// In front of the C library's: the linker's --wrap, which a static program can have, too.
extern "C" int __real_getaddrinfo(const char* node, const char* service, const addrinfo* hints,
                                  addrinfo** found);
extern "C" int __wrap_getaddrinfo(const char* node, const char* service, const addrinfo* hints,
                                  addrinfo** found) {
  if (node && std::string(node) == "hangs.example") {
    const std::lock_guard waits(name_server);
    return EAI_AGAIN;
  }
  if (node && std::string(node) == "other.example") node = "127.0.0.1";
  return __real_getaddrinfo(node, service, hints, found);
}

namespace monitor::probes {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using loopback::Certificate;
using loopback::Client;
using loopback::Server;
using Step = ConnectionError::Step;

struct Outcome {
  std::string text;  // what was read
  std::string error;
  std::optional<Step> step;
  boost::system::error_code code;
  Duration took{};
};

struct Ask {
  std::string host = "127.0.0.1";
  std::string port;
  bool tls = false;
  Duration timeout = 5s;
  bool verify = true;
};

boost::asio::awaitable<std::string> talk(Ask ask) {
  const auto connection =
      co_await Connection::open(ask.host, ask.port, ask.tls, ask.timeout, ask.verify);
  co_await connection->write("GET / HTTP/1.0\r\n\r\n");
  std::string text;
  char some[64];
  for (;;) {
    const std::size_t count = co_await connection->read_some(boost::asio::buffer(some));
    if (count == 0) break;
    text.append(some, count);
  }
  co_return text;
}

Outcome run(const Ask& ask) {
  Outcome outcome;
  const auto start = std::chrono::steady_clock::now();
  boost::asio::io_context context;
  boost::asio::co_spawn(context, talk(ask), [&](std::exception_ptr failed, std::string text) {
    outcome.text = std::move(text);
    try {
      if (failed) std::rethrow_exception(failed);
    } catch (const ConnectionError& error) {
      outcome.error = error.what();
      outcome.step = error.step();
      outcome.code = error.code();
    }
  });
  context.run();
  outcome.took = std::chrono::steady_clock::now() - start;
  return outcome;
}

void say_hello(Client& client) {
  client.request();
  client.say("hello");
}

TEST(Connection, WhatTheServerSaysIsReadToItsEnd) {
  const Server server(say_hello);
  EXPECT_EQ(run({.port = server.port()}).text, "hello");
  EXPECT_EQ(run({.host = "localhost", .port = server.port()}).text, "hello");  // ::1 is tried too
}

TEST(Connection, ARefusedConnectionNamesHostAndPort) {
  const std::string port = loopback::closed_port();
  const Outcome outcome = run({.port = port});
  EXPECT_EQ(outcome.error, "connection to 127.0.0.1:" + port + ": Connection refused");
  EXPECT_EQ(outcome.step, Step::connection);
  EXPECT_EQ(outcome.code, boost::asio::error::connection_refused);
}

TEST(Connection, AnUnknownNameIsSaid) {
  const Outcome outcome = run({.host = "no-such-host.invalid", .port = "80"});
  EXPECT_TRUE(outcome.error.starts_with("name lookup of no-such-host.invalid: ")) << outcome.error;
  EXPECT_EQ(outcome.step, Step::name_lookup);
}

TEST(Connection, ANameServerThatHangsCostsTheTimeOutAndNoMore) {
  Outcome outcome;
  {
    const std::lock_guard hangs(name_server);
    outcome = run({.host = "hangs.example", .port = "80", .timeout = 200ms});
    EXPECT_EQ(outcome.error, "name lookup of hangs.example: timed out");
    EXPECT_GE(outcome.took, 200ms);
    EXPECT_LT(outcome.took, 2s);
    // A lookup that hangs holds up no other.
    const Server server(say_hello);
    EXPECT_EQ(run({.host = "localhost", .port = server.port(), .timeout = 2s}).text, "hello");
  }
}

TEST(Connection, ALoopThatEndsDuringALookupIsNotTouchedByIt) {
  std::unique_lock hangs(name_server);
  {
    boost::asio::io_context context;
    boost::asio::co_spawn(context, talk({.host = "hangs.example", .port = "80"}),
                          [](std::exception_ptr, const std::string&) { ADD_FAILURE(); });
    context.run_for(50ms);
  }
  hangs.unlock();
  run({.host = "hangs.example", .port = "80"});  // by its end the first has come back, too
}

TEST(Connection, LookupsThatHangAreBounded) {
  const auto refused = [](const Outcome& outcome) {
    return outcome.code == boost::system::errc::resource_unavailable_try_again;
  };
  std::unique_lock hangs(name_server);
  Outcome outcome;
  for (int i = 0; i < 100 && !refused(outcome); ++i)
    outcome = run({.host = "hangs.example", .port = "80", .timeout = 1ms});
  EXPECT_TRUE(refused(outcome)) << outcome.error;

  hangs.unlock();
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  do outcome = run({.host = "hangs.example", .port = "80"});
  while (refused(outcome) && std::chrono::steady_clock::now() < deadline);
  EXPECT_FALSE(refused(outcome));
}

TEST(Connection, TheTimeOutBoundsWhatIsDoneWithItLater) {
  const Server server([](Client& client) {
    client.request();
    client.say("half");
    client.wait_for_end();
  });
  const Outcome outcome = run({.port = server.port(), .timeout = 300ms});
  EXPECT_EQ(outcome.error, "exchange with 127.0.0.1:" + server.port() + ": timed out");
  EXPECT_EQ(outcome.code, boost::asio::error::timed_out);
  EXPECT_GE(outcome.took, 300ms);
  EXPECT_LT(outcome.took, 2s);
}

TEST(Connection, AServerThatNeverPausesDoesNotOutliveTheTimeOut) {
  const Server server([](Client& client) {
    client.request();
    while (client.say(std::string(1000, 'x'))) {
    }
  });
  EXPECT_LT(run({.port = server.port(), .timeout = 200ms}).took, 2s);
}

TEST(Connection, AnEncryptedServerIsReadWhereItsCertificateIsTrusted) {
  const Certificate certificate;
  const Server server(say_hello, &certificate);
  ::setenv("SSL_CERT_FILE", certificate.file().c_str(), 1);
  EXPECT_EQ(run({.host = "localhost", .port = server.port(), .tls = true}).text, "hello");
  EXPECT_EQ(run({.host = "127.0.0.1", .port = server.port(), .tls = true}).text, "hello");
  ::unsetenv("SSL_CERT_FILE");
}

TEST(Connection, AStrangersCertificateIsRefused) {
  const Certificate certificate;
  const Server server(say_hello, &certificate);
  const Outcome outcome = run({.port = server.port(), .tls = true});
  EXPECT_EQ(outcome.step, Step::tls_handshake);
  EXPECT_EQ(outcome.error, "TLS handshake with 127.0.0.1:" + server.port() +
                               ": the certificate is not accepted: self-signed certificate");
}

TEST(Connection, ACertificateForAnotherHostIsRefused) {
  const Certificate certificate;
  const Server server(say_hello, &certificate);
  ::setenv("SSL_CERT_FILE", certificate.file().c_str(), 1);
  const Outcome outcome = run({.host = "other.example", .port = server.port(), .tls = true});
  EXPECT_EQ(outcome.error, "TLS handshake with other.example:" + server.port() +
                               ": the certificate is not for this host");
  ::unsetenv("SSL_CERT_FILE");
}

TEST(Connection, AnyCertificateWillDoWhereNoneIsAskedFor) {
  const Certificate certificate;
  const Server server(say_hello, &certificate);
  EXPECT_EQ(run({.port = server.port(), .tls = true, .verify = false}).text, "hello");
}

TEST(Connection, AServerThatIsSilentInTheHandshakeTimesOut) {
  const Server server([](Client& client) { client.wait_for_end(); });
  const Outcome outcome = run({.port = server.port(), .tls = true, .timeout = 200ms});
  EXPECT_EQ(outcome.error, "TLS handshake with 127.0.0.1:" + server.port() + ": timed out");
}

TEST(Connection, APlainServerIsNoTlsServer) {
  const Server server([](Client& client) { client.say("HTTP/1.0 400 Bad Request\r\n\r\n"); });
  const Outcome outcome = run({.port = server.port(), .tls = true});
  EXPECT_EQ(outcome.step, Step::tls_handshake) << outcome.error;
}

}  // namespace
}  // namespace monitor::probes
