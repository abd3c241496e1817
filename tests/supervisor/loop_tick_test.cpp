#include "supervisor/app/loop_tick.hpp"

#include <thread>

#include <gtest/gtest.h>

#include "services_stand.hpp"

namespace supervisor {
namespace {

std::uint64_t observations(const recovery::Histogram& delays) {
  return delays.counts.back();  // cumulative
}

TEST(LoopTick, TheLoopsDelayIsThereFromTheStartWithNothingObserved) {
  ServicesStand stand;
  const LoopTick loop_tick(stand.services);
  ASSERT_TRUE(stand.snapshots.read().program.loop_delay);
  EXPECT_EQ(observations(*stand.snapshots.read().program.loop_delay), 0U);
}

TEST(LoopTick, AHoldUpOfTheLoopIsOneObservationOfItsLength) {
  ServicesStand stand;
  const LoopTick loop_tick(stand.services);
  const auto published = [&] { return stand.snapshots.read().program.loop_delay; };
  std::this_thread::sleep_for(2700ms);  // the loop hangs: what was due after 2 s is late by 0.7 s
  ASSERT_TRUE(stand.until([&] { return published()->sum > 0; }));
  EXPECT_GE(published()->sum, 0.7);
  EXPECT_EQ(observations(*published()), 1U);
}

TEST(LoopTick, TheChartsOfEachStreamGetASample) {
  ServicesStand stand;
  auto radio = std::make_shared<http::StreamSnapshot>();
  radio->name = "radio";
  stand.snapshots.arrange({0});
  stand.snapshots.publish(0, radio);
  const LoopTick loop_tick(stand.services);
  EXPECT_EQ(stand.snapshots.samples_of("radio")->size(), 1U);
  ASSERT_TRUE(stand.until([&] { return stand.snapshots.samples_of("radio")->size() == 2; }));
  const auto samples = *stand.snapshots.samples_of("radio");
  EXPECT_GE(samples[1].t - samples[0].t, 1.9);
}

}  // namespace
}  // namespace supervisor
