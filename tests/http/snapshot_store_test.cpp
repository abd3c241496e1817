#include "http/snapshot_store.hpp"

#include <atomic>
#include <cmath>
#include <thread>

#include <gtest/gtest.h>

namespace {

std::shared_ptr<const http::StreamSnapshot> named(const std::string& name) {
  auto snapshot = std::make_shared<http::StreamSnapshot>();
  snapshot->name = name;
  return snapshot;
}

std::vector<std::string> names(const http::SnapshotStore& store) {
  std::vector<std::string> result;
  for (const auto& stream : store.read().streams) result.push_back(stream->name);
  return result;
}

using Names = std::vector<std::string>;

TEST(SnapshotStore, ASlotWithoutASnapshotIsNotInTheView) {
  http::SnapshotStore store(2);
  EXPECT_EQ(names(store), Names{});
  store.publish(1, named("b"));
  EXPECT_EQ(names(store), Names{"b"});
  store.publish(0, named("a"));
  EXPECT_EQ(names(store), (Names{"a", "b"}));
}

TEST(SnapshotStore, ArrangedSlotsKeepTheirSnapshotsInTheNewOrder) {
  http::SnapshotStore store(2);
  store.publish(0, named("a"));
  store.publish(1, named("b"));
  store.arrange({2, 1});
  EXPECT_EQ(names(store), Names{"b"});
  store.publish(2, named("c"));
  EXPECT_EQ(names(store), (Names{"c", "b"}));
}

TEST(SnapshotStore, AFurtherSlotIsTheLast) {
  http::SnapshotStore store(0);
  store.append(7);
  store.append(3);
  store.publish(3, named("b"));
  store.publish(7, named("a"));
  EXPECT_EQ(names(store), (Names{"a", "b"}));
  store.arrange({3, 7});
  EXPECT_EQ(names(store), (Names{"b", "a"}));
  store.publish(7, named("c"));
  EXPECT_EQ(names(store), (Names{"b", "c"}));
}

TEST(SnapshotStore, ARemovedSlotIsNotPublishedAgain) {
  http::SnapshotStore store(1);
  store.publish(0, named("a"));
  store.arrange({1});
  store.publish(0, named("late"));
  EXPECT_EQ(names(store), Names{});
}

TEST(SnapshotStore, EveryChangeGrowsTheVersion) {
  http::SnapshotStore store(1);
  std::uint64_t before = store.read().version;
  const auto grown = [&] {
    EXPECT_EQ(store.version(), store.read().version);
    return store.read().version > std::exchange(before, store.read().version);
  };
  store.publish(0, named("a"));
  EXPECT_TRUE(grown());
  store.publish(&http::Program::config, std::make_shared<const http::ConfigState>());
  EXPECT_TRUE(grown());
  store.arrange({0});
  EXPECT_TRUE(grown());
  EXPECT_FALSE(grown()) << "reading is no change";
}

TEST(SnapshotStore, PartsOfTheProgramArePublishedOneByOneAndWithdrawn) {
  http::SnapshotStore store(0);
  const std::vector<http::ExportCount> counts{{"statsd", 3, 1}};
  store.publish(&http::Program::exports,
                std::make_shared<const std::vector<http::ExportCount>>(counts));
  store.publish(&http::Program::config, std::make_shared<const http::ConfigState>());
  const http::SnapshotStore::View view = store.read();
  ASSERT_TRUE(view.program.exports);
  EXPECT_EQ(view.program.exports->front().delivered, 3U);
  EXPECT_TRUE(view.program.config);
  EXPECT_FALSE(view.program.alerts);
  store.publish(&http::Program::exports, nullptr);
  EXPECT_FALSE(store.read().program.exports);
  EXPECT_TRUE(store.read().program.config);
  EXPECT_TRUE(view.program.exports) << "a view does not change";
}

// Under the thread sanitizer this is a test of the lock as well.
TEST(SnapshotStore, AViewIsConsistentWhileAnotherThreadPublishes) {
  http::SnapshotStore store(1);
  store.publish(0, named("0"));
  std::atomic<bool> stop{false};
  std::thread publisher([&] {
    for (int i = 1; !stop; ++i) {
      store.publish(0, named(std::to_string(i)));
      http::ConfigState config;
      config.message = std::to_string(i);
      store.publish(&http::Program::config, std::make_shared<const http::ConfigState>(config));
    }
  });
  std::uint64_t version = 0;
  for (int i = 0; i < 2000; ++i) {
    const http::SnapshotStore::View view = store.read();
    EXPECT_GE(view.version, version);
    version = view.version;
    ASSERT_EQ(view.streams.size(), 1U);
    const int stream = std::stoi(view.streams[0]->name);
    const int config = view.program.config ? std::stoi(view.program.config->message) : 0;
    EXPECT_TRUE(config == stream || config == stream - 1) << stream << ' ' << config;
  }
  stop = true;
  publisher.join();
}

constexpr http::ClockReading at(std::int64_t unix_ms) {
  return {{}, recovery::WallTime(std::chrono::milliseconds(unix_ms))};
}

TEST(SnapshotStore, ASampleHasItsTimeAndFigures) {
  http::SnapshotStore store(1);
  auto radio = std::make_shared<http::StreamSnapshot>();
  radio->name = "radio";
  radio->readings.fps = 25.04;
  radio->readings.bitrate_bps = 2'345'678;
  store.publish(0, radio);
  store.sample(at(1'764'000'000'123));
  store.sample(at(1'764'000'001'125));
  store.sample(at(1'764'000'090'000));  // the loop was held up
  const auto samples = store.samples_of("radio");
  ASSERT_TRUE(samples);
  ASSERT_EQ(samples->size(), 3U);
  EXPECT_DOUBLE_EQ((*samples)[0].t, 1'764'000'000.123);
  EXPECT_DOUBLE_EQ((*samples)[1].t, 1'764'000'001.125);
  EXPECT_DOUBLE_EQ((*samples)[2].t, 1'764'000'090);
  EXPECT_NEAR((*samples)[0].fps, 25.04, 1e-5);
  EXPECT_EQ((*samples)[0].bitrate_bps, 2'345'678);
  EXPECT_TRUE(std::isnan((*samples)[0].speed));
}

TEST(SnapshotStore, SamplesOfAClockThatWasSetBackNeverGoForward) {
  http::SnapshotStore store(1);
  store.publish(0, named("radio"));
  store.sample(at(1'764'000'000'000));
  store.sample(at(1'763'000'000'000));
  const auto samples = *store.samples_of("radio");
  EXPECT_DOUBLE_EQ(samples[1].t, 1'763'000'000);
  EXPECT_LE(samples[0].t, samples[1].t);
}

TEST(SnapshotStore, TheLastTenMinutesOfSamplesAreKeptAcrossAReload) {
  http::SnapshotStore store(1);
  store.publish(0, named("radio"));
  for (int second = 0; second < 700; second += 2) {
    store.sample(at(1'764'000'000'000 + second * 1000));
  }
  store.arrange({5, 0});
  EXPECT_EQ(store.samples_of("radio")->size(), 300U);
  EXPECT_DOUBLE_EQ(store.samples_of("radio")->front().t, 1'764'000'100);
  EXPECT_FALSE(store.samples_of("other"));
}

}  // namespace
