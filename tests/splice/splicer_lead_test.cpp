// However often it goes over from one encoder to another: no lead is taken on, none is lost.

#include <gtest/gtest.h>

#include "recovery/splice/splicer.hpp"
#include "tests/splice/encoders.hpp"

namespace recovery::splice::test {
namespace {

TEST(Splicer, TwoHundredSwitchesTakeOnNoLead) {
  for (int phase = 0; phase < 8; ++phase) {
    Stand stand;
    EncoderSetting with_b = setting(2, 99'000);
    with_b.b_frames = 3;
    Living a(stand, setting(1));
    stand.splicer.select(a.id);
    run(stand, {&a}, 10ms + phase * 130ms);
    Living b(stand, with_b);
    run(stand, {&a, &b}, 1s);
    std::uint32_t dice = 12345;
    Ticks highest_lead = 0;
    for (int i = 0; i < 200; ++i) {
      stand.splicer.select(i % 2 == 0 ? b.id : a.id);
      dice = dice * 1664525U + 1013904223U;
      run(stand, {&a, &b}, 1100ms + std::chrono::milliseconds(dice >> 22U));
      const ProgrammeClock clock(Instant{}, 900000);
      highest_lead =
          std::max(highest_lead, stand.check.of(video_pid).back().pts - clock.at(stand.now));
    }
    EXPECT_EQ(stand.told<Switched>().size(), 402U);
    EXPECT_LT(highest_lead, to_ticks(300ms)) << phase;
    EXPECT_LE(greatest_dts_step(stand.check.of(audio_pid)), 1920 + 960 + 90);
    EXPECT_LE(greatest_dts_step(stand.check.of(video_pid)), to_ticks(170ms)) << phase;
  }
}

TEST(Splicer, SwitchesOfSoundAloneTakeOnNoLead) {
  Stand stand;
  EncoderSetting radio = setting(1);
  radio.has_video = false;
  Living a(stand, radio);
  stand.splicer.select(a.id);
  run(stand, {&a}, 1230ms);
  radio.mark = 2;
  Living b(stand, radio);
  for (int i = 0; i < 100; ++i) {
    run(stand, {&a, &b}, 200ms + i * 3ms);
    stand.splicer.select(i % 2 == 0 ? b.id : a.id);
  }
  EXPECT_EQ(stand.told<Switched>().size(), 100U);
  const ProgrammeClock clock(Instant{}, 900000);
  EXPECT_LT(std::abs(stand.check.of(audio_pid).back().pts - clock.at(stand.now)), to_ticks(60ms));
  EXPECT_LE(greatest_dts_step(stand.check.of(audio_pid)), 1920 + 960 + 90);
}

TEST(Splicer, LongBacklogIsWaitedForAsLongAsItShrinks) {
  Stand stand;
  Living a(stand, setting(1));
  Living cover(stand, setting(9), Role::cover);
  stand.splicer.select(a.id);
  run(stand, {&a, &cover}, 2s);
  stand.splicer.select(cover.id);
  run(stand, {&cover}, 12s);
  stand.splicer.select(a.id);
  a.born += 12s;
  for (int i = 0; i < 40; ++i) {  // four seconds of media each second
    a.born -= 300ms;
    run(stand, {&a, &cover}, 100ms);
  }
  run(stand, {&a, &cover}, 2s);
  EXPECT_EQ(mark_of(stand.check.of(video_pid).back()), 1);
  EXPECT_EQ(stand.splicer.counts().anchored_anew, 0U);
  const ProgrammeClock clock(Instant{}, 900000);
  EXPECT_LT(stand.check.of(video_pid).back().pts - clock.at(stand.now), to_ticks(300ms));
}

// A busy machine: both give nothing for a while, are switched between meanwhile, and catch up.
TEST(Splicer, EncodersThatAreLateTogetherTakeOnNoLead) {
  Stand stand;
  Living a(stand, setting(1));
  EncoderSetting with_b = setting(2, 99'000);
  with_b.b_frames = 3;
  Living b(stand, with_b);
  stand.splicer.select(a.id);
  run(stand, {&a, &b}, 2s);
  for (int i = 0; i < 20; ++i) {
    stand.splicer.select(i % 2 == 0 ? b.id : a.id);
    a.born += 2s;
    b.born += 2s;
    run(stand, {&a, &b}, 2500ms);
    a.born -= 2s;
    b.born -= 2s;
    run(stand, {&a, &b}, 2500ms);
  }
  const ProgrammeClock clock(Instant{}, 900000);
  const Ticks lead = stand.check.of(video_pid).back().pts - clock.at(stand.now);
  EXPECT_LT(lead, to_ticks(300ms));
  EXPECT_GT(lead, to_ticks(-100ms));
}

TEST(Splicer, EncoderWhoseClockJumpsGoesOn) {
  Stand stand;
  Living a(stand, setting(1));
  stand.splicer.select(a.id);
  run(stand, {&a}, 2s);
  a.encoder.jump(3600 * ticks_per_second);
  run(stand, {&a}, 3s);
  a.encoder.jump(-7200 * ticks_per_second);
  run(stand, {&a}, 3s);
  EXPECT_LE(greatest_dts_step(stand.check.of(video_pid)), to_ticks(1100ms));
  EXPECT_GT(stand.check.of(video_pid).size(), 150U);
  EXPECT_GT(stand.check.of(audio_pid).size(), 250U);
}

}  // namespace
}  // namespace recovery::splice::test
