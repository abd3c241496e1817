// What the encoders' parameters, and those that come late, mean for the outputs.

#include <gtest/gtest.h>

#include "recovery/splice/splicer.hpp"
#include "tests/splice/encoders.hpp"

namespace recovery::splice::test {
namespace {

// Its sound begins so much later than its picture.
EncoderSetting late_by(Ticks ticks) {
  EncoderSetting late = setting(1);
  late.audio_late = ticks;
  return late;
}

TEST(Splicer, OtherParametersEndTheOutputs) {
  Stand stand;
  Living a(stand, setting(1));
  EncoderSetting larger = setting(2);
  larger.width = 640;
  Living b(stand, larger);
  stand.splicer.select(a.id);
  run(stand, {&a, &b}, 2s);
  stand.splicer.select(b.id);
  run(stand, {&a, &b}, 2s);
  EXPECT_EQ(stand.told<ReconnectNeeded>().size(), 1U);
  EXPECT_TRUE(stand.splicer.state(stand.output).is_over);
  EXPECT_EQ(mark_of(stand.check.of(video_pid).back()), 1);
  stand.check.finish();
  EXPECT_TRUE(stand.check.faults.empty());
  stand.splicer.detach(stand.output);
  stand.output = stand.splicer.attach();
  stand.check = {};
  run(stand, {&b}, 1s);
  EXPECT_EQ(mark_of(stand.check.of(video_pid).front()), 2);
  EXPECT_TRUE(stand.check.of(video_pid).front().is_marked);
}

TEST(Splicer, OtherRateOfSoundEndsTheOutputs) {
  Stand stand;
  Living a(stand, setting(1));
  EncoderSetting other = setting(2);
  other.rate = 44100;
  Living b(stand, other);
  stand.splicer.select(a.id);
  run(stand, {&a, &b}, 2s);
  stand.splicer.select(b.id);
  run(stand, {&a, &b}, 2s);
  EXPECT_EQ(stand.told<ReconnectNeeded>().size(), 1U);
  EXPECT_TRUE(stand.splicer.state(stand.output).is_over);
}

TEST(Splicer, CoverOfOtherParametersIsRefused) {
  Stand stand;
  Living a(stand, setting(1));
  EncoderSetting larger = setting(9);
  larger.width = 640;
  Living cover(stand, larger, Role::cover);
  stand.splicer.select(a.id);
  run(stand, {&a, &cover}, 2s);
  stand.splicer.select(cover.id);
  run(stand, {&a, &cover}, 3s);
  ASSERT_EQ(stand.told<Refused>().size(), 1U);
  EXPECT_EQ(stand.told<Refused>()[0].stream, (StreamName{Kind::video, 0}));
  EXPECT_EQ(stand.told<ReconnectNeeded>().size(), 0U);
  EXPECT_EQ(mark_of(stand.check.of(video_pid).back()), 1);
}

TEST(Splicer, LateSoundHoldsTheParametersBack) {
  Stand stand;
  Living a(stand, late_by(2 * ticks_per_second));
  stand.splicer.select(a.id);
  run(stand, {&a}, 1900ms);
  EXPECT_TRUE(stand.told<ParametersKnown>().empty());
  run(stand, {&a}, 500ms);
  ASSERT_EQ(stand.told<ParametersKnown>().size(), 1U);
  EXPECT_TRUE(stand.told<ParametersKnown>()[0].is_complete);
}

TEST(Splicer, OutputThatJoinsSeesSoundSoonBehindItsPicture) {
  Stand stand;
  Living a(stand, late_by(2 * ticks_per_second + ticks_per_second / 2));
  stand.splicer.select(a.id);
  while (stand.told<ParametersKnown>().empty()) run(stand, {&a}, step);
  stand.splicer.detach(stand.output);
  stand.output = stand.splicer.attach();
  stand.check = {};
  EXPECT_TRUE(stand.splicer.state(stand.output).awaits_key_frame);
  run(stand, {&a}, 1s);
  EXPECT_LT(stand.check.of(audio_pid)[0].dts - stand.check.of(video_pid)[0].dts, to_ticks(300ms));
}

TEST(Splicer, SoundThatNeverComesIsSaidAfterTenSeconds) {
  Stand stand;
  Living a(stand, late_by(20 * ticks_per_second));
  stand.splicer.select(a.id);
  run(stand, {&a}, 9900ms);
  EXPECT_TRUE(stand.told<ParametersKnown>().empty());
  run(stand, {&a}, 300ms);
  ASSERT_EQ(stand.told<ParametersKnown>().size(), 1U);
  EXPECT_FALSE(stand.told<ParametersKnown>()[0].is_complete);
}

}  // namespace
}  // namespace recovery::splice::test
