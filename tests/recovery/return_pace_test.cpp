#include "recovery/return_pace.hpp"

#include <gtest/gtest.h>

namespace recovery {
namespace {

constexpr Instant launched = Instant{} + 1000h;

TEST(ReturnPace, TheFirstReturnIsUsedAtOnce) {
  EXPECT_TRUE(ReturnPace().may_return(launched, 60s, launched));
  EXPECT_TRUE(ReturnPace().may_return(Instant::min(), 60s, launched)) << "never launched";
}

TEST(ReturnPace, EachReturnThatFailedMakesTheNextWaitTwiceAsLong) {
  ReturnPace pace;
  for (const Duration wait : {Duration(1s), Duration(2s), Duration(4s), Duration(8s)}) {
    pace.on_return();
    EXPECT_FALSE(pace.may_return(launched, 60s, launched + wait - 1ns));
    EXPECT_TRUE(pace.may_return(launched, 60s, launched + wait));
  }
}

TEST(ReturnPace, NoWaitIsLongerThanTheCooldownOrTheBackoff) {
  ReturnPace pace;
  for (int i = 0; i < 1000; ++i) pace.on_return();
  EXPECT_TRUE(pace.may_return(launched, 20s, launched + 20s));
  EXPECT_FALSE(pace.may_return(launched, 1h, launched + 63s));
  EXPECT_TRUE(pace.may_return(launched, 1h, launched + 64s));
}

TEST(ReturnPace, OneThatLastedEndsTheWait) {
  ReturnPace pace;
  pace.on_return();
  pace.on_return();
  pace.on_lasting();
  EXPECT_TRUE(pace.may_return(launched, 60s, launched));
}

}  // namespace
}  // namespace recovery
