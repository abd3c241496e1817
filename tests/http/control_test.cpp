#include <algorithm>

#include <crypt.h>
#include <gtest/gtest.h>

#include "http/auth/credentials.hpp"
#include "http/auth/login_throttle.hpp"
#include "stage.hpp"

namespace {

using namespace std::chrono_literals;
using http::Control;

constexpr const char* restart = "/api/v1/streams/radio/restart";
constexpr const char* right = "Authorization: Bearer s3cret-token\r\n";
constexpr const char* wrong = "Authorization: Bearer s3cret-tokem\r\n";
// alice:open sesame, cost 4
constexpr const char* alice = "Authorization: Basic YWxpY2U6b3BlbiBzZXNhbWU=\r\n";
constexpr const char* alice_wrong = "Authorization: Basic YWxpY2U6b3BlbiBzZXNhbWU/\r\n";
constexpr const char* mallory = "Authorization: Basic bWFsbG9yeTpvcGVuIHNlc2FtZQ==\r\n";

std::string bcrypt(const std::string& password, int cost) {
  crypt_data room{};
  char salt[CRYPT_GENSALT_OUTPUT_SIZE];
  crypt_gensalt_rn("$2b$", static_cast<unsigned long>(cost), "0123456789abcdef", 16, salt,
                   sizeof salt);
  return crypt_r(password.c_str(), salt, &room);
}

http::Settings with_alice(http::Protect protect = http::Protect::control, int cost = 4) {
  http::Settings settings;
  settings.auth.basic_users["alice"] = bcrypt("open sesame", cost);
  settings.auth.protect = protect;
  return settings;
}

Stage* stage_of(http::Settings settings) {
  return new Stage({on_air_snapshot("radio")}, {}, "/metrics", std::move(settings));
}

TEST(Control, IsRefusedWhereNobodyHasCredentialsAndSaysWhatToSet) {
  const Stage stage;
  const auto reply = stage.post(restart, right);
  EXPECT_EQ(reply.status, 403);
  EXPECT_NE(reply.body.find("FFSUPERVISOR_TOKEN"), std::string::npos) << reply.body;
  EXPECT_TRUE(stage.loop.asked().empty());
}

TEST(Control, IsDoneForWhoBringsTheToken) {
  const std::unique_ptr<Stage> stage(stage_of(with_token("s3cret-token")));
  EXPECT_EQ(stage->post(restart, right).status, 202);
  EXPECT_EQ(stage->post("/api/v1/streams/radio/stop", right).status, 202);
  EXPECT_EQ(stage->post("/api/v1/streams/radi%6f/start", right).status, 202);
  EXPECT_EQ(stage->post("/api/v1/streams/other/start", right).status, 404);
  const auto asked = stage->loop.asked();
  ASSERT_EQ(asked.size(), 4u);
  EXPECT_EQ(asked[0], std::pair(std::string("radio"), Control::restart));
  EXPECT_EQ(asked[1], std::pair(std::string("radio"), Control::stop));
  EXPECT_EQ(asked[2], std::pair(std::string("radio"), Control::start));
}

TEST(Control, IsRefusedWithoutOrWithWrongCredentials) {
  const std::unique_ptr<Stage> stage(stage_of(with_token("s3cret-token")));
  for (const char* headers :
       {"", wrong, "Authorization: Bearer \r\n", "Authorization: Bearer\r\n",
        "Authorization: s3cret-token\r\n", "Authorization: Basic czNjcmV0LXRva2Vu\r\n",
        "Authorization: Digest x=\"s3cret-token\"\r\n"}) {
    const auto reply = stage->post(restart, headers);
    EXPECT_EQ(reply.status, 401) << headers;
    EXPECT_EQ(reply.headers.at("www-authenticate"), "Bearer realm=\"ffsupervisor\"") << headers;
  }
  EXPECT_TRUE(stage->loop.asked().empty());
}

TEST(Control, IsForPostOnly) {
  const std::unique_ptr<Stage> stage(stage_of(with_token("s3cret-token")));
  const auto reply = stage->get(restart, right);
  EXPECT_EQ(reply.status, 405);
  EXPECT_EQ(reply.headers.at("allow"), "POST");
  EXPECT_EQ(stage->post("/api/v1/streams/radio/explode", right).status, 404);
  EXPECT_EQ(stage->post("/api/v1/streams/%zz/restart", right).status, 400);
  EXPECT_TRUE(stage->loop.asked().empty());
}

TEST(Control, IsOfOneOutputWhereThePathNamesIt) {
  const std::unique_ptr<Stage> stage(stage_of(with_token("s3cret-token")));
  EXPECT_EQ(stage->post("/api/v1/streams/radio/outputs/my%20tube/restart", right).status, 202);
  ASSERT_EQ(stage->loop.asked().size(), 1U);
  EXPECT_EQ(stage->loop.asked().front().first, "radio/my tube");
  for (const char* path :
       {"/api/v1/streams/radio/outputs/restart", "/api/v1/streams/radio/outputs//restart",
        "/api/v1/streams/radio/outputs/a/b/restart", "/api/v1/streams/radio/inputs/a/restart"}) {
    EXPECT_EQ(stage->post(path, right).status, 404) << path;
  }
  EXPECT_EQ(stage->post("/api/v1/streams/radio/outputs/a/restart").status, 401);
}

TEST(Control, IsNotDoneForAnotherSitesPage) {
  const std::unique_ptr<Stage> stage(stage_of(with_token("s3cret-token")));
  for (const char* headers : {"Sec-Fetch-Site: cross-site\r\n", "Sec-Fetch-Site: same-site\r\n",
                              "Origin: http://evil.example\r\n", "Origin: null\r\n"}) {
    EXPECT_EQ(stage->post(restart, std::string(right) + headers).status, 403) << headers;
  }
  EXPECT_TRUE(stage->loop.asked().empty());
  for (const char* headers : {"Sec-Fetch-Site: same-origin\r\n", "Origin: http://t\r\n"}) {
    EXPECT_EQ(stage->post(restart, std::string(right) + headers).status, 202) << headers;
  }
}

TEST(Control, WhoGuessesHasToWait) {
  const std::unique_ptr<Stage> stage(stage_of(with_token("s3cret-token")));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(stage->post(restart, wrong).status, 401);
  const auto reply = stage->post(restart, wrong);
  EXPECT_EQ(reply.status, 429);
  EXPECT_GE(std::stoi(reply.headers.at("retry-after")), 1);
  EXPECT_LE(std::stoi(reply.headers.at("retry-after")), 6);
  EXPECT_EQ(stage->get("/metrics").status, 200);
}

// Many come through one proxy, and have its address.
TEST(Control, WrongTokensDoNotKeepTheRightOneOut) {
  http::Settings settings = with_token("s3cret-token");
  settings.auth.protect = http::Protect::all;
  const std::unique_ptr<Stage> stage(stage_of(settings));
  for (int i = 0; i < 15; ++i) stage->post(restart, wrong);
  EXPECT_EQ(stage->post(restart, right).status, 202);
  EXPECT_EQ(stage->get("/metrics", right).status, 200);
  EXPECT_EQ(stage->post(restart, wrong).status, 429);
}

TEST(Control, AStuckLoopIsSaidInTime) {
  const std::unique_ptr<Stage> stage(stage_of(with_token("s3cret-token")));
  stage->loop.get_stuck();
  const auto reply = stage->post(restart, right);
  EXPECT_EQ(reply.status, 503);
  stage->server.reset();
  stage->loop.turn_again();  // the answer comes after the server has gone: nothing happens
}

TEST(Control, WhoAskedForWhatIsInTheLogAndNoSecretIs) {
  const std::unique_ptr<Stage> stage(stage_of(with_token("s3cret-token")));
  stage->post(restart, right);
  stage->post(restart, wrong);
  stage->get("/metrics");
  ASSERT_TRUE(holds_soon([&] { return stage->log().size() == 3; }));
  const auto log = stage->log();
  EXPECT_EQ(log[0].who, "token");
  EXPECT_EQ(log[0].peer, "127.0.0.1");
  EXPECT_EQ(log[0].message, "restart of stream \"radio\": it will be done");
  EXPECT_EQ(log[1].who, "nobody");
  EXPECT_EQ(log[1].message, "restart of stream \"radio\": refused");
  EXPECT_EQ(log[2].who, "");
  for (const auto& entry : log) EXPECT_EQ(entry.message.find("s3cret"), std::string::npos);
}

TEST(Control, AFloodOfRefusalsDoesNotFloodTheLog) {
  const std::unique_ptr<Stage> stage(stage_of(with_token("s3cret-token")));
  for (int i = 0; i < 200; ++i) stage->post(restart);
  int noted = 0;
  for (const auto& entry : stage->log()) noted += entry.who.empty() ? 0 : 1;
  EXPECT_GE(noted, 1);
  EXPECT_LE(noted, 15);  // ten, and one a minute
}

TEST(Reload, IsSaidNotToBeThereWhereItIsNot) {
  const std::unique_ptr<Stage> stage(stage_of(with_token("s3cret-token")));
  EXPECT_EQ(stage->post("/-/reload").status, 401);
  EXPECT_EQ(stage->post("/-/reload", right).status, 501);
  EXPECT_EQ(stage->get("/-/reload").status, 405);
}

TEST(AlertTest, NeedsCredentialsAndAnswersWhatEachReceiverSaid) {
  const std::unique_ptr<Stage> stage(stage_of(with_token("s3cret-token")));
  constexpr const char* path = "/api/v1/alerts/test";
  EXPECT_EQ(stage->post(path).status, 401);
  EXPECT_EQ(stage->get(path).status, 405);
  const auto reply = stage->post(path, right);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body,
            R"({"message":"1 of 1 receivers accepted the test","receivers":[{"receiver":"slack",)"
            R"("address":"https://hooks.slack.com:443","delivered":true,"message":"accepted"}]})"
            "\n");
  const auto is_noted = [](const auto& entry) {
    return entry.message == "test of the alerts: 1 of 1 receivers accepted the test";
  };
  EXPECT_TRUE(holds_soon([&] { return std::ranges::any_of(stage->log(), is_noted); }));
}

