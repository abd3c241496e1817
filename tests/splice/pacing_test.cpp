// What a source sends ahead of its time is a reserve, not a head start that ends in a hole.

#include <algorithm>
#include <cstdlib>

#include <gtest/gtest.h>

#include "tests/splice/encoders.hpp"

namespace recovery::splice::test {
namespace {

struct PacingTest : testing::Test {
  PacingTest() {
    CoverPolicy policy;
    policy.is_allowed = true;
    stand.splicer.allow_cover(policy);
  }

  // It is on air, and what it gives next comes ahead by so much, as what FFmpeg held back while it
  // probed its source.
  void begin_ahead(Living& source, Duration lead) {
    stand.splicer.select(source.id);
    run(stand, {&source}, 100ms);
    source.born -= lead;
  }
  // Runs, and returns the longest time without a frame of this stream.
  Duration longest_stand(const std::vector<Living*>& living, Duration span, std::uint16_t pid) {
    Duration longest{}, stood{};
    for (Duration passed{}; passed < span; passed += step) {
      const std::size_t before = stand.check.of(pid).size();
      run(stand, living, step);
      stood = stand.check.of(pid).size() > before ? Duration{} : stood + step;
      longest = std::max(longest, stood);
    }
    return longest;
  }
  // How far the last frame that the output has lies before the wall.
  double lead_of(std::uint16_t pid) const {
    const Ticks wall = 10 * ticks_per_second + to_ticks(stand.now - Instant{});
    return static_cast<double>(stand.check.of(pid).back().dts - wall) / ticks_per_second;
  }

