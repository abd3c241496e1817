#include "http/azuracast_hook.hpp"

#include <string>

#include <gtest/gtest.h>

#include "http/auth/credentials.hpp"
#include "monitor/text/base64.hpp"

namespace http {
namespace {

const std::string now_playing =
    R"({"station":{"shortcode":"night_fm"},"live":{"is_live":false},"now_playing":{"sh_id":9120,
    "played_at":1760000000,"duration":212,"song":{"artist":"Ana","title":"Dusk"}},"is_online":true})";

AzuracastCall call(const std::string& body = now_playing) {
  AzuracastCall call;
  call.content_type = "application/json";
  call.body = body;
  call.from_loopback = true;
  return call;
}

std::string basic(const std::string& credentials) {
  return "Basic " + monitor::base64(credentials);
}

AzuracastResult with_authorization(const std::string& authorization, const std::string& password) {
  AzuracastCall made = call();
  made.authorization = authorization;
  return handle_azuracast_hook(made, password);
}

TEST(AzuracastHook, HearsWhatAzuracastSends) {
  const AzuracastResult result = handle_azuracast_hook(call(), "");
  EXPECT_EQ(result.status, 200U);
  ASSERT_TRUE(result.report);
  EXPECT_EQ(result.report->sh_id, 9120);
  EXPECT_EQ(result.report->station, "night_fm");
  EXPECT_EQ(result.report->track.title, "Dusk");
}

TEST(AzuracastHook, WithoutAPasswordOnlyLoopbackIsServed) {
  AzuracastCall made = call();
  made.from_loopback = false;
  const AzuracastResult result = handle_azuracast_hook(made, "");
  EXPECT_EQ(result.status, 401U);
  EXPECT_FALSE(result.report);
  EXPECT_NE(result.message.find("loopback"), std::string::npos) << result.message;
  const std::string authorization = basic("x:");
  made.authorization = authorization;
  EXPECT_EQ(handle_azuracast_hook(made, "").status, 401U) << "an empty password is none";
}

TEST(AzuracastHook, ThePasswordIsDemandedFromLoopbackToo) {
  EXPECT_EQ(with_authorization("", "secret").status, 401U);
  AzuracastCall made = call();
  const std::string authorization = basic("anybody:secret");
  made.authorization = authorization;
  made.from_loopback = false;
  EXPECT_EQ(handle_azuracast_hook(made, "secret").status, 200U);
}

TEST(AzuracastHook, AnyUserNameGoesWithThePassword) {
  for (const char* user : {"", "azuracast", "ä", "a b"})
    EXPECT_EQ(with_authorization(basic(std::string(user) + ":se:cret"), "se:cret").status, 200U);
  EXPECT_EQ(with_authorization("bAsIc   " + monitor::base64("u:secret") + " ", "secret").status,
            200U);
}

TEST(AzuracastHook, AWrongPasswordIsRefused) {
  for (const std::string& authorization :
       {basic("u:Secret"), basic("u:secre"), basic("u:secrets"), basic("u:secretsecret"),
        basic("u:"), basic("secret"), basic("secret:u"), std::string("Basic"),
        std::string("Basic !!!!"), std::string("Basic dTpzZWNyZXQ=x"), std::string("Basic d"),
        "Bearer " + monitor::base64("u:secret"), std::string("secret"),
        "Basic " + std::string(10'000, 'A')}) {
    const AzuracastResult result = with_authorization(authorization, "secret");
    EXPECT_EQ(result.status, 401U) << authorization;
    EXPECT_FALSE(result.report);
    EXPECT_EQ(result.message.find("secret"), std::string::npos) << result.message;
  }
}

TEST(AzuracastHook, APasswordIsNeededBeforeAnythingElseIsSaid) {
  const std::string large(azuracast_body_bytes + 1, 'x');
  EXPECT_EQ(handle_azuracast_hook(call(large), "secret").status, 401U);
  EXPECT_EQ(handle_azuracast_hook(call("x"), "secret").status, 401U);
}

TEST(AzuracastHook, ABodyThatIsTooLargeIsRefused) {
  EXPECT_EQ(handle_azuracast_hook(call(std::string(azuracast_body_bytes + 1, ' ')), "").status,
            413U);
  std::string largest = now_playing;
  largest.resize(azuracast_body_bytes, ' ');
  EXPECT_EQ(handle_azuracast_hook(call(largest), "").status, 200U);
}

TEST(AzuracastHook, ABodyThatIsNoJsonIsABadRequest) {
  for (const char* body : {"", "x", "{", "artist=Ana&title=Dusk"}) {
    const AzuracastResult result = handle_azuracast_hook(call(body), "");
    EXPECT_EQ(result.status, 400U) << body;
    EXPECT_FALSE(result.report);
  }
}

TEST(AzuracastHook, TheContentTypeMustBeJson) {
  for (const char* type : {"application/json", "Application/JSON; charset=utf-8", "text/json"}) {
    AzuracastCall made = call();
    made.content_type = type;
    EXPECT_EQ(handle_azuracast_hook(made, "").status, 200U) << type;
  }
  for (const char* type :
       {"", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"}) {
    AzuracastCall made = call();
    made.content_type = type;
    EXPECT_EQ(handle_azuracast_hook(made, "").status, 400U) << type;
  }
}

TEST(AzuracastHook, JsonThatIsNotNowPlayingIsToldWhatIsWrong) {
  const auto message = [](const std::string& body) {
    const AzuracastResult result = handle_azuracast_hook(call(body), "");
    EXPECT_EQ(result.status, 422U) << body;
    EXPECT_FALSE(result.report);
    return result.message;
  };
  EXPECT_EQ(message("{}"),
            "not AzuraCast's now-playing: now_playing: expected an object, found nothing");
  EXPECT_EQ(message(R"({"now_playing":{"sh_id":"x"}})"),
            "not AzuraCast's now-playing: now_playing.sh_id: expected a number, found a text");
  EXPECT_EQ(message("[]"), "not AzuraCast's now-playing: expected one station's, found 0");
  EXPECT_EQ(message("[" + now_playing + "," + now_playing + "]"),
            "not AzuraCast's now-playing: expected one station's, found 2");
}

TEST(Secrets, AreTheSameOnlyByteForByte) {
  EXPECT_TRUE(is_same_secret("secret", "secret"));
  EXPECT_TRUE(is_same_secret(std::string("a\0b", 3), std::string("a\0b", 3)));
  EXPECT_FALSE(is_same_secret(std::string("a\0b", 3), std::string("a\0c", 3)));
  EXPECT_FALSE(is_same_secret("", "secret"));
  EXPECT_FALSE(is_same_secret("secret", ""));
  EXPECT_FALSE(is_same_secret("secretsecret", "secret"));
  EXPECT_FALSE(is_same_secret("Aecret", "secret"));
  EXPECT_FALSE(is_same_secret("secreT", "secret"));
}

}  // namespace
}  // namespace http
