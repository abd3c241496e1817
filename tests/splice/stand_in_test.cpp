// A source that stands by and stands in: the fallback of a held stream.

#include <algorithm>
#include <map>

#include "tests/splice/encoders.hpp"

namespace recovery::splice::test {

namespace {

class StandInTest : public testing::Test {
 protected:
  StandInTest() {
    stand.splicer.allow_cover({.is_allowed = true});
    stand.splicer.select(primary.id);
  }

  // Who made the frames of the last `span`.
  std::map<std::uint8_t, int> makers(std::uint16_t pid, Duration span) {
    const auto all = stand.check.of(pid);
    std::map<std::uint8_t, int> found;
    for (const SeenFrame& each : all) {
      if (each.dts > all.back().dts - to_ticks(span)) ++found[mark_of(each)];
    }
    return found;
  }

  Stand stand;
  Living primary{stand, setting(1)};
  Living fallback{stand, setting(9, 777), Role::cover};
};

TEST_F(StandInTest, GivesNothingWhileTheEncoderDoes) {
  run(stand, {&primary, &fallback}, 10s);
  EXPECT_EQ(makers(video_pid, 9s).count(9), 0U);
  EXPECT_EQ(makers(audio_pid, 9s).count(9), 0U);
  EXPECT_FALSE(stand.splicer.has_stand_in());
}

TEST_F(StandInTest, TakesOverAtItsNextKeyFrameAndMakesWayForTheNextEncoder) {
  run(stand, {&primary, &fallback}, 5s);
  stand.end(primary.id);
  stand.splicer.drop(primary.id);
  run(stand, {&fallback}, 1300ms);
  EXPECT_TRUE(stand.splicer.has_stand_in());
  EXPECT_TRUE(stand.splicer.covers_all());
  run(stand, {&fallback}, 5s);
  EXPECT_EQ(makers(video_pid, 4s).size(), 1U);
  EXPECT_GE(makers(video_pid, 4s)[9], 95);
  EXPECT_GE(makers(audio_pid, 4s)[9], 180);
  Living next(stand, setting(2, 5'000'000));
  stand.splicer.select(next.id);
  run(stand, {&next, &fallback}, 3s);
  EXPECT_FALSE(stand.splicer.has_stand_in());
  EXPECT_EQ(stand.splicer.covered().size(), 0U);
  EXPECT_EQ(makers(video_pid, 1500ms).count(9), 0U);
  EXPECT_LE(greatest_dts_step(stand.check.of(video_pid)), ticks_per_second / 2);
  EXPECT_LE(greatest_dts_step(stand.check.of(audio_pid)), 1920 + 960);
  EXPECT_EQ(stand.told<Covered>().size(), 2U);
}

TEST_F(StandInTest, TheReturnIsOneSmallStep) {
  run(stand, {&primary, &fallback}, 5s);
  stand.end(primary.id);
  run(stand, {&fallback}, 5s);
  const std::size_t before = stand.check.of(video_pid).size();
  Living next(stand, setting(2));
  stand.splicer.select(next.id);
  run(stand, {&next, &fallback}, 2s);
  auto frames = stand.check.of(video_pid);
  frames.erase(frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(before) - 1);
  EXPECT_LE(greatest_dts_step(frames), ticks_per_second / 10);
  int changes = 0;
  for (std::size_t i = 1; i < frames.size(); ++i) {
    if (mark_of(frames[i]) != mark_of(frames[i - 1])) ++changes;
  }
  EXPECT_EQ(changes, 1);
}

TEST_F(StandInTest, ItsSoundAloneStandsInForSound) {
  EncoderSetting mute = setting(3);
  mute.audio_ends = mute.start + 6 * ticks_per_second;
  Living looped(stand, mute);
  stand.splicer.select(looped.id);
  run(stand, {&looped, &fallback}, 14s);
  EXPECT_EQ(makers(video_pid, 4s).count(9), 0U);
  EXPECT_GE(makers(audio_pid, 4s)[9], 180);
}

TEST_F(StandInTest, OneThatShowsItsParametersFirstDoesNotMakeTheProgramme) {
  EncoderSetting late = setting(4);
  late.width = 640;
  run(stand, {&fallback}, 3s);
  Living encoder(stand, late);
  stand.splicer.select(encoder.id);
  run(stand, {&encoder, &fallback}, 5s);
  EXPECT_EQ(stand.told<ReconnectNeeded>().size(), 0U);
  EXPECT_EQ(stand.told<Refused>().size(), 1U);
  EXPECT_EQ(makers(video_pid, 4s).count(4), 1U);
}

TEST_F(StandInTest, ItsSoundStandsInForAProgrammeOfSoundAlone) {
  Stand radio;
  radio.splicer.allow_cover({.is_allowed = true});
  EncoderSetting alone = setting(1);
  alone.has_video = false;
  Living encoder(radio, alone);
  Living with_picture(radio, setting(9, 777), Role::cover);
  radio.splicer.select(encoder.id);
  run(radio, {&encoder, &with_picture}, 5s);
  radio.end(encoder.id);
  run(radio, {&with_picture}, 5s);
  EXPECT_TRUE(radio.splicer.has_stand_in());
  EXPECT_EQ(mark_of(radio.check.of(audio_pid).back()), 9);
}

TEST_F(StandInTest, AnEncoderThatPausedReturns) {
  run(stand, {&primary, &fallback}, 5s);
  run(stand, {&fallback}, 4s);
  EXPECT_TRUE(stand.splicer.has_stand_in());
  run(stand, {&primary, &fallback}, 4s);
  EXPECT_EQ(stand.splicer.covered().size(), 0U);
  EXPECT_EQ(makers(video_pid, 1s).count(9), 0U);
  EXPECT_EQ(makers(audio_pid, 1s).count(9), 0U);
  EXPECT_LE(greatest_dts_step(stand.check.of(video_pid)), ticks_per_second / 2);
}

TEST_F(StandInTest, OneThatEndsLeavesTheLastPictureAndSilence) {
  run(stand, {&primary, &fallback}, 5s);
  stand.end(primary.id);
  run(stand, {&fallback}, 5s);
  stand.end(fallback.id);
  stand.splicer.drop(fallback.id);
  run(stand, {}, 5s);
  EXPECT_EQ(stand.splicer.covered().size(), 2U);
  EXPECT_FALSE(stand.splicer.has_stand_in());
  EXPECT_LE(greatest_dts_step(stand.check.of(video_pid)), ticks_per_second);
  EXPECT_LE(greatest_dts_step(stand.check.of(audio_pid)), 1920 + 960);
  EXPECT_EQ(stand.told<Covered>().size(), 2U);
}

TEST_F(StandInTest, OneThatIsToldToEndIsLeftAtOnce) {
  run(stand, {&primary, &fallback}, 5s);
  stand.end(primary.id);
  run(stand, {&fallback}, 5s);
  stand.splicer.retire(fallback.id);
  run(stand, {&fallback}, 3s);
  EXPECT_FALSE(stand.splicer.has_stand_in());
  EXPECT_LE(makers(video_pid, 2s)[9], 4);  // its last picture, repeated
}

TEST_F(StandInTest, OneThatDoesNotFitIsSaidOnceBeforeItIsNeededAndLeftOut) {
  EncoderSetting larger = setting(8);
  larger.width = 640;
  Living misfit(stand, larger, Role::cover);
  stand.splicer.drop(fallback.id);
  run(stand, {&primary, &misfit}, 5s);
  EXPECT_EQ(stand.told<Refused>().size(), 1U);
  EXPECT_EQ(stand.told<ReconnectNeeded>().size(), 0U);
  stand.end(primary.id);
  run(stand, {&misfit}, 10s);
  EXPECT_EQ(stand.told<Refused>().size(), 1U);
  EXPECT_EQ(makers(video_pid, 5s).count(8), 0U);
  EXPECT_GE(makers(audio_pid, 5s)[8], 200);  // its sound does
}

TEST_F(StandInTest, ItMayStandInAgainAndAgain) {
  run(stand, {&primary, &fallback}, 6s);
  for (int i = 0; i < 10; ++i) {
    run(stand, {&fallback}, 4s);
    EXPECT_TRUE(stand.splicer.has_stand_in()) << i;
    run(stand, {&primary, &fallback}, 5s);
    EXPECT_EQ(stand.splicer.covered().size(), 0U) << i;
  }
  EXPECT_LE(greatest_dts_step(stand.check.of(video_pid)), ticks_per_second / 2);
  EXPECT_LE(greatest_dts_step(stand.check.of(audio_pid)), 3 * 1920);
}

// Its media came in a burst: read at its pace it lies before the wall and must not be shown so.
TEST_F(StandInTest, OneThatRunsAheadIsReadAtThePaceOfTheWall) {
  stand.splicer.drop(fallback.id);
  Living burst(stand, setting(9), Role::cover);
  burst.born -= 5s;
  stand.now += step;
  burst.give(stand);
  EXPECT_GT(stand.splicer.read_after(burst.id, stand.now), stand.now + 4s);
}

}  // namespace

}  // namespace recovery::splice::test
