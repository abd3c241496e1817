// Where a slate stands in, and where the last key frame does.

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "tests/splice/encoders.hpp"
#include "tests/splice/made_up_slate.hpp"

namespace recovery::splice::test {
namespace {

struct SlateTest : testing::Test {
  SlateTest() {
    CoverPolicy policy;
    policy.is_allowed = true;
    stand.splicer.allow_cover(policy);
  }

  // What was shown last.
  int shown() const { return mark_of(stand.check.of(video_pid).back()); }
  // An encoder that gives for five seconds and ends; then nothing comes for three.
  void end_after(const EncoderSetting& setting) {
    Living a(stand, setting);
    stand.splicer.select(a.id);
    run(stand, {&a}, 5s);
    stand.end(a.id);
    run(stand, {}, 3s);
  }

  Stand stand;
};

TEST_F(SlateTest, StandsInPlaceOfTheLastKeyFrame) {
  stand.splicer.set_slate(slate_like(setting(1)));
  end_after(setting(1));
  EXPECT_EQ(shown(), slate_mark);
  EXPECT_TRUE(stand.splicer.shows_slate());
  EXPECT_LE(greatest_dts_step(stand.check.of(video_pid)), ticks_per_second / 2);
  Living b(stand, setting(2));
  stand.splicer.select(b.id);
  run(stand, {&b}, 3s);
  EXPECT_EQ(shown(), 2);
  EXPECT_FALSE(stand.splicer.shows_slate());
}

TEST_F(SlateTest, OfOtherParametersIsNotShown) {
  EncoderSetting wide = setting(1);
  wide.width = 640;
  stand.splicer.set_slate(slate_like(wide));
  end_after(setting(1));
  EXPECT_EQ(shown(), 1);
  EXPECT_FALSE(stand.splicer.shows_slate());
}

TEST_F(SlateTest, IsNotShownAnyMoreWhereTheParametersHaveChanged) {
  stand.splicer.set_slate(slate_like(setting(1)));
  end_after(setting(1));
  ASSERT_EQ(shown(), slate_mark);
  EncoderSetting wide = setting(2);
  wide.width = 640;
  Living b(stand, wide);
  stand.splicer.select(b.id);
  run(stand, {&b}, 5s);
  ASSERT_EQ(stand.told<ReconnectNeeded>().size(), 1U);
  stand.output = stand.splicer.attach();
  stand.check = {};
  run(stand, {&b}, 3s);
  stand.end(b.id);
  run(stand, {}, 3s);
  EXPECT_EQ(shown(), 2);
}

TEST_F(SlateTest, ThatComesLateTakesOverAndThatIsTakenBackLeaves) {
  end_after(setting(1));
  ASSERT_EQ(shown(), 1);
  stand.splicer.set_slate(slate_like(setting(1)));
  run(stand, {}, 2s);
  EXPECT_EQ(shown(), slate_mark);
  stand.splicer.set_slate(nullptr);
  run(stand, {}, 2s);
  EXPECT_EQ(shown(), 1);
}

// A line that carries the stream carries its cover.
TEST_F(SlateTest, ABigOneComesMoreSeldom) {
  auto big = std::make_shared<Slate>(*slate_like(setting(1)));
  big->picture.resize(big->picture.size() + 400'000, 0xff);
  stand.splicer.set_slate(big);
  end_after(setting(1));
  const auto frames = stand.check.of(video_pid);
  EXPECT_EQ(frames.back().dts - frames[frames.size() - 2].dts, ticks_per_second);
}

TEST(Slate, IsReadOfAWholeKeyFrameOnly) {
  EXPECT_FALSE(read_slate({}));
  const std::string text = "ffmpeg: no such file";
  EXPECT_FALSE(read_slate({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}));
  EncoderSetting sound = setting(1);
  sound.has_video = false;
  EXPECT_FALSE(read_slate(MadeUpEncoder(sound).until(2s)));
  const auto slate = slate_like(setting(1));
  ASSERT_TRUE(slate);
  EXPECT_EQ(slate->codec, Codec::h264);
  EXPECT_EQ(slate->parameters.width, 320U);
}

}  // namespace
}  // namespace recovery::splice::test
