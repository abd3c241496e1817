// What sources should not send, and do.

#include <gtest/gtest.h>

#include "tests/splice/stand.hpp"

namespace recovery::splice::test {
namespace {

// A source written by hand, a picture each 40 ms.
class ByHand {
 public:
  explicit ByHand(Stand& stand) : stand_(stand), id_(stand.splicer.add(Role::encoder)) {
    stand.splicer.select(id_);
  }
  void tables(const std::vector<MadeUpStream>& streams) { writer_.tables(streams); }
  void picture(bool is_key, std::uint16_t pid = 0x100) {
    const Ticks at = moved_by_ + pictures_++ * 3600;
    writer_.pes(pid, 0xe0, at, at, h264_picture({}, is_key, 1), is_key, false);
    give();
    stand_.now += 40ms;
  }
  void sound(std::uint16_t pid = 0x101) {
    const Ticks at = moved_by_ + pictures_ * 3600;
    writer_.pes(pid, 0xc0, at, at, adts_frame({}, 1), true, true);
  }
  void jump(Ticks by) { moved_by_ += by; }
  void give() { stand_.feed(id_, writer_.take()); }
  TsWriter& writer() { return writer_; }
  SourceId id() const { return id_; }

 private:
  Stand& stand_;
  SourceId id_;
  TsWriter writer_;
  Ticks pictures_ = 0, moved_by_ = 0;
};

const MadeUpStream picture_at_100 = {0x100, h264_type, {}};
const MadeUpStream sound_at_101 = {0x101, aac_type, {}};

TEST(BadInput, WithoutAKeyFrameNothingIsGiven) {
  Stand stand;
  ByHand source(stand);
  source.tables({picture_at_100, sound_at_101});
  for (int i = 0; i < 500; ++i) {
    source.picture(false);
    source.sound();
  }
  EXPECT_EQ(stand.told<FirstFrame>().size(), 1U);
  EXPECT_TRUE(stand.told<FirstKeyFrame>().empty());
  EXPECT_TRUE(stand.check.frames.empty());
}

TEST(BadInput, OneGroupOfTwoMinutesIsPassed) {
  Stand stand;
  EncoderSetting slow;
  slow.fps = 2;
  slow.gop = 250;
  Living a(stand, slow);
  stand.splicer.select(a.id);
  for (int i = 0; i < 2000; ++i) {
    stand.now += 100ms;
    a.give(stand);
    stand.tick();
  }
  EXPECT_NEAR(static_cast<double>(stand.check.of(video_pid).size()), 399, 1);
  EXPECT_EQ(stand.told<StreamSilent>().size(), 0U);
  EXPECT_TRUE(stand.splicer.state(stand.splicer.attach()).awaits_key_frame);
}

TEST(BadInput, StreamsOnOtherPidsGoOn) {
  Stand stand;
  ByHand source(stand);
  source.tables({picture_at_100});
  for (int i = 0; i < 50; ++i) source.picture(i % 25 == 0);
  source.tables({{0x200, h264_type, {}}});
  for (int i = 0; i < 50; ++i) source.picture(i % 25 == 0, 0x200);
  EXPECT_EQ(stand.told<ReconnectNeeded>().size(), 0U);
  EXPECT_GE(stand.check.of(video_pid).size(), 97U);
}

TEST(BadInput, AnotherStreamInThePmtMakesAnotherProgramme) {
  Stand stand;
  ByHand source(stand);
  source.tables({picture_at_100});
  for (int i = 0; i < 40; ++i) source.picture(i % 25 == 0);
  source.tables({picture_at_100, sound_at_101});
  for (int i = 40; i < 100; ++i) {
    source.picture(i % 25 == 0);
    source.sound();
  }
  EXPECT_EQ(stand.told<ProgramChanged>().size(), 2U);
  EXPECT_EQ(stand.told<ReconnectNeeded>().size(), 1U);
  EXPECT_TRUE(stand.splicer.state(stand.output).is_over);
  EXPECT_GE(stand.check.of(video_pid).size(), 48U);  // up to the next key frame
}

// It gives as fast as it should and will never catch up: that what is on air stands still meanwhile
// must not look as if it did. One group to see it, one to wait, and the next one comes in.
TEST(BadInput, TimeStampsThatJumpBackCostThreeGroupsOfPictures) {
  Stand stand;
  ByHand source(stand);
  source.tables({picture_at_100});
  for (int i = 0; i < 250; ++i) source.picture(i % 25 == 0);
  source.jump(-8 * ticks_per_second);
  for (int i = 0; i < 125; ++i) source.picture(i % 25 == 0);
  EXPECT_NEAR(static_cast<double>(stand.check.of(video_pid).size()), 250 + 50, 2);
}

TEST(BadInput, LostPacketCostsUpToTheNextKeyFrame) {
  Stand stand;
  ByHand source(stand);
  source.tables({picture_at_100});
  for (int i = 0; i < 30; ++i) source.picture(i % 25 == 0);
  source.writer().pes(0x100, 0xe0, 30 * 3600, 30 * 3600, ByteVector(100, 1), false, false);
  source.writer().take();  // lost
  for (int i = 30; i < 80; ++i) source.picture(i % 25 == 0);
  EXPECT_NEAR(static_cast<double>(stand.check.of(video_pid).size()), 59, 1);
}

TEST(BadInput, FloodOfGarbageIsSkipped) {
  Stand stand;
  ByHand source(stand);
  std::uint32_t dice = 1;
  for (int i = 0; i < 200; ++i) {
    ByteVector garbage(65536);
    for (auto& each : garbage)
      each = static_cast<std::uint8_t>((dice = dice * 1664525U + 1013904223U) >> 24U);
    stand.feed(source.id(), garbage);
  }
  EXPECT_TRUE(stand.check.frames.empty());
  source.tables({picture_at_100});
  for (int i = 0; i < 10; ++i) source.picture(i == 0);
  EXPECT_GE(stand.check.of(video_pid).size(), 8U);
}

TEST(BadInput, ManyHugePicturesHoldNoMoreThanTheLimit) {
  Stand stand;
  ByHand source(stand);
  std::vector<MadeUpStream> streams;
  for (std::uint16_t i = 0; i < 30; ++i)
    streams.push_back({static_cast<std::uint16_t>(0x100 + i), h264_type, {}});
  source.tables(streams);
  EncoderSetting huge;
  huge.picture_size = 3 << 20;
  for (const MadeUpStream& each : streams) {
    for (int i = 0; i < 2; ++i) {
      source.writer().pes(each.pid, 0xe0, i * 3600, i * 3600, h264_picture(huge, true, 1), true,
                          false);
    }
    source.give();
  }
  EXPECT_LE(stand.splicer.find(source.id())->held_bytes(),
            Demuxer::held_limit + Demuxer::pes_limit * 2);
  EXPECT_GT(stand.splicer.find(source.id())->counts().dropped_pes, 10U);
}

TEST(BadInput, PicturesOfImpossibleTimesAreDropped) {
  Stand stand;
  ByHand source(stand);
  source.tables({picture_at_100});
  for (int i = 0; i < 10; ++i) {
    source.writer().pes(0x100, 0xe0, 100, 200, h264_picture({}, true, 1), true,
                        false);  // PTS < DTS
  }
  source.writer().pes(0x100, 0xe0, 20 * ticks_per_second, 200, h264_picture({}, true, 1), true,
                      true);
  source.give();
  EXPECT_TRUE(stand.check.frames.empty());
  EXPECT_EQ(stand.splicer.find(source.id())->bad_frames(), 11U);
}

}  // namespace
}  // namespace recovery::splice::test
