#include "tests/splice/play.hpp"

#include <gtest/gtest.h>

namespace recovery::splice::test {
namespace {

ByteVector script_of(std::uint64_t seed, std::size_t size) {
  ByteVector script(size);
  for (auto& each : script) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    each = static_cast<std::uint8_t>(seed >> 56U);
  }
  return script;
}

// SPLICE_PLAYS=100000 for the nightly form.
TEST(Play, NoFaultBreaksTheRules) {
  const char* const wanted = std::getenv("SPLICE_PLAYS");
  const std::uint64_t plays = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 1500;
  std::uint64_t frames = 0;
  std::uint64_t switches = 0;
  for (std::uint64_t seed = 1; seed <= plays; ++seed) {
    const ByteVector script = script_of(seed, 200 + seed % 1000);
    Play play(script);
    ASSERT_EQ(play.run(), "") << "seed " << seed;
    frames += play.frames();
    switches += play.switches();
  }
  // The plays are no empty ones.
  EXPECT_GT(frames, plays * 100);
  EXPECT_GT(switches, plays * 2);
}

}  // namespace
}  // namespace recovery::splice::test
