#include "supervisor/app/loop_delay.hpp"

#include <thread>

#include <gtest/gtest.h>

#include "services_stand.hpp"

namespace supervisor {
namespace {

std::uint64_t observations(const recovery::Histogram& delays) {
  return delays.counts.back();  // cumulative
}

TEST(LoopDelay, IsThereFromTheStartWithNothingObserved) {
  ServicesStand stand;
  const LoopDelay delay(stand.services);
  ASSERT_TRUE(stand.snapshots.read().program.loop_delay);
  EXPECT_EQ(observations(*stand.snapshots.read().program.loop_delay), 0U);
}

TEST(LoopDelay, AHoldUpOfTheLoopIsOneObservationOfItsLength) {
  ServicesStand stand;
  const LoopDelay delay(stand.services);
  const auto published = [&] { return stand.snapshots.read().program.loop_delay; };
  std::this_thread::sleep_for(1700ms);  // the loop hangs: what was due after 1 s is late by 0.7 s
  ASSERT_TRUE(stand.until([&] { return published()->sum > 0; }));
  EXPECT_GE(published()->sum, 0.7);
  EXPECT_EQ(observations(*published()), 1U);
}

}  // namespace
}  // namespace supervisor