  Stand stand;
};

// FFmpeg gives at once what came while it probed the source, a server what it sends on connect.
TEST_F(PacingTest, WhatComesAheadIsGivenAtItsTime) {
  Living a(stand, setting(1));
  begin_ahead(a, 4s);
  EXPECT_LE(longest_stand({&a}, 10s, audio_pid), 100ms);
  EXPECT_NEAR(lead_of(audio_pid), 0.1, 0.07);
  EXPECT_NEAR(lead_of(video_pid), 0.1, 0.07);
  EXPECT_LE(greatest_dts_step(stand.check.of(audio_pid)), 1920);
  EXPECT_LE(greatest_dts_step(stand.check.of(video_pid)), 3600);
}

TEST_F(PacingTest, TheEndOfASourceThatWasAheadLeavesNoHole) {
  Living a(stand, setting(1));
  begin_ahead(a, 4s);
  run(stand, {&a}, 3s);
  stand.end(a.id);
  EXPECT_LE(longest_stand({}, 3500ms, audio_pid), 100ms);
  EXPECT_EQ(stand.told<Covered>().size(), 0U);
  EXPECT_LE(longest_stand({}, 5s, audio_pid), 350ms);
  EXPECT_EQ(stand.told<Covered>().size(), 2U);
  EXPECT_LE(greatest_dts_step(stand.check.of(audio_pid)), 1920);
}

TEST_F(PacingTest, AHeadStartIsUsedUpBeforeAPauseIsCovered) {
  Living a(stand, setting(1));
  begin_ahead(a, 3s);
  run(stand, {&a}, 6s);
  a.born += 2500ms;
  EXPECT_LE(longest_stand({}, 2500ms, audio_pid), 100ms);
  EXPECT_LE(longest_stand({&a}, 5s, audio_pid), 100ms);
  EXPECT_EQ(stand.told<Covered>().size(), 0U);
}

// Sound that FFmpeg writes long before the picture of the same time, as behind an encoder that
// looks ahead: the outputs have both in the order of their times.
TEST_F(PacingTest, WhatIsSkewedIsPutInOrder) {
  EncoderSetting skewed = setting(1);
  skewed.audio_early = to_ticks(1s);
  Living a(stand, skewed);
  stand.splicer.select(a.id);
  run(stand, {&a}, 5s);
  Ticks highest = 0, furthest_back = 0;
  for (const SeenFrame& each : stand.check.frames) {
    furthest_back = std::max(furthest_back, highest - each.dts);
    highest = std::max(highest, each.dts);
  }
  EXPECT_LE(furthest_back, to_ticks(150ms));
}

TEST_F(PacingTest, WhatIsHeldIsBoundedByReadingNoFurther) {
  EncoderSetting large = setting(1);
  large.picture_size = 60'000;  // 12 Mbit/s
  Living a(stand, large);
  stand.splicer.select(a.id);
  run(stand, {&a}, 1s);
  std::size_t read = 0;
  for (; stand.splicer.read_after(a.id, stand.now) <= stand.now && read < 200; ++read) {
    a.born -= 40ms;
    a.give(stand);
  }
  EXPECT_GT(read, 50U);
  EXPECT_LT(read, 90U);  // 4 MiB
  EXPECT_GT(stand.splicer.read_after(a.id, stand.now), stand.now);
  run(stand, {}, 2s);
  EXPECT_LE(stand.splicer.read_after(a.id, stand.now), stand.now);
}

TEST_F(PacingTest, AnEndThatIsMeantWaitsForNothing) {
  Living a(stand, setting(1));
  begin_ahead(a, 4s);
  run(stand, {&a}, 500ms);
  const std::size_t before = stand.check.of(video_pid).size();
  stand.splicer.stop_pacing(stand.now);
  stand.drain();
  EXPECT_GT(stand.check.of(video_pid).size(), before + 85);
  a.born -= 1s;
  a.give(stand);
  EXPECT_GT(stand.check.of(video_pid).size(), before + 110);
}

// … and is read no further than it can be taken: all of it else was lost before it counts as back.
TEST_F(PacingTest, WhatReturnsInOneGoLeavesNoHole) {
  Living a(stand, setting(1));
  stand.splicer.select(a.id);
  run(stand, {&a}, 6s);
  run(stand, {}, 6s);
  EXPECT_EQ(stand.splicer.covered().size(), 2U);
  a.born -= 5s;
  run(stand, {&a}, 200ms);  // too short a time to count as back
  EXPECT_EQ(stand.splicer.covered().size(), 2U);
  EXPECT_GT(stand.splicer.read_after(a.id, stand.now), stand.now + 2s);
  run(stand, {}, 2s);
  run(stand, {&a}, 10s);
  EXPECT_EQ(stand.told<Switched>().size(), 4U);
  EXPECT_LE(greatest_dts_step(stand.check.of(audio_pid)), 1920 + 960);
}

// An HLS playlist that was not read for a while has gone on meanwhile.
TEST_F(PacingTest, WhatASourceLeavesOutIsFilled) {
  Living a(stand, setting(1));
  begin_ahead(a, 2s);
  run(stand, {&a}, 6s);
  while (!a.encoder.next_is_key()) run(stand, {&a}, step);
  a.encoder.jump(to_ticks(6s));
  run(stand, {&a}, 7s);
  while (!a.encoder.next_is_key()) run(stand, {&a}, step);
  a.encoder.jump(to_ticks(600ms));
  EXPECT_LE(longest_stand({&a}, 3s, audio_pid), 100ms);
  EXPECT_LE(greatest_dts_step(stand.check.of(audio_pid)), 1920 + 960);
  EXPECT_LE(greatest_dts_step(stand.check.of(video_pid)), ticks_per_second / 2 + 3600);
}

TEST_F(PacingTest, WhatIsLeftOutBeforeAPictureThatNeedsTheOneBeforeIsNotFilled) {
  Living a(stand, setting(1));
  stand.splicer.select(a.id);
  run(stand, {&a}, 6100ms);
  const auto before = stand.check.of(video_pid).size();
  ASSERT_FALSE(a.encoder.next_is_key());
  a.encoder.jump(to_ticks(3s));
  run(stand, {&a}, 3500ms);
  const auto pictures = stand.check.of(video_pid);
  for (std::size_t i = before; i < pictures.size(); ++i) EXPECT_EQ(mark_of(pictures[i]), 1);
  EXPECT_GT(greatest_dts_step(pictures), to_ticks(2900ms));
}

// Outputs end where the old programme ends, not where it was due.
TEST_F(PacingTest, AnotherProgrammeBeginsBehindAllOfTheOldOne) {
  Living a(stand, setting(1));
  begin_ahead(a, 2s);
  run(stand, {&a}, 100ms);
  EncoderSetting larger = setting(2);
  larger.width = 640;
  larger.height = 352;
  Living b(stand, larger);
  stand.splicer.select(b.id);
  run(stand, {&b}, 300ms);
  EXPECT_EQ(stand.told<ReconnectNeeded>().size(), 1U);
  EXPECT_TRUE(stand.splicer.state(stand.output).is_over);
  EXPECT_GT(stand.check.of(video_pid).size(), 50U);
  EXPECT_EQ(mark_of(stand.check.of(video_pid).back()), 1);
}

}  // namespace
}  // namespace recovery::splice::test