TEST(Users, GetInWithTheirPasswords) {
  const std::unique_ptr<Stage> stage(stage_of(with_alice()));
  EXPECT_EQ(stage->post(restart, alice).status, 202);
  EXPECT_EQ(stage->post(restart, alice).status, 202);
  EXPECT_EQ(stage->post(restart, alice_wrong).status, 401);
  EXPECT_EQ(stage->post(restart, mallory).status, 401);
  EXPECT_EQ(stage->post(restart).headers.at("www-authenticate"),
            "Basic realm=\"ffsupervisor\", charset=\"UTF-8\"");
  ASSERT_TRUE(holds_soon([&] { return !stage->log().empty(); }));
  EXPECT_EQ(stage->log()[0].who, "user alice");
}

TEST(Users, WrongPasswordsDoNotKeepOneOutThatWasRightBefore) {
  const std::unique_ptr<Stage> stage(stage_of(with_alice()));
  EXPECT_EQ(stage->post(restart, alice).status, 202);
  for (int i = 0; i < 15; ++i) stage->post(restart, alice_wrong);
  EXPECT_EQ(stage->post(restart, alice_wrong).status, 429);
  EXPECT_EQ(stage->post(restart, alice).status, 202);
}

TEST(Users, AFloodOfPasswordsHoldsUpNoScrape) {
  const std::unique_ptr<Stage> stage(stage_of(with_alice(http::Protect::control, 11)));
  std::vector<RawClient> flood;
  for (int i = 0; i < 30; ++i) {
    flood.emplace_back(stage->port());
    flood.back().send("POST " + std::string(restart) + " HTTP/1.1\r\nHost: t\r\n" + alice_wrong +
                      "\r\n");
  }
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(stage->get("/metrics").status, 200);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 2s);  // 30 checks would take 3 and more
  int busy = 0;
  for (RawClient& client : flood) busy += client.read_reply().status == 503;
  EXPECT_GT(busy, 0);
}

