// A source whose clock runs beside the wall's is followed, and nothing else is taken for one.

#include <cstdlib>

#include <gtest/gtest.h>

#include "tests/splice/encoders.hpp"

namespace recovery::splice::test {
namespace {

constexpr double drifted = 24 * 3600 * 9.0;  // in a day, a ten-thousandth

// What the programme's clock is put forward by in so long, for a source that gives frames as told:
// of each, when it comes behind its time.
template <class Late>
Ticks followed(Duration span, double speed, Late late) {
  Drift drift;
  Ticks sum = 0;
  std::uint32_t dice = 1;
  for (Ticks dts = 0; to_duration(dts) < span; dts += 3600) {
    dice = dice * 1664525U + 1013904223U;
    const auto due = static_cast<Ticks>(static_cast<double>(dts) / speed);
    sum += drift.note(dts, Instant{} + to_duration(due) + late(dts, dice >> 8U));
  }
  return sum;
}

TEST(Drift, AFastOrASlowClockIsFollowed) {
  const auto steady = [](Ticks, std::uint32_t) { return Duration::zero(); };
  EXPECT_NEAR(static_cast<double>(followed(24h, 1.0001, steady)), drifted, 15000);
  EXPECT_NEAR(static_cast<double>(followed(24h, 0.9999, steady)), -drifted, 15000);
  const auto jitter = [](Ticks, std::uint32_t dice) {
    return std::chrono::milliseconds(dice % 300);
  };
  EXPECT_NEAR(static_cast<double>(followed(24h, 1.0001, jitter)), drifted, 15000);
}

TEST(Drift, NothingIsFollowedWhereNothingDrifts) {
  const auto steady = [](Ticks, std::uint32_t) { return Duration::zero(); };
  EXPECT_EQ(followed(24h, 1, steady), 0);
  const auto jitter = [](Ticks, std::uint32_t dice) {
    return std::chrono::milliseconds(dice % 500);
  };
  EXPECT_LE(std::abs(followed(24h, 1, jitter)), 3600);
  // Segments of 6 s that come whole, a little sooner or later each.
  const auto bursts = [](Ticks dts, std::uint32_t) {
    const Ticks segment = dts / (6 * ticks_per_second);
    const Ticks from_end = (segment + 1) * 6 * ticks_per_second - dts;
    return to_duration(from_end) + std::chrono::milliseconds(segment * 7919 % 900);
  };
  EXPECT_LE(std::abs(followed(24h, 1, bursts)), 4 * 3600);
}

TEST(Drift, AJumpIsNoDrift) {
  const auto jump = [](Ticks dts, std::uint32_t) {
    return dts > 3600 * ticks_per_second ? Duration::zero() : Duration(700ms);
  };
  EXPECT_EQ(followed(2h, 1, jump), 0);
}

// Else it would be read more slowly than it gives, in time, and its server would let go of it.
TEST(Splicer, ASourceWhoseClockIsFastTakesOnNoLead) {
  Stand stand;
  stand.check.keeps_frames = false;
  Living a(stand, setting(1));
  stand.splicer.select(a.id);
  for (int i = 0; i < 8 * 3600 * 5; ++i) {  // eight hours
    stand.now += 200ms;
    if (i % 5 == 0) a.born -= 100us;  // 0.01 %
    a.give(stand);
    stand.tick();
  }
  EXPECT_LT(stand.splicer.lead(a.id, stand.now), 400ms);
  EXPECT_GT(stand.splicer.lead(a.id, stand.now), -100ms);
}

// A file is read as fast as it may be: it does not drive the clock.
TEST(Splicer, AFileIsReadNoFasterThanTheWall) {
  Stand stand;
  stand.check.keeps_frames = false;
  Living a(stand, setting(1));
  stand.splicer.select(a.id);
  a.born = stand.now;
  Duration life{};
  for (int i = 0; i < 3600 * 20; ++i) {
    stand.now += 50ms;
    while (stand.splicer.read_after(a.id, stand.now) <= stand.now) {
      life += 100ms;
      stand.feed(a.id, a.encoder.until(life));
    }
    stand.tick();
  }
  EXPECT_LT(life - 1h, 5200ms);
}

}  // namespace
}  // namespace recovery::splice::test
