#include <algorithm>
#include <string>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "recovery/action.hpp"
#include "recovery/alerts/bodies.hpp"
#include "recovery/alerts/characters.hpp"

namespace recovery::alerts {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

const WallTime start{1763925600123ms};  // 2025-11-23T19:20:00.123Z

Alert firing() {
  return {.id = "radio-1763925600123",
          .stream = "radio",
          .cause = monitor::Cause::sink_lost,
          .summary = "radio is off air: the server closed the connection",
          .evidence = {"rtmp://nginx:1935/live/*** closed it", "0 bytes acknowledged for 12 s"},
          .tried = {"restarted 3 times"},
          .starts_at = start,
          .ends_at = {}};
}

Alert resolved() {
  Alert alert = firing();
  resolve(alert, {.on_air = true, .off_air_for = 3min + 20s}, start + 3min + 20s);
  return alert;
}

std::string text(const json::value& value, std::string_view pointer) {
  return std::string(value.at_pointer(pointer).as_string());
}

TEST(AlertBodiesTest, AlertmanagerGetsTheAlertsIdentityInLabels) {
  const auto body = json::parse(alertmanager_body(firing(), {"studio-1"}, start + 5min));
  ASSERT_EQ(body.as_array().size(), 1u);
  EXPECT_EQ(body.at_pointer("/0/labels"), (json::object{{"alertname", "StreamOffAir"},
                                                        {"stream", "radio"},
                                                        {"component", "sink"},
                                                        {"cause", "sink_lost"},
                                                        {"severity", "critical"},
                                                        {"instance", "studio-1"}}));
  EXPECT_EQ(text(body, "/0/annotations/summary"),
            "radio is off air: the server closed the connection");
  EXPECT_EQ(text(body, "/0/annotations/description"),
            "rtmp://nginx:1935/live/*** closed it\n0 bytes acknowledged for 12 s");
  EXPECT_EQ(text(body, "/0/annotations/tried"), "restarted 3 times");
  EXPECT_EQ(text(body, "/0/startsAt"), "2025-11-23T19:20:00.123Z");
  EXPECT_EQ(text(body, "/0/endsAt"), "2025-11-23T19:25:00.123Z");
}

TEST(AlertBodiesTest, ProgramsGetTheRunbookAsTheRulesNameIt) {
  const std::string url =
      "https://github.com/ffsupervisor/ffsupervisor/blob/main/etc/prometheus/runbooks.md"
      "#streamoffair";
  const auto body = json::parse(alertmanager_body(firing(), {""}, start));
  EXPECT_EQ(text(body, "/0/annotations/runbook_url"), url);
  EXPECT_EQ(text(json::parse(generic_body(firing(), {""})), "/runbook_url"), url);
  Alert test = firing();
  test.is_test = true;
  EXPECT_FALSE(json::parse(generic_body(test, {""})).as_object().contains("runbook_url"));
}

TEST(AlertBodiesTest, TheOutputIsNamedWhereItIsKnown) {
  Alert alert = firing();
  EXPECT_FALSE(json::parse(generic_body(alert, {"studio-1"})).as_object().contains("output"));
  alert.output = "youtube";
  EXPECT_EQ(text(json::parse(alertmanager_body(alert, {""}, start)), "/0/labels/output"),
            "youtube");
  EXPECT_EQ(text(json::parse(generic_body(alert, {""})), "/output"), "youtube");
  const auto discord = json::parse(discord_body(alert, {""}));
  EXPECT_EQ(text(discord, "/embeds/0/fields/2/name"), "Output");
  EXPECT_EQ(text(discord, "/embeds/0/fields/2/value"), "youtube");
}

TEST(AlertBodiesTest, AlertmanagerGetsTheEndOfWhatIsResolved) {
  const auto body = json::parse(alertmanager_body(resolved(), {"studio-1"}, start + 24h));
  EXPECT_EQ(text(body, "/0/endsAt"), "2025-11-23T19:23:20.123Z");
  EXPECT_EQ(body.at_pointer("/0/labels"),
            json::parse(alertmanager_body(firing(), {"studio-1"}, start)).at_pointer("/0/labels"));
}

TEST(AlertBodiesTest, GenericHasEverything) {
  const auto body = json::parse(generic_body(firing(), {"studio-1"}));
  EXPECT_EQ(
      body,
      (json::object{
          {"id", "radio-1763925600123"},
          {"status", "firing"},
          {"severity", "critical"},
          {"stream", "radio"},
          {"component", "sink"},
          {"cause", "sink_lost"},
          {"instance", "studio-1"},
          {"summary", "radio is off air: the server closed the connection"},
          {"evidence", {"rtmp://nginx:1935/live/*** closed it", "0 bytes acknowledged for 12 s"}},
          {"tried", json::array{"restarted 3 times"}},
          {"starts_at", "2025-11-23T19:20:00.123Z"},
          {"ends_at", nullptr},
          {"runbook_url",
           "https://github.com/ffsupervisor/ffsupervisor/blob/main/etc/prometheus/runbooks.md"
           "#streamoffair"},
          {"what_now",
           "Check the receiving server and the network to it: the connection broke."}}));
}

TEST(AlertBodiesTest, GenericSaysWhenItWasResolved) {
  const auto body = json::parse(generic_body(resolved(), {"studio-1"}));
  EXPECT_EQ(text(body, "/status"), "resolved");
  EXPECT_EQ(text(body, "/ends_at"), "2025-11-23T19:23:20.123Z");
  EXPECT_EQ(text(body, "/id"), "radio-1763925600123");
}

TEST(AlertBodiesTest, AFileOfThisMachineIsAskedOfNobody) {
  Alert alert = firing();
  alert.cause = monitor::Cause::source_missing;
  EXPECT_TRUE(text(json::parse(generic_body(alert, {""})), "/what_now").starts_with("Ask "));
  alert.is_local = true;
  EXPECT_TRUE(text(json::parse(generic_body(alert, {""})), "/what_now").starts_with("Put the "));
}

TEST(AlertBodiesTest, ListsStayListsWhateverTheirLength) {
  Alert alert = firing();
  alert.evidence = {};
  alert.tried = {"a", "b"};
  const auto body = json::parse(generic_body(alert, {""}));
  EXPECT_EQ(body.at("evidence"), json::array());
  EXPECT_EQ(body.at("tried"), (json::array{"a", "b"}));
}

TEST(AlertBodiesTest, SlackSaysWhatHappenedAndForHowLong) {
  const auto body = json::parse(slack_body(firing(), {"studio-1"}));
  EXPECT_EQ(text(body, "/text"), "FIRING: radio is off air: the server closed the connection");
  EXPECT_EQ(text(body, "/attachments/0/color"), "danger");
  const auto over = json::parse(slack_body(resolved(), {"studio-1"}));
  EXPECT_EQ(text(over, "/text"),
            "RESOLVED: radio is on air again after 3 min 20 s off air: sink lost. "
            "rtmp://nginx:1935/live/*** closed it");
  EXPECT_EQ(text(over, "/attachments/0/color"), "good");
  Alert test = firing();
  test.is_test = true;
  const auto tested = json::parse(slack_body(test, {"studio-1"}));
  EXPECT_EQ(text(tested, "/attachments/0/color"), "good") << "nothing is wrong";
}

TEST(AlertBodiesTest, SlackFieldsHoldCauseEvidenceAndWhatWasTried) {
  const std::string body = slack_body(firing(), {"studio-1"});
  for (const char* wanted :
       {"sink: sink_lost", "• 0 bytes acknowledged for 12 s", "• restarted 3 times", "studio-1"}) {
    EXPECT_NE(body.find(wanted), std::string::npos) << wanted << " in " << body;
  }
}

TEST(AlertBodiesTest, SlackCallsNobodyByWhatFfmpegSaid) {
  Alert alert = firing();
  alert.summary = "<!channel> a & b";
  alert.evidence = {"<https://evil|click> & <@U123>"};
  const std::string body = slack_body(alert, {"<!here>"});
  EXPECT_EQ(body.find('<'), std::string::npos) << body;
  EXPECT_EQ(text(json::parse(body), "/text"), "FIRING: &lt;!channel&gt; a &amp; b");
}

TEST(AlertBodiesTest, DiscordCallsNobody) {
  const auto body = json::parse(discord_body(firing(), {"studio-1"}));
  EXPECT_EQ(body.at("allowed_mentions"), (json::object{{"parse", json::array()}}));
  EXPECT_EQ(text(body, "/content"), "FIRING: radio is off air: the server closed the connection");
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

TEST(AlertBodiesTest, DiscordsLimitsHoldWhateverIsSaid) {
  Alert alert = firing();
  std::string umlauts;
  for (int i = 0; i < 5000; ++i) umlauts += "ü";
  alert.summary = alert.stream = umlauts;
  alert.evidence.assign(100, umlauts);
  alert.tried.assign(100, umlauts);
  const auto body = json::parse(discord_body(alert, {umlauts}));
  EXPECT_LE(characters(text(body, "/content")), 2000u);
  std::size_t total = 0;
  for (const auto& field : body.at_pointer("/embeds/0/fields").as_array()) {
    EXPECT_LE(characters(text(field, "/name")), 256u);
    EXPECT_LE(characters(text(field, "/value")), 1024u);
    total += characters(text(field, "/name")) + characters(text(field, "/value"));
  }
  EXPECT_LE(total, 6000u);
}

TEST(AlertBodiesTest, DiscordGetsNoEmptyField) {
  Alert alert = firing();
  alert.evidence.clear();
  alert.tried.clear();
  const auto body = json::parse(discord_body(alert, {""}));
  for (const auto& field : body.at_pointer("/embeds/0/fields").as_array()) {
    EXPECT_NE(text(field, "/value"), "") << json::serialize(field);
  }
}

TEST(AlertBodiesTest, BytesThatAreNoTextDoNotSpoilTheJson) {
  Alert alert = firing();
  alert.summary = "bad \xFF\xC3 \"quoted\"\n\x01";
  alert.evidence = {"cut \xE2\x82"};
  for (const std::string& body :
       {generic_body(alert, {"i"}), slack_body(alert, {"i"}), discord_body(alert, {"i"}),
        alertmanager_body(alert, {"i"}, start)}) {
    boost::system::error_code error;
    json::parse(body, error);  // refuses bytes that are no UTF-8
    EXPECT_FALSE(error) << body;
  }
  EXPECT_EQ(text(json::parse(generic_body(alert, {"i"})), "/summary"),
            "bad \uFFFD\uFFFD \"quoted\"\n\x01");
}

TEST(AlertBodiesTest, FittedKeepsWhatFits) {
  EXPECT_EQ(fitted("radio", 5), "radio");
  EXPECT_EQ(fitted("radios", 5), "radi…");
  EXPECT_EQ(fitted("üüü", 3), "üüü");
  EXPECT_EQ(fitted("üüüü", 3), "üü…");
  EXPECT_EQ(fitted("", 3), "");
  EXPECT_EQ(fitted("\xF0\x9F\x93\xBB", 1), "\xF0\x9F\x93\xBB");
}

TEST(AlertBodiesTest, FittedReplacesWhatIsNoUtf8) {
  EXPECT_EQ(fitted("\xC0\xAF", 9), "\uFFFD\uFFFD");                      // over-long
  EXPECT_EQ(fitted("\xED\xA0\x80", 9), "\uFFFD\uFFFD\uFFFD");            // a surrogate
  EXPECT_EQ(fitted("\xF4\x90\x80\x80", 9), "\uFFFD\uFFFD\uFFFD\uFFFD");  // above U+10FFFF
  EXPECT_EQ(fitted("\xE2\x82", 9), "\uFFFD\uFFFD");                      // cut
}

}  // namespace
}  // namespace recovery::alerts