TEST(Protect, AllLeavesOnlyLivenessOpen) {
  http::Settings settings = with_alice(http::Protect::all);
  settings.auth.bearer_token = "s3cret-token";
  const std::unique_ptr<Stage> stage(stage_of(settings));
  EXPECT_EQ(stage->get("/health/liveness").status, 200);
  for (const char* path :
       {"/", "/metrics", "/health/readiness", "/health/detailed", "/api/v1/streams",
        "/api/v1/streams/radio", "/api/v1/events", "/api/v1/incidents", "/nothing"}) {
    EXPECT_EQ(stage->get(path).status, 401) << path;
  }
  EXPECT_EQ(stage->get("/metrics", right).status, 200);
  EXPECT_EQ(stage->get("/metrics", alice).status, 200);
  EXPECT_EQ(stage->get("/nothing", right).status, 404);
}

TEST(LoginThrottle, ForgivesOneFailureInSixSeconds) {
  http::LoginThrottle throttle;
  const http::LoginThrottle::Instant start{};
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(throttle.retry_after("192.0.2.1", start)) << i;
    throttle.on_failure("192.0.2.1", start);
  }
  EXPECT_EQ(throttle.retry_after("192.0.2.1", start), 6s);
  EXPECT_EQ(throttle.retry_after("192.0.2.1", start + 4s), 2s);
  EXPECT_FALSE(throttle.retry_after("192.0.2.1", start + 6s));
  EXPECT_FALSE(throttle.retry_after("192.0.2.2", start));
}

