#include "supervisor/io/dependency_watch.hpp"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "services_stand.hpp"
#include "tests/recovery/alert_receiver.hpp"

namespace supervisor {
namespace {

const std::string ok = AlertReceiver::status("200 OK");

Config config_with(const std::string& url, monitor::Duration interval = 20ms) {
  Config config;
  config.streams.resize(1);
  config.streams[0].recovery.probe_interval = interval;
  config.dependencies.push_back(
      {.name = "player", .kind = monitor::probes::Dependency::Kind::http, .target = url});
  return config;
}

struct Stand : ServicesStand {
  // Null: not probed yet.
  std::shared_ptr<const std::vector<http::DependencyState>> found() const {
    return snapshots.read().program.dependencies;
  }
  bool is_up(bool up) {
    return until([&] { return found() && found()->at(0).up == up; });
  }
};

TEST(DependencyWatch, ProbesAgainAndAgainAndPublishesWhatItFinds) {
  const AlertReceiver server(ok);
  Stand stand;
  const DependencyWatch watch(config_with(server.url("/")), stand.services);
  EXPECT_FALSE(stand.found());
  EXPECT_TRUE(stand.is_up(true));
  EXPECT_TRUE(stand.until([&] { return server.requests().size() >= 5; }));
  EXPECT_EQ(stand.found()->at(0).name, "player");
  EXPECT_EQ(stand.logged().find("dependency_up"), std::string::npos)
      << "up at the start is no news";
}

TEST(DependencyWatch, LogsThatOneIsDownAndThatItIsBackOnceEach) {
  const std::uint16_t port = free_port();
  const std::string url = "http://127.0.0.1:" + std::to_string(port) + "/";
  Stand stand;
  const DependencyWatch watch(config_with(url), stand.services);
  EXPECT_TRUE(stand.is_up(false));
  stand.turn(100ms);  // some more probes
  const std::string down = stand.logged();
  EXPECT_NE(down.find("dependency_down"), std::string::npos) << down;
  EXPECT_EQ(down.find("dependency_down"), down.rfind("dependency_down"));
  const AlertReceiver server([](const AlertReceiver::Request&) { return ok; }, nullptr, port);
  EXPECT_TRUE(stand.is_up(true));
  EXPECT_NE(stand.logged().find("dependency_up"), std::string::npos);
}

TEST(DependencyWatch, ANewConfigurationGoesOnFromWhatWasFound) {
  const AlertReceiver server(ok);
  Stand stand;
  auto watch = std::make_unique<DependencyWatch>(config_with(server.url("/")), stand.services);
  ASSERT_TRUE(stand.is_up(true));
  const auto since = stand.found()->at(0).since;
  watch = std::make_unique<DependencyWatch>(config_with(server.url("/"), 1h), stand.services,
                                            watch.get());
  ASSERT_TRUE(stand.found());
  EXPECT_EQ(stand.found()->at(0).since, since);
  watch = std::make_unique<DependencyWatch>(Config(), stand.services, watch.get());
  EXPECT_FALSE(stand.found());
}

TEST(DependencyWatch, EndsAtAnyMomentOfAProbe) {
  const AlertReceiver server(ok);
  for (int i = 0; i < 100; ++i) {
    Stand stand;
    const DependencyWatch watch(config_with(server.url("/"), 0s), stand.services);
    stand.turn(std::chrono::milliseconds(i % 5));
  }
}

TEST(DependencyWatch, OneThatHangsIsProbedOnceAtATime) {
  const AlertReceiver hanging("hang");
  Stand stand;
  const DependencyWatch watch(config_with(hanging.url("/")), stand.services);
  ASSERT_TRUE(stand.until([&] { return hanging.requests().size() == 1; }));
  stand.turn(200ms);
  EXPECT_EQ(hanging.requests().size(), 1U);
}

}  // namespace
}  // namespace supervisor
