#include <stdexcept>
#include <string>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "recovery/action.hpp"
#include "recovery/alerts/alert_text.hpp"
#include "recovery/alerts/phone_bodies.hpp"
#include "recovery/alerts/receiver.hpp"

namespace recovery::alerts {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

const WallTime start{1763925600123ms};
const Sender studio{"studio-1", "https://radio.example.org/live"};

Alert firing() {
  return {.id = "radio-1763925600123",
          .stream = "radio",
          .cause = monitor::Cause::sink_lost,
          .summary = "radio is off air: the server closed the connection",
          .evidence = {"0 bytes acknowledged for 12 s"},
          .tried = {"restarted 3 times"},
          .starts_at = start,
          .ends_at = {}};
}

std::string text(const json::value& value, std::string_view pointer) {
  return std::string(value.at_pointer(pointer).as_string());
}

std::string problem_of(const WebHook& hook) {
  Settings settings;
  settings.webhooks = {hook};
  try {
    receivers_of(settings, studio);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "none";
}

TEST(AlertText, SaysWhatIsWrongWhatToDoAndWhereToLook) {
  EXPECT_EQ(plain_text(firing(), studio),
            "FIRING: radio is off air: the server closed the connection\n"
            "Cause: sink: sink_lost\n"
            "What now: Check the receiving server and the network to it: the connection broke.\n"
            "Evidence:\n• 0 bytes acknowledged for 12 s\n"
            "Tried:\n• restarted 3 times\n"
            "Instance: studio-1\n"
            "Page: https://radio.example.org/live/#/radio");
}

TEST(AlertText, WhatIsResolvedAsksForNothing) {
  Alert alert = firing();
  resolve(alert, {.on_air = true, .off_air_for = 3min + 20s}, start + 3min + 20s);
  const std::string said = plain_text(alert, studio);
  EXPECT_EQ(said.find("RESOLVED: radio is on air again after 3 min 20 s off air: sink lost."), 0U)
      << said;
  EXPECT_EQ(said.find("What now"), std::string::npos) << said;
}

TEST(AlertText, ATestIsMarked) {
  Alert alert = firing();
  alert.is_test = true;
  EXPECT_EQ(headline(alert).find("TEST: "), 0U);
  EXPECT_EQ(plain_text(alert, studio).find("Cause"), std::string::npos);
  EXPECT_EQ(link_to(alert, studio), "https://radio.example.org/live/");
}

TEST(AlertText, WithoutAPageThereIsNoLink) {
  EXPECT_EQ(link_to(firing(), {"studio-1"}), "");
}

TEST(PhoneBodies, TelegramGetsItsChatFromTheUrl) {
  Settings settings;
  settings.webhooks = {{.url = "https://api.telegram.org/bot1:x/sendMessage?a=b&chat_id=%2D100",
                        .body = Template::telegram,
                        .headers = {}}};
  const auto receivers = receivers_of(settings, studio);
  ASSERT_EQ(receivers.size(), 1U);
  EXPECT_EQ(receivers[0].name, "telegram");
  const auto body = json::parse(receivers[0].body(firing(), start));
  EXPECT_EQ(text(body, "/chat_id"), "-100");
  EXPECT_EQ(text(body, "/text"), plain_text(firing(), studio));
}

TEST(PhoneBodies, NtfyIsPublishedAsJsonAtTheServersRoot) {
  Settings settings;
  settings.webhooks = {
      {.url = "https://ntfy.example.org/base/radio-alerts", .body = Template::ntfy, .headers = {}}};
  const auto receivers = receivers_of(settings, studio);
  ASSERT_EQ(receivers.size(), 1U);
  EXPECT_EQ(receivers[0].endpoint->target, "/base/");
  const auto body = json::parse(receivers[0].body(firing(), start));
  EXPECT_EQ(text(body, "/topic"), "radio-alerts");
  EXPECT_EQ(text(body, "/click"), "https://radio.example.org/live/#/radio");
  EXPECT_EQ(body.at("priority"), 5);
}

TEST(PhoneBodies, LongTextsKeepTheServicesLimits) {
  Alert alert = firing();
  for (int i = 0; i < 5000; ++i) alert.summary += "ü";
  alert.evidence.assign(100, alert.summary);
  alert.tried.assign(100, alert.summary);
  const auto ntfy = json::parse(ntfy_body(alert, studio, "radio"));
  EXPECT_LE(text(ntfy, "/message").size(), 4096U);
  const auto telegram = json::parse(telegram_body(alert, studio, "1"));
  EXPECT_LE(text(telegram, "/text").size(), 4096U * 2);
}

TEST(PhoneBodies, AnAddressThatLacksItsPartIsAnErrorThatDoesNotShowIt) {
  const std::string chat = problem_of({.url = "https://api.telegram.org/botS3cret/sendMessage",
                                       .body = Template::telegram,
                                       .headers = {}});
  EXPECT_NE(chat.find("alerts.webhooks[0]: for telegram it has no chat"), std::string::npos)
      << chat;
  EXPECT_EQ(chat.find("S3cret"), std::string::npos) << chat;
  const std::string topic =
      problem_of({.url = "https://ntfy.sh/", .body = Template::ntfy, .headers = {}});
  EXPECT_NE(topic.find("for ntfy it has no topic"), std::string::npos) << topic;
}

}  // namespace
}  // namespace recovery::alerts