TEST(LoginThrottle, ANetworkOfIpv6IsOnePeer) {
  http::LoginThrottle throttle;
  const http::LoginThrottle::Instant start{};
  for (int i = 0; i < 10; ++i) throttle.on_failure("2001:db8::" + std::to_string(i), start);
  EXPECT_TRUE(throttle.retry_after("2001:db8::ffff", start));
  EXPECT_FALSE(throttle.retry_after("2001:db8:0:1::1", start));
}

TEST(LoginThrottle, ItsTableIsBoundedAndKeepsTheWorst) {
  http::LoginThrottle throttle;
  const http::LoginThrottle::Instant start{};
  for (int i = 0; i < 10; ++i) throttle.on_failure("192.0.2.1", start);
  for (int i = 0; i < 5000; ++i) throttle.on_failure("peer" + std::to_string(i), start);
  EXPECT_TRUE(throttle.retry_after("192.0.2.1", start));
}

TEST(Credentials, AreReadOffTheHeader) {
  using http::basic_credentials;
  using http::bearer_token;
  const auto both = basic_credentials("basic YWxpY2U6b3BlbjpzZXNhbWU=");
  ASSERT_TRUE(both);
  EXPECT_EQ(both->user, "alice");
  EXPECT_EQ(both->password, "open:sesame");
  EXPECT_EQ(bearer_token("BEARER  abc "), "abc");
  EXPECT_FALSE(bearer_token("Bearer"));
  EXPECT_FALSE(bearer_token("Basic abc"));
  EXPECT_FALSE(basic_credentials("Basic ???"));
  EXPECT_FALSE(basic_credentials("Basic YWxpY2U="));  // no colon
  EXPECT_FALSE(bearer_token("Bearer " + std::string(10'000, 'x')));
}

}  // namespace
