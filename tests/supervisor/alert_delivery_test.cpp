#include "supervisor/alerts/alert_delivery.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "alert_delivery_stand.hpp"
#include "tests/recovery/alert_receiver.hpp"

namespace supervisor {
namespace {

using Names = std::vector<std::string>;

const std::string ok = AlertReceiver::status("200 OK");

Settings hook_to(const std::string& url, Template body = Template::generic) {
  return {
      .alertmanager = {}, .webhooks = {{.url = url, .body = body, .headers = {}}}, .command = {}};
}

bool says(const AlertReceiver::Request& request, const std::string& text) {
  return request.body.find(text) != std::string::npos;
}

TEST(AlertDelivery, EveryReceiverIsToldOnceThatItFiresAndOnceThatItIsOver) {
  const AlertReceiver generic(ok), slack(ok), discord(ok), manager(ok);
  DeliveryStand stand({.alertmanager = {manager.url("/am")},
                       .webhooks = {{generic.url("/g"), Template::generic, {{"X-Key", "k"}}},
                                    {slack.url("/s"), Template::slack, {}},
                                    {discord.url("/d"), Template::discord, {}}},
                       .command = {"notify"}});
  stand.fire(alert("radio"));
  ASSERT_TRUE(stand.until([&] { return stand.idle(); }));
  stand.resolve(resolved(alert("radio")));
  ASSERT_TRUE(stand.until([&] { return stand.idle(); }));
  stand.until([] { return false; }, 1200ms);  // longer than the first back-off

  for (const AlertReceiver* receiver : {&generic, &slack, &discord, &manager}) {
    ASSERT_EQ(receiver->requests().size(), 2u);
    EXPECT_TRUE(says(receiver->requests()[0], "radio is off air"));
  }
  EXPECT_TRUE(says(generic.requests()[0], R"("status":"firing")"));
  EXPECT_TRUE(says(generic.requests()[1], R"("status":"resolved")"));
  EXPECT_NE(generic.requests()[0].head.find("X-Key: k\r\n"), std::string::npos);
  EXPECT_TRUE(says(slack.requests()[0], R"("text":"FIRING)"));
  EXPECT_TRUE(says(discord.requests()[0], R"("content":"FIRING)"));
  EXPECT_TRUE(manager.requests()[0].head.starts_with("POST /am/api/v2/alerts "));
  ASSERT_EQ(stand.commands.size(), 2u);
  EXPECT_EQ(stand.commands[0], generic.requests()[0].body);
  EXPECT_EQ(stand.reports.size(), 10u);
  for (const DeliveryReport& report : stand.reports) {
    EXPECT_EQ(report.outcome, recovery::alerts::Outcome::delivered)
        << report.receiver << ": " << report.error;
    EXPECT_EQ(report.alert_id, "radio-1763925600123");
    EXPECT_EQ(report.stream, "radio");
    EXPECT_FALSE(report.reminder);
  }
  EXPECT_FALSE(stand.reports.front().resolved);
  EXPECT_TRUE(stand.reports.back().resolved);
}

TEST(AlertDelivery, ReceiversAreCountedByKind) {
  const std::string url = "http://localhost/";
  const DeliveryStand stand({.alertmanager = {url, url},
                             .webhooks = {{url, Template::slack, {}},
                                          {url, Template::generic, {}},
                                          {url, Template::slack, {}},
                                          {url, Template::discord, {}},
                                          {url, Template::slack, {}}},
                             .command = {"x"}});
  Names names;
  for (const auto& delivery : stand.deliveries) names.push_back(delivery->receiver());
  EXPECT_EQ(names, (Names{"alertmanager", "alertmanager_2", "slack", "generic", "slack_2",
                          "discord", "slack_3", "command"}));
}

TEST(AlertDelivery, FailedTryIsTriedAgainAndToldOnce) {
  int asked = 0;
  const AlertReceiver receiver([&](const AlertReceiver::Request&) {
    return ++asked == 1 ? AlertReceiver::status("500 Internal Server Error") : ok;
  });
  DeliveryStand stand(hook_to(receiver.url("/secret")));
  stand.fire(alert("radio"));
  EXPECT_FALSE(stand.idle());
  ASSERT_TRUE(stand.until([&] { return stand.idle(); }));
  EXPECT_EQ(stand.outcomes(), (Names{"generic failed", "generic delivered"}));
  EXPECT_EQ(stand.reports[0].error, "http://127.0.0.1:" + std::to_string(receiver.port()) +
                                        " answered 500 Internal Server Error");
}

TEST(AlertDelivery, ReceiverThatStartsLateIsToldWithinSeconds) {
  const std::uint16_t port = free_port();
  DeliveryStand stand(hook_to("http://127.0.0.1:" + std::to_string(port)));
  stand.fire(alert("radio"));
  ASSERT_TRUE(stand.until([&] { return !stand.reports.empty(); }));
  EXPECT_EQ(stand.outcomes(), Names{"generic failed"});
  const AlertReceiver receiver([](const AlertReceiver::Request&) { return ok; }, nullptr, port);
  ASSERT_TRUE(stand.until([&] { return stand.idle(); }, 5s));
  EXPECT_EQ(receiver.requests().size(), 1u);
}

TEST(AlertDelivery, WhatIsNotThereIsGivenUpAfterThreeTries) {
  const AlertReceiver receiver(AlertReceiver::status("404 Not Found"));
  DeliveryStand stand(hook_to(receiver.url("/")));
  stand.fire(alert("radio"));
  ASSERT_TRUE(stand.until([&] { return stand.idle(); }));
  EXPECT_EQ(stand.outcomes(), (Names{"generic failed", "generic failed", "generic dropped"}));
  EXPECT_NE(stand.reports.back().error.find("404"), std::string::npos);
  EXPECT_EQ(receiver.requests().size(), 3u);
  stand.resolve(resolved(alert("radio")));
  EXPECT_TRUE(stand.idle()) << "nobody heard of what is resolved";
}

TEST(AlertDelivery, HangingReceiverHoldsUpNoOther) {
  const AlertReceiver hanging("hang");
  const AlertReceiver prompt(ok);
  DeliveryStand stand({.alertmanager = {},
                       .webhooks = {{hanging.url("/"), Template::generic, {}},
                                    {prompt.url("/"), Template::slack, {}}},
                       .command = {}});
  stand.fire(alert("radio"));
  stand.resolve(resolved(alert("radio")));
  ASSERT_TRUE(stand.until([&] { return stand.reports.size() == 2; }, 5s));
  EXPECT_EQ(stand.outcomes(), (Names{"slack delivered", "slack delivered"}));
  EXPECT_FALSE(stand.idle());
}

TEST(AlertDelivery, CommandThatFailsIsRunThreeTimes) {
  DeliveryStand stand({.alertmanager = {}, .webhooks = {}, .command = {"notify"}});
  stand.command_error = "alerts.command (notify) ended with code 1";
  stand.fire(alert("radio"));
  ASSERT_TRUE(stand.until([&] { return stand.idle(); }));
  EXPECT_EQ(stand.outcomes(), (Names{"command failed", "command failed", "command dropped"}));
  EXPECT_EQ(stand.reports.back().error, "alerts.command (notify) ended with code 1");
  stand.command_error.clear();
  stand.resolve(resolved(alert("radio")));
  ASSERT_TRUE(stand.until([&] { return stand.idle(); }));
  EXPECT_EQ(stand.outcomes().back(), "command delivered") << "it may have told somebody";
}

TEST(AlertDelivery, AdoptedAlertIsToldAgainToAlertmanagerOnly) {
  const AlertReceiver manager(ok), hook(ok);
  Settings settings = hook_to(hook.url("/"));
  settings.alertmanager = {manager.url("")};
  settings.command = {"notify"};
  DeliveryStand stand(settings);
  stand.adopt(alert("radio"));
  ASSERT_TRUE(stand.until([&] { return !stand.reports.empty(); }));
  EXPECT_TRUE(stand.reports[0].reminder);
  stand.resolve(resolved(alert("radio")));
  ASSERT_TRUE(stand.until([&] { return stand.idle(); }));
  EXPECT_EQ(manager.requests().size(), 2u);
  ASSERT_EQ(hook.requests().size(), 1u);
  EXPECT_TRUE(says(hook.requests()[0], R"("status":"resolved")"));
  EXPECT_EQ(stand.commands.size(), 1u);
}

TEST(AlertDelivery, TooManyMessagesAreReportedAsDropped) {
  const AlertReceiver hanging("hang");
  DeliveryStand stand(hook_to(hanging.url("/")));
  for (int i = 0; i <= 64; ++i) stand.fire(alert("s" + std::to_string(i)));
  ASSERT_EQ(stand.outcomes(), Names{"generic dropped"});
  EXPECT_EQ(stand.reports[0].stream, "s1") << "s0 is under way";
  EXPECT_EQ(stand.reports[0].error, "too many messages wait for this receiver");
}

TEST(AlertDelivery, ItsEndEndsWhatIsUnderWay) {
  const AlertReceiver hanging("hang");
  DeliveryStand stand(hook_to(hanging.url("/")));
  stand.fire(alert("radio"));
  ASSERT_TRUE(stand.until([&] { return hanging.requests().size() == 1; }));
  stand.deliveries.clear();
  const auto begin = std::chrono::steady_clock::now();
  stand.turn(5s);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s) << "something was left on the loop";
  EXPECT_TRUE(stand.reports.empty());
}

TEST(AlertDelivery, ItsEndBeforeTheFirstTryBeginsIsQuiet) {
  const AlertReceiver receiver(ok);
  DeliveryStand stand(hook_to(receiver.url("/")));
  stand.fire(alert("radio"));
  stand.deliveries.clear();
  stand.turn(5s);
  EXPECT_TRUE(stand.reports.empty());
  EXPECT_TRUE(receiver.requests().empty());
}

TEST(AlertDelivery, ItsEndWithNothingUnderWayIsQuiet) {
  const AlertReceiver receiver(ok);
  DeliveryStand stand(hook_to(receiver.url("/")));
  stand.fire(alert("radio"));
  ASSERT_TRUE(stand.until([&] { return stand.idle(); }));
  stand.deliveries.clear();
  stand.turn(5s);
  EXPECT_EQ(stand.reports.size(), 1u);
}

TEST(AlertDelivery, ItsEndAtAnyMomentIsQuiet) {
  const AlertReceiver receiver(ok);
  for (int turns = 0; turns < 300; ++turns) {
    DeliveryStand stand(hook_to(receiver.url("/")));
    stand.fire(alert("radio"));
    for (int i = 0; i < turns % 12; ++i) {
      stand.loop.context().restart();
      stand.loop.context().run_one_for(std::chrono::microseconds(turns));
    }
    stand.deliveries.clear();
    const std::size_t told = stand.reports.size();
    stand.turn(5s);
    ASSERT_EQ(stand.reports.size(), told) << turns;
  }
}

TEST(AlertDelivery, LoopMayEndBeforeTheDelivery) {
  const AlertReceiver hanging("hang");
  DeliveryStand stand(hook_to(hanging.url("/")));
  stand.fire(alert("radio"));
  ASSERT_TRUE(stand.until([&] { return hanging.requests().size() == 1; }));
}

TEST(AlertDelivery, ReportMayEndIt) {
  const AlertReceiver receiver(ok);
  Settings settings = hook_to(receiver.url("/"));
  settings.command = {"notify"};
  DeliveryStand stand(settings);
  stand.on_report = [&](const DeliveryReport&) { stand.deliveries.clear(); };
  stand.fire(alert("radio"));
  stand.until([&] { return stand.deliveries.empty(); });
  stand.until([] { return false; }, 100ms);
  EXPECT_EQ(stand.reports.size(), 1u);
}

TEST(AlertDelivery, SettingThatCannotBeUsedIsNamedWithoutItsSecrets) {
  const auto problem = [](const Settings& settings) -> std::string {
    try {
      DeliveryStand stand(settings);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "taken";
  };
  Settings second = hook_to("https://hooks.slack.com/services/x");
  second.webhooks.push_back({"hooks.slack.com/secret", Template::slack, {}});
  EXPECT_EQ(problem(second), "alerts.webhooks[1]: it is no URL; expected https://HOST:PORT/PATH");
  EXPECT_EQ(problem({.alertmanager = {"ftp://u:secret@h"}, .webhooks = {}, .command = {}}),
            "alerts.alertmanager[0]: its scheme is ftp; expected http or https");
  Settings header = hook_to("https://h/secret");
  header.webhooks[0].headers = {{"X-Key", "secret\n"}};
  EXPECT_EQ(problem(header),
            "alerts.webhooks[0]: the value of the header X-Key holds a control character");
}

}  // namespace
}  // namespace supervisor
