#include "alertmanager.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "alert_delivery_stand.hpp"

// Against a real Alertmanager, up to a receiver behind it.

namespace supervisor {
namespace {

std::string field(const boost::json::value& json, std::string_view pointer) {
  return std::string(json.at_pointer(pointer).as_string());
}

class AlertmanagerTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!Alertmanager::is_installed()) GTEST_SKIP() << Alertmanager::program << " is not there";
  }

  std::size_t told(const std::string& status) const {
    std::size_t count = 0;
    for (const auto& request : behind.requests()) {
      if (request.body.find(R"("status":")" + status) != std::string::npos) ++count;
    }
    return count;
  }

  AlertReceiver behind{AlertReceiver::status("200 OK")};
};

TEST_F(AlertmanagerTest, FiringIsVisibleWithItsLabelsAndResolvedAfterwards) {
  const Alertmanager manager(behind.url("/"));
  DeliveryStand stand({.alertmanager = {manager.base_url()}, .webhooks = {}, .command = {}});
  ASSERT_TRUE(stand.until([&] { return manager.is_ready(); })) << manager.log();

  stand.fire(alert("radio"));
  ASSERT_TRUE(stand.until([&] { return stand.idle(); }));
  ASSERT_EQ(stand.outcomes(), std::vector<std::string>{"alertmanager delivered"})
      << stand.reports[0].error << manager.log();
  const auto alerts = boost::json::parse(manager.alerts());
  ASSERT_EQ(alerts.as_array().size(), 1u);
  EXPECT_EQ(field(alerts, "/0/labels/alertname"), "StreamOffAir");
  EXPECT_EQ(field(alerts, "/0/labels/stream"), "radio");
  EXPECT_EQ(field(alerts, "/0/labels/component"), "sink");
  EXPECT_EQ(field(alerts, "/0/labels/cause"), "sink_lost");
  EXPECT_EQ(field(alerts, "/0/labels/severity"), "critical");
  EXPECT_EQ(field(alerts, "/0/labels/instance"), "studio-1");
  EXPECT_EQ(field(alerts, "/0/annotations/summary"),
            "radio is off air: the server closed the connection");
  EXPECT_EQ(field(alerts, "/0/annotations/description"), "0 bytes acknowledged for 12 s");
  EXPECT_EQ(field(alerts, "/0/annotations/tried"), "restarted 3 times");
  ASSERT_TRUE(stand.until([&] { return told("firing") > 0; })) << manager.log();

  stand.resolve(resolved(alert("radio")));
  ASSERT_TRUE(stand.until([&] { return manager.alerts() == "[]\n"; })) << manager.alerts();
  ASSERT_TRUE(stand.until([&] { return told("resolved") > 0; })) << manager.log();
  EXPECT_EQ(told("firing"), 1u);
  EXPECT_EQ(told("resolved"), 1u);
}

TEST_F(AlertmanagerTest, NextLifeResolvesWhatTheLastOneFired) {
  const Alertmanager manager(behind.url("/"));
  const Settings settings{.alertmanager = {manager.base_url()}, .webhooks = {}, .command = {}};
  DeliveryStand stand(settings);
  ASSERT_TRUE(stand.until([&] { return manager.is_ready(); })) << manager.log();
  const Alert fired = alert("radio");
  stand.fire(fired);
  ASSERT_TRUE(stand.until([&] { return told("firing") > 0; })) << manager.log();
  // A busy Alertmanager may answer behind its own message, and some attempts too late.
  ASSERT_TRUE(stand.until([&] { return !stand.reports.empty(); }));

  const std::size_t reported = stand.reports.size();
  stand.open(settings);
  stand.adopt(fired);
  ASSERT_TRUE(stand.until([&] { return stand.reports.size() > reported; }));
  EXPECT_EQ(boost::json::parse(manager.alerts()).as_array().size(), 1u) << "the same alert";
  stand.resolve(resolved(fired));
  ASSERT_TRUE(stand.until([&] { return manager.alerts() == "[]\n"; })) << manager.alerts();
  ASSERT_TRUE(stand.until([&] { return told("resolved") > 0; })) << manager.log();
  EXPECT_EQ(told("firing"), 1u);
}

}  // namespace
}  // namespace supervisor
