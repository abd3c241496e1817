#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "alert_receiver.hpp"
#include "recovery/alerts/send.hpp"

namespace recovery::alerts {
namespace {

using namespace std::chrono_literals;
using testing::AssertionResult;

constexpr auto secret_path = "/services/T00/B00/tOpSeCrEt";

Attempt try_to_send(const Endpoint& endpoint, monitor::Duration timeout = 5s) {
  boost::asio::io_context loop;
  Attempt result;
  boost::asio::co_spawn(loop, send(endpoint, {.body = R"({"a":1})"}, timeout),
                        [&result](const std::exception_ptr& error, Attempt attempt) {
                          if (error) std::rethrow_exception(error);
                          result = std::move(attempt);
                        });
  loop.run();
  return result;
}

Attempt answered(const std::string& answer, monitor::Duration timeout = 5s) {
  const AlertReceiver receiver(answer);
  return try_to_send(parse_endpoint(receiver.url(secret_path)), timeout);
}

AssertionResult contains(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << '"' << part << "\" is not in: " << text;
}

std::string failure_of(const std::string& url) {
  try {
    parse_endpoint(url);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "taken";
}

TEST(AlertSendTest, AnyTwoHundredIsADelivery) {
  for (const char* status : {"200 OK", "201 Created", "202 Accepted", "299 Whatever"}) {
    EXPECT_FALSE(answered(AlertReceiver::status(status)).failure) << status;
  }
  EXPECT_FALSE(answered("HTTP/1.1 204 No Content\r\n\r\n").failure);
  EXPECT_FALSE(answered("HTTP/1.0 200 OK\r\n\r\nuntil the end").failure);
  EXPECT_FALSE(answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n")
                   .failure);
}

TEST(AlertSendTest, InformationalAnswersAreSkipped) {
  EXPECT_FALSE(
      answered("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + AlertReceiver::status("200 OK"))
          .failure);
  EXPECT_TRUE(answered("HTTP/1.1 103 Early Hints\r\n\r\n" +
                       AlertReceiver::status("500 Internal Server Error"))
                  .failure);
}

TEST(AlertSendTest, RequestIsWhatReceiversWant) {
  const AlertReceiver receiver(AlertReceiver::status("200 OK"));
  Endpoint endpoint = parse_endpoint(receiver.url("/hook?a=b%20c#part"));
  endpoint.headers = {{"X-Key", "k"}, {"Content-Type", "application/vnd.x+json"}};
  ASSERT_FALSE(try_to_send(endpoint).failure);
  const auto request = receiver.requests().at(0);
  EXPECT_TRUE(request.head.starts_with("POST /hook?a=b%20c HTTP/1.1\r\n")) << request.head;
  EXPECT_TRUE(contains(request.head, "Host: 127.0.0.1:" + std::to_string(receiver.port())));
  EXPECT_TRUE(contains(request.head, "X-Key: k\r\n"));
  EXPECT_TRUE(contains(request.head, "Content-Type: application/vnd.x+json\r\n"));
  EXPECT_TRUE(contains(request.head, "Content-Length: 7\r\n"));
  EXPECT_EQ(request.body, R"({"a":1})");
}

TEST(AlertSendTest, ContentTypeIsJson) {
  const AlertReceiver receiver(AlertReceiver::status("200 OK"));
  ASSERT_FALSE(try_to_send(parse_endpoint(receiver.url("/"))).failure);
  EXPECT_TRUE(contains(receiver.requests().at(0).head, "Content-Type: application/json\r\n"));
}

TEST(AlertSendTest, UserInfoBecomesBasicAuthorization) {
  const AlertReceiver receiver(AlertReceiver::status("200 OK"));
  const std::string url = "http://me:p%40ss@127.0.0.1:" + std::to_string(receiver.port());
  ASSERT_FALSE(try_to_send(parse_endpoint(url)).failure);
  // printf 'me:p@ss' | base64
  EXPECT_TRUE(contains(receiver.requests().at(0).head, "Authorization: Basic bWU6cEBzcw==\r\n"));
}

TEST(AlertSendTest, RefusalsAreNotWorthTryingOftenAndNobodyHeard) {
  for (const char* status : {"400 Bad Request", "401 Unauthorized", "404 Not Found", "410 Gone"}) {
    const Attempt attempt = answered(AlertReceiver::status(status));
    ASSERT_TRUE(attempt.failure) << status;
    EXPECT_FALSE(attempt.failure->retryable) << status;
    EXPECT_FALSE(attempt.failure->may_be_delivered) << status;
    EXPECT_TRUE(contains(attempt.error, status));
  }
}

TEST(AlertSendTest, WhatPassesIsTriedAgain) {
  for (const char* status : {"408 Request Timeout", "425 Too Early", "429 Too Many Requests"}) {
    const Attempt attempt = answered(AlertReceiver::status(status));
    ASSERT_TRUE(attempt.failure) << status;
    EXPECT_TRUE(attempt.failure->retryable) << status;
    EXPECT_FALSE(attempt.failure->may_be_delivered) << status;
  }
  const Attempt broken = answered(AlertReceiver::status("500 Internal Server Error"));
  ASSERT_TRUE(broken.failure);
  EXPECT_TRUE(broken.failure->retryable);
  EXPECT_TRUE(broken.failure->may_be_delivered);
}

TEST(AlertSendTest, RetryAfterIsObeyed) {
  const auto rest = [](const char* status, const char* header) {
    return answered(AlertReceiver::status(status, header)).failure.value().rest;
  };
  EXPECT_EQ(rest("429 Too Many Requests", "Retry-After: 30\r\n"), 30s);
  EXPECT_EQ(rest("503 Service Unavailable", "Retry-After: 7\r\n"), 7s);
  EXPECT_EQ(rest("429 Too Many Requests", "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n"), 0s);
  EXPECT_EQ(rest("429 Too Many Requests", "Retry-After: -5\r\n"), 0s);
}

TEST(AlertSendTest, RedirectIsAnErrorThatSaysWhatToDo) {
  const Attempt attempt =
      answered(AlertReceiver::status("302 Found", "Location: https://else/secret\r\n"));
  ASSERT_TRUE(attempt.failure);
  EXPECT_FALSE(attempt.failure->retryable);
  EXPECT_TRUE(contains(attempt.error, "302 Found; redirects are not followed"));
  EXPECT_FALSE(contains(attempt.error, "secret"));
}

TEST(AlertSendTest, HangingReceiverTimesOut) {
  const auto begin = std::chrono::steady_clock::now();
  const Attempt attempt = answered("hang", 300ms);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);
  ASSERT_TRUE(attempt.failure);
  EXPECT_TRUE(attempt.failure->retryable);
  EXPECT_TRUE(attempt.failure->may_be_delivered);
  EXPECT_TRUE(contains(attempt.error, "timed out"));
}

TEST(AlertSendTest, BodyThatNeverEndsDoesNotUndoTheDelivery) {
  EXPECT_FALSE(answered("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort").failure);
  EXPECT_FALSE(answered("HTTP/1.1 200 OK\r\n\r\n" + std::string(300'000, 'x')).failure);
}

TEST(AlertSendTest, HeadThatNeverEndsIsAFailure) {
  const Attempt attempt = answered("HTTP/1.1 200 OK\r\nX: " + std::string(300'000, 'x'));
  ASSERT_TRUE(attempt.failure);
}

TEST(AlertSendTest, NoAnswerMayHaveBeenHeard) {
  const Attempt attempt = answered("");
  ASSERT_TRUE(attempt.failure);
  EXPECT_TRUE(attempt.failure->may_be_delivered);
  EXPECT_TRUE(contains(attempt.error, "did not answer in HTTP"));
}

TEST(AlertSendTest, WhatSpeaksNoHttpIsAFailure) {
  const Attempt attempt = answered("SSH-2.0-OpenSSH_9.2\r\n\r\n");
  ASSERT_TRUE(attempt.failure);
  EXPECT_TRUE(contains(attempt.error, "did not answer in HTTP"));
}

TEST(AlertSendTest, WhereNobodyListensNobodyHeard) {
  const std::string url = "http://127.0.0.1:" + std::to_string(free_port()) + secret_path;
  const Attempt attempt = try_to_send(parse_endpoint(url));
  ASSERT_TRUE(attempt.failure);
  EXPECT_TRUE(attempt.failure->retryable);
  EXPECT_FALSE(attempt.failure->may_be_delivered);
  EXPECT_TRUE(contains(attempt.error, "refused"));
}

TEST(AlertSendTest, ErrorsNeverNameThePath) {
  const auto silent = [](const Attempt& attempt) {
    ASSERT_TRUE(attempt.failure);
    EXPECT_FALSE(contains(attempt.error, "tOpSeCrEt"));
    EXPECT_TRUE(contains(attempt.error, "127.0.0.1:"));
  };
  // Some servers repeat the path in their answer.
  silent(answered(std::string("HTTP/1.1 404 No ") + secret_path +
                  "\r\nContent-Length: 35\r\n\r\nCannot POST /services/T00/tOpSeCrEt"));
  silent(answered("hang", 100ms));
  silent(answered(""));
}

TEST(AlertSendTest, TlsIsVerified) {
  const Certificate certificate;
  const AlertReceiver receiver(
      [](const AlertReceiver::Request&) { return AlertReceiver::status("200 OK"); }, &certificate);

  const Attempt unknown = try_to_send(parse_endpoint(receiver.url(secret_path)));
  ASSERT_TRUE(unknown.failure);
  EXPECT_FALSE(unknown.failure->may_be_delivered);
  EXPECT_TRUE(contains(unknown.error, "certificate"));
  EXPECT_TRUE(receiver.requests().empty()) << "the secret went to a stranger";

  ::setenv("SSL_CERT_FILE", certificate.certificate.c_str(), 1);
  const Attempt known = try_to_send(parse_endpoint(receiver.url(secret_path)));
  EXPECT_FALSE(known.failure) << known.error;
  EXPECT_EQ(receiver.requests().at(0).body, R"({"a":1})");

  const std::string by_address = "https://127.0.0.1:" + std::to_string(receiver.port());
  EXPECT_TRUE(try_to_send(parse_endpoint(by_address)).failure) << "it is not who it says";
  ::unsetenv("SSL_CERT_FILE");
}

TEST(AlertSendTest, EndpointKeepsTheBasePath) {
  const auto target = [](const std::string& url) {
    return parse_endpoint(url, "/api/v2/alerts").target;
  };
  EXPECT_EQ(target("http://h:9093"), "/api/v2/alerts");
  EXPECT_EQ(target("http://h:9093/"), "/api/v2/alerts");
  EXPECT_EQ(target("http://h:9093/am"), "/am/api/v2/alerts");
  EXPECT_EQ(target("http://h:9093/am/"), "/am/api/v2/alerts");
  EXPECT_EQ(target("http://h:9093/am?tenant=1"), "/am/api/v2/alerts?tenant=1");
}

TEST(AlertSendTest, EndpointNamesSchemeHostAndPortOnly) {
  EXPECT_EQ(parse_endpoint("https://me:pw@hooks.slack.com/T0/S?token=x").name,
            "https://hooks.slack.com:443");
  EXPECT_EQ(parse_endpoint("http://[::1]:8080/x").name, "http://[::1]:8080");
  EXPECT_EQ(parse_endpoint("http://[::1]:8080/x").host, "::1");
}

TEST(AlertSendTest, UrlThatCannotBeUsedIsRefusedWithoutRepeatingIt) {
  EXPECT_TRUE(contains(failure_of("hooks.example/secret"), "it is no URL"));
  EXPECT_TRUE(contains(failure_of("ftp://h/secret"), "its scheme is ftp; expected http or https"));
  EXPECT_TRUE(contains(failure_of("http:///secret"), "it has no host"));
  EXPECT_TRUE(contains(failure_of("http://h:0/secret"), "its port is not between 1 and 65535"));
  EXPECT_TRUE(contains(failure_of("http://h:99999/secret"), "its port"));
  EXPECT_TRUE(contains(failure_of("http://h/sec ret"), "it is no URL"));
  for (const char* url : {"hooks.example/secret", "ftp://h/secret", "http:///secret", ""}) {
    EXPECT_FALSE(contains(failure_of(url), "secret"));
    EXPECT_NE(failure_of(url), "taken");
  }
}

TEST(AlertSendTest, HeadersThatWouldBreakTheRequestAreRefusedWithoutTheirValue) {
  const auto problem = [](const std::string& name, const std::string& value) -> std::string {
    try {
      check_headers({{name, value}});
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return {};
  };
  EXPECT_EQ(problem("X-Api-Key", "secret value, with: everything\tGrüße"), "");
  EXPECT_TRUE(contains(problem("X", "secret\r\nY: z"), "header X holds a control character"));
  EXPECT_FALSE(contains(problem("X", "secret\r\nY: z"), "secret"));
  EXPECT_TRUE(contains(problem("content-length", "3"), "content-length cannot be set"));
  EXPECT_TRUE(contains(problem("", "secret"), "name"));
  EXPECT_TRUE(contains(problem("a b", "secret"), "name"));
}

}  // namespace
}  // namespace recovery::alerts
