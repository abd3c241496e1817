#include "monitor/probes/dependency.hpp"

#include <chrono>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "tests/monitor/loopback_server.hpp"

namespace monitor::probes {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using loopback::Client;
using loopback::Server;

DependencyReport probe(Dependency::Kind kind, const std::string& target, Duration timeout = 5s) {
  boost::asio::io_context context;
  DependencyReport report;
  int calls = 0;
  probe_dependency(context.get_executor(), {"name", kind, target}, timeout,
                   [&](DependencyReport found) {
                     report = std::move(found);
                     ++calls;
                   });
  EXPECT_EQ(calls, 0) << "from within the call";
  context.run();
  EXPECT_EQ(calls, 1);
  return report;
}

DependencyReport tcp(const std::string& target, Duration timeout = 5s) {
  return probe(Dependency::Kind::tcp, target, timeout);
}

DependencyReport http(const std::string& target, Duration timeout = 5s) {
  return probe(Dependency::Kind::http, target, timeout);
}

Server::Serve saying(const std::string& text) {
  return [text](Client& client) {
    client.request();
    client.say(text);
  };
}

TEST(TcpDependency, IsUpWhileItsConnectionIsTaken) {
  const Server server([](Client&) {});
  const DependencyReport report = tcp("127.0.0.1:" + server.port());
  EXPECT_TRUE(report.up);
  EXPECT_EQ(report.sentence, "127.0.0.1:" + server.port() + " takes connections.");
  EXPECT_GT(report.took, 0s);
  EXPECT_LT(report.took, 5s);
  EXPECT_TRUE(tcp("localhost:" + server.port()).up);
}

TEST(TcpDependency, WhereNobodyListensItIsDown) {
  const std::string port = loopback::closed_port();
  const DependencyReport report = tcp("127.0.0.1:" + port);
  EXPECT_FALSE(report.up);
  EXPECT_EQ(report.sentence, "Connection to 127.0.0.1:" + port + " refused.");
  EXPECT_EQ(tcp("[::1]:" + port).sentence, "Connection to [::1]:" + port + " refused.");
}

TEST(TcpDependency, ANameThatIsNotKnownIsDown) {
  const DependencyReport report = tcp("no-such-host.invalid:5432", 10s);
  EXPECT_FALSE(report.up);
  EXPECT_NE(report.sentence.find("ame lookup of no-such-host.invalid"), std::string::npos)
      << report.sentence;
}

TEST(HttpDependency, IsUpBelowStatus400) {
  for (const char* status : {"200 OK", "204 No Content", "304 Not Modified", "399 X"}) {
    const Server server(saying("HTTP/1.1 " + std::string(status) + "\r\n\r\n"));
    EXPECT_TRUE(http(server.url("/")).up) << status;
  }
  for (const char* status : {"400 Bad", "401 No", "404 None", "500 X", "503 Y"}) {
    const Server server(saying("HTTP/1.1 " + std::string(status) + "\r\n\r\n"));
    const DependencyReport report = http(server.url("/"));
    EXPECT_FALSE(report.up) << status;
    EXPECT_EQ(report.sentence,
              "127.0.0.1:" + server.port() + " answers " + std::string(status).substr(0, 3) + ".");
  }
}

TEST(HttpDependency, ARedirectCountsForWhatItLeadsTo) {
  const Server gone(saying("HTTP/1.1 404 X\r\n\r\n"));
  const Server server(saying("HTTP/1.1 302 X\r\nLocation: " + gone.url("/") + "\r\n\r\n"));
  EXPECT_FALSE(http(server.url("/")).up);
  const Server elsewhere(saying("HTTP/1.1 302 X\r\nLocation: file:///etc/passwd\r\n\r\n"));
  const DependencyReport report = http(elsewhere.url("/"));
  EXPECT_FALSE(report.up);
  EXPECT_EQ(report.sentence, "127.0.0.1:" + elsewhere.port() + " redirects to what is no HTTP.");
}

TEST(HttpDependency, ABodyThatNeverEndsIsNotWaitedFor) {
  const Server server([](Client& client) {
    client.request();
    client.say("HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\nx");
    client.wait_for_end();
  });
  const DependencyReport report = http(server.url("/"), 20s);
  EXPECT_TRUE(report.up);
  EXPECT_LT(report.took, 10s);
}

TEST(HttpDependency, SilenceIsDownAtTheTimeout) {
  const Server server([](Client& client) { client.wait_for_end(); });
  const DependencyReport report = http(server.url("/"), 200ms);
  EXPECT_FALSE(report.up);
  // What is left of the time once it is connected.
  EXPECT_EQ(report.sentence.find("127.0.0.1:" + server.port() +
                                 " takes the connection, but does not answer within 0."),
            0U)
      << report.sentence;
  EXPECT_GE(report.took, 200ms);
  EXPECT_LT(report.took, 3s);
}

TEST(HttpDependency, WhatIsNoHttpIsDown) {
  const Server ssh(saying("SSH-2.0-OpenSSH_9.2\r\n"));
  EXPECT_EQ(http(ssh.url("/")).sentence, "127.0.0.1:" + ssh.port() + " answers, but not in HTTP.");
  const Server mute([](Client& client) { client.request(); });
  EXPECT_EQ(http(mute.url("/")).sentence,
            "127.0.0.1:" + mute.port() + " closes the connection without an answer.");
}

TEST(HttpDependency, CredentialsAreSentAndNotSaid) {
  const Server server([](Client& client) {
    const bool knows = client.request().find("Basic dTpwbGFudGVk") != std::string::npos;
    client.say(knows ? "HTTP/1.1 200 OK\r\n\r\n" : "HTTP/1.1 401 No\r\n\r\n");
  });
  const DependencyReport report =
      http("http://u:planted@127.0.0.1:" + server.port() + "/?token=planted");
  EXPECT_TRUE(report.up);
  EXPECT_EQ(report.sentence.find("planted"), std::string::npos) << report.sentence;
}

TEST(HttpDependency, ACertificateThatNobodySignedIsDown) {
  const loopback::Certificate certificate;
  const Server server(saying("HTTP/1.1 200 OK\r\n\r\n"), &certificate);
  const DependencyReport report = http(server.url("/"));
  EXPECT_FALSE(report.up);
  EXPECT_NE(report.sentence.find("certificate"), std::string::npos) << report.sentence;
  ASSERT_EQ(::setenv("SSL_CERT_FILE", certificate.file().c_str(), 1), 0);
  EXPECT_TRUE(http(server.url("/")).up);
  ::unsetenv("SSL_CERT_FILE");
}

}  // namespace
}  // namespace monitor::probes
