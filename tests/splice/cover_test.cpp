// What is seen and heard where a source gives nothing.

#include <gtest/gtest.h>

#include "tests/splice/encoders.hpp"

namespace recovery::splice::test {
namespace {

CoverPolicy repeats() {
  CoverPolicy policy;
  policy.is_allowed = true;
  return policy;
}

// How far the last frame lies behind the wall, in seconds.
double lag_of(const Stand& stand, std::uint16_t pid) {
  const Ticks wall = 10 * ticks_per_second + to_ticks(stand.now - Instant{});
  return static_cast<double>(wall - stand.check.of(pid).back().dts) / ticks_per_second;
}

struct CoverTest : testing::Test {
  CoverTest() { stand.splicer.allow_cover(repeats()); }

  Stand stand;
};

TEST_F(CoverTest, AnEndIsCoveredWithinThreeTenthsOfASecond) {
  Living a(stand, setting(1));
  stand.splicer.select(a.id);
  run(stand, {&a}, 5s);
  stand.end(a.id);
  run(stand, {}, 150ms);
  EXPECT_EQ(stand.told<Covered>().size(), 0U);
  run(stand, {}, 100ms);
  EXPECT_EQ(stand.told<Covered>().size(), 2U);
  EXPECT_EQ(stand.splicer.covered().size(), 2U);
  run(stand, {}, 5s);
  EXPECT_EQ(greatest_dts_step(stand.check.of(audio_pid)), 1920);
  EXPECT_LE(greatest_dts_step(stand.check.of(video_pid)), ticks_per_second / 2);
  EXPECT_GT(lag_of(stand, audio_pid), 0);
  EXPECT_LT(lag_of(stand, audio_pid), 0.25);
}

TEST_F(CoverTest, APauseIsCoveredAfterASecondAndWhatReturnsLosesNoTime) {
  Living a(stand, setting(1));
  stand.splicer.select(a.id);
  run(stand, {&a}, 6s);
  run(stand, {}, 900ms);
  EXPECT_EQ(stand.told<Covered>().size(), 0U);
  run(stand, {}, 3100ms);
  EXPECT_EQ(stand.told<Covered>().size(), 2U);
  run(stand, {&a}, 4s);  // with what it has held back
  EXPECT_EQ(stand.splicer.covered().size(), 0U);
  EXPECT_LE(greatest_dts_step(stand.check.of(audio_pid)), 1920 + 960);
  EXPECT_LE(greatest_dts_step(stand.check.of(video_pid)), ticks_per_second / 2);
  EXPECT_NEAR(lag_of(stand, video_pid), 0, 0.2);
  EXPECT_EQ(stand.told<Switched>().size(), 4U);
}

TEST_F(CoverTest, WhatAnEncoderFlushesAsItEndsIsNoReturn) {
  Living a(stand, setting(1));
  stand.splicer.select(a.id);
  run(stand, {&a}, 5s);
  run(stand, {}, 4s);
  a.give(stand);
  stand.end(a.id);
  run(stand, {}, 2s);
  EXPECT_EQ(stand.told<Switched>().size(), 2U);
  EXPECT_EQ(stand.told<Covered>().size(), 2U);
}

TEST_F(CoverTest, AnEncoderThatIsToldToEndDoesNotReturn) {
  Living a(stand, setting(1));
  stand.splicer.select(a.id);
  run(stand, {&a}, 5s);
  run(stand, {}, 4s);
  stand.splicer.retire(a.id);
  run(stand, {&a}, 3s);
  EXPECT_EQ(stand.told<Switched>().size(), 2U);
}

TEST_F(CoverTest, AnEncoderThatIsToldToEndGoesOnUntilItDoes) {
  Living a(stand, setting(1));
  stand.splicer.select(a.id);
  run(stand, {&a}, 5s);
  stand.splicer.retire(a.id);
  run(stand, {&a}, 3s);
  EXPECT_EQ(stand.told<Covered>().size(), 0U);
  EXPECT_EQ(greatest_dts_step(stand.check.of(video_pid)), 3600);
}

TEST_F(CoverTest, PictureAndSoundAreCoveredTogether) {
  Living a(stand, setting(1));
  stand.splicer.select(a.id);
  run(stand, {&a}, 6s);
  for (int i = 0; i < 200 && stand.splicer.covered().empty(); ++i) run(stand, {}, 10ms);
  EXPECT_EQ(stand.splicer.covered().size(), 2U);
}

TEST_F(CoverTest, AShortPauseIsNotCovered) {
  Living a(stand, setting(1));
  stand.splicer.select(a.id);
  for (int i = 0; i < 20; ++i) {
    run(stand, {&a}, 1s);
    run(stand, {}, 800ms);
  }
  EXPECT_EQ(stand.told<Covered>().size(), 0U);
}

TEST_F(CoverTest, SoundThatEndsIsCoveredWhileThePictureGoesOn) {
  EncoderSetting without_sound = setting(1);
  without_sound.audio_ends = 126000 + 5 * ticks_per_second;
  Living a(stand, without_sound);
  stand.splicer.select(a.id);
  run(stand, {&a}, 12s);
  ASSERT_EQ(stand.told<Covered>().size(), 1U);
  EXPECT_EQ(stand.told<Covered>()[0].stream, (StreamName{Kind::audio, 0}));
  EXPECT_EQ(greatest_dts_step(stand.check.of(video_pid)), 3600);
  EXPECT_EQ(greatest_dts_step(stand.check.of(audio_pid)), 1920);
  EXPECT_NEAR(lag_of(stand, audio_pid), 0, 0.25);
}

TEST_F(CoverTest, TheNextEncoderComesInOnceAndWithoutAHole) {
  Living a(stand, setting(1));
  stand.splicer.select(a.id);
  run(stand, {&a}, 5s);
  stand.end(a.id);
  stand.splicer.drop(a.id);
  run(stand, {}, 7s);
  EncoderSetting with_b = setting(2, 99'000'000);
  with_b.b_frames = 2;
  Living b(stand, with_b);
  stand.splicer.select(b.id);
  run(stand, {&b}, 3s);
  EXPECT_EQ(stand.told<Switched>().size(), 4U);
  EXPECT_LE(greatest_dts_step(stand.check.of(audio_pid)), 1920 + 960);
  EXPECT_LE(greatest_dts_step(stand.check.of(video_pid)), ticks_per_second / 2);
  EXPECT_EQ(mark_of(stand.check.of(video_pid).back()), 2);
}

TEST_F(CoverTest, SlidesAreNoHole) {
  EncoderSetting slides = setting(1);
  slides.gop = 2;
  slides.fps = 1;
  Living a(stand, slides);
  stand.splicer.select(a.id);
  run(stand, {&a}, 60s);
  EXPECT_EQ(stand.told<Covered>().size(), 0U);
  EXPECT_GE(stand.check.of(video_pid).size(), 58U);
}

TEST_F(CoverTest, ASlideThatIsLateIsNoHole) {
  EncoderSetting slides = setting(1);
  slides.fps = 1;
  slides.gop = 4;
  slides.has_length = true;
  Living a(stand, slides);
  stand.splicer.select(a.id);
  run(stand, {&a}, 30s);
  run(stand, {}, 1900ms);
  run(stand, {&a}, 5s);
  EXPECT_EQ(stand.told<Covered>().size(), 1U) << "the sound alone, which comes steadily";
}

TEST_F(CoverTest, SlowSlidesAreNoHoleHoweverLargeTheyAre) {
  for (const std::size_t size : {600, 100'000}) {
    Stand own;
    own.splicer.allow_cover(repeats());
    EncoderSetting slides = setting(1);
    slides.gop = 2;
    slides.fps = 0.25;
    slides.has_length = size < 0xffff;
    slides.picture_size = size;
    Living a(own, slides);
    own.splicer.select(a.id);
    run(own, {&a}, 60s);
    EXPECT_EQ(own.told<Covered>().size(), 0U);
    EXPECT_GE(own.check.of(video_pid).size(), 14U);
  }
}

// FFmpeg writes what belongs together: the sound of a slide comes with it, a second at once.
TEST_F(CoverTest, SoundThatComesWithItsSlideIsNoHole) {
  Living a(stand, setting(1));
  stand.splicer.select(a.id);
  run(stand, {&a}, 100ms);
  for (int i = 0; i < 30; ++i) {
    run(stand, {}, 1100ms);
    a.give(stand);
  }
  EXPECT_EQ(stand.told<Covered>().size(), 0U);
}

TEST_F(CoverTest, WhatComesBackInBurstsReturns) {
  Living a(stand, setting(1));
  stand.splicer.select(a.id);
  run(stand, {&a}, 5s);
  run(stand, {}, 3s);
  EXPECT_EQ(stand.told<Covered>().size(), 2U);
  for (int i = 0; i < 6; ++i) {
    run(stand, {}, 900ms);
    a.give(stand);
  }
  EXPECT_EQ(stand.splicer.covered().size(), 0U);
}

TEST_F(CoverTest, OnePauseIsNoHabit) {
  Living a(stand, setting(1));
  stand.splicer.select(a.id);
  run(stand, {&a}, 8s);
  run(stand, {}, 900ms);
  run(stand, {&a}, 1s);
  run(stand, {}, 1150ms);
  EXPECT_EQ(stand.told<Covered>().size(), 2U);
}

TEST_F(CoverTest, AJumpOfTheTimeStampsIsNoHabit) {
  Living a(stand, setting(1));
  stand.splicer.select(a.id);
  run(stand, {&a}, 8s);
  a.encoder.jump(ticks_per_second * 9 / 10);
  run(stand, {&a}, 500ms);
  run(stand, {}, 2s);  // 0.9 s of it are what had come before its time
  EXPECT_EQ(stand.told<Covered>().size(), 2U);
}

TEST_F(CoverTest, WhatComesInBurstsIsNoHole) {
  Living a(stand, setting(1));
  stand.splicer.select(a.id);
  a.born -= 4s;  // four seconds at once, then none for as long
  for (int i = 0; i < 8; ++i) {
    run(stand, {&a}, 10ms);
    run(stand, {}, 3990ms);
  }
  EXPECT_EQ(stand.told<Covered>().size(), 0U);
}

TEST_F(CoverTest, SoundAloneIsCovered) {
  EncoderSetting radio = setting(1);
  radio.has_video = false;
  Living a(stand, radio);
  stand.splicer.select(a.id);
  run(stand, {&a}, 5s);
  stand.end(a.id);
  run(stand, {}, 5s);
  EXPECT_EQ(greatest_dts_step(stand.check.of(audio_pid)), 1920);
}

TEST_F(CoverTest, AnOutputMayBeginUnderCover) {
  Living a(stand, setting(1));
  stand.splicer.select(a.id);
  run(stand, {&a}, 5s);
  stand.end(a.id);
  run(stand, {}, 30s);
  stand.splicer.detach(stand.output);
  stand.output = stand.splicer.attach();
  stand.check = {};
  run(stand, {}, 2s);
  EXPECT_TRUE(stand.check.of(video_pid).at(0).is_marked);
  EXPECT_GE(stand.check.of(audio_pid).size(), 80U);
}

TEST_F(CoverTest, NothingStandsInWhereItIsNotAllowed) {
  Living a(stand, setting(1));
  stand.splicer.select(a.id);
  run(stand, {&a}, 3s);
  stand.end(a.id);
  run(stand, {}, 1s);
  EXPECT_EQ(stand.splicer.covered().size(), 2U);
  stand.splicer.allow_cover({});
  EXPECT_EQ(stand.splicer.covered().size(), 0U);
  const auto frames = stand.check.frames.size();
  run(stand, {}, 5s);
  EXPECT_EQ(stand.check.frames.size(), frames);
}

TEST_F(CoverTest, ASleepIsNotFilled) {
  Living a(stand, setting(1));
  stand.splicer.select(a.id);
  run(stand, {&a}, 3s);
  stand.now += 2h;
  stand.end(a.id);
  run(stand, {}, 1s);
  EXPECT_LT(stand.check.of(audio_pid).size(), 500U);
  EXPECT_NEAR(lag_of(stand, audio_pid), 0, 0.25);
}

}  // namespace
}  // namespace recovery::splice::test
