#include "recovery/splice/splicer.hpp"

#include <gtest/gtest.h>

#include "tests/splice/encoders.hpp"

namespace recovery::splice::test {
namespace {

TEST(Splicer, PassesOneEncoderWhole) {
  Stand stand;
  Living a(stand, setting(1));
  stand.splicer.select(a.id);
  run(stand, {&a}, 5s);
  const auto pictures = stand.check.of(video_pid);
  EXPECT_GE(pictures.size(), 123U);  // the last one has not ended
  EXPECT_EQ(greatest_dts_step(pictures), 3600);
  EXPECT_TRUE(pictures[0].is_marked);
  EXPECT_FALSE(pictures[1].is_marked);
  const auto sounds = stand.check.of(audio_pid);
  EXPECT_GE(sounds.size(), 233U);
  EXPECT_EQ(greatest_dts_step(sounds), 1920);
  EXPECT_EQ(pictures[7].payload, h264_picture(setting(1), false, 7));
  EXPECT_EQ(sounds[7].payload, adts_frame(setting(1), 7));
  EXPECT_EQ(pictures[0].dts, sounds[0].dts);
  EXPECT_EQ(stand.told<FirstKeyFrame>().size(), 1U);
  EXPECT_EQ(stand.told<Switched>().size(), 2U);
  EXPECT_EQ(stand.told<StreamSilent>().size(), 0U);
  ASSERT_EQ(stand.told<ParametersKnown>().size(), 1U);
  EXPECT_TRUE(stand.told<ParametersKnown>()[0].is_complete);
}

TEST(Splicer, NextEncoderThatIsReadyComesInAtItsKeyFrame) {
  Stand stand;
  Living a(stand, setting(1));
  stand.splicer.select(a.id);
  run(stand, {&a}, 500ms);
  Living b(stand, setting(2, 99'000'000));
  run(stand, {&a, &b}, 4700ms);
  stand.splicer.select(b.id);
  run(stand, {&a, &b}, 3s);
  const auto pictures = stand.check.of(video_pid);
  EXPECT_LE(greatest_dts_step(pictures), 2 * 3600);
  EXPECT_LE(greatest_dts_step(stand.check.of(audio_pid)), 1920 + 960);
  const auto first_of_b = std::find_if(pictures.begin(), pictures.end(),
                                       [](const SeenFrame& each) { return mark_of(each) == 2; });
  ASSERT_NE(first_of_b, pictures.end());
  EXPECT_TRUE(first_of_b->is_marked);
  EXPECT_TRUE(std::all_of(first_of_b, pictures.end(),
                          [](const SeenFrame& each) { return mark_of(each) == 2; }));
}

TEST(Splicer, SoundKeepsItsOffsetToThePicture) {
  Stand stand;
  Living a(stand, setting(1));
  EncoderSetting with_b = setting(2, 5'000'000);
  with_b.b_frames = 3;
  Living b(stand, with_b);
  stand.splicer.select(a.id);
  run(stand, {&a, &b}, 3300ms);
  stand.splicer.select(b.id);
  run(stand, {&a, &b}, 3s);
  stand.splicer.select(a.id);
  run(stand, {&a, &b}, 3s);
  for (int mark = 1; mark <= 2; ++mark) {
    // The last key frame of each, and the sound that its encoder gave at the same time.
    const auto pictures = stand.check.of(video_pid);
    const auto sounds = stand.check.of(audio_pid);
    const auto key = std::find_if(pictures.rbegin(), pictures.rend(), [&](const SeenFrame& each) {
      return mark_of(each) == mark && each.is_marked;
    });
    ASSERT_NE(key, pictures.rend());
    const auto number_at = std::search_n(key->payload.begin(), key->payload.end(), 1, 0x88) + 2;
    const int number = number_at[0] << 8 | number_at[1];
    const Ticks media = number * 3600 + (mark == 2 ? 3600 : 0);  // pts, since the encoder's start
    const auto sound =
        std::min_element(sounds.begin(), sounds.end(), [&](const SeenFrame& x, const SeenFrame& y) {
          const auto far = [&](const SeenFrame& each) {
            return (mark_of(each) == mark ? 0 : 1'000'000) +
                   std::abs((each.payload[8] << 8 | each.payload[9]) * 1920 - media);
          };
          return far(x) < far(y);
        });
    const Ticks sound_media = (sound->payload[8] << 8 | sound->payload[9]) * 1920;
    EXPECT_NEAR(static_cast<double>(key->pts - sound->pts),
                static_cast<double>(media - sound_media), 20)
        << mark;
  }
}

TEST(Splicer, KilledEncoderLeavesNothingTorn) {
  Stand stand;
  Living a(stand, setting(1));
  stand.splicer.select(a.id);
  run(stand, {&a}, 2s);
  ByteVector torn = a.encoder.until(2100ms);
  torn.resize(torn.size() - 700);
  stand.now += 100ms;
  stand.feed(a.id, torn);
  stand.end(a.id);
  stand.now += 300ms;
  Living b(stand, setting(2));
  stand.splicer.select(b.id);
  run(stand, {&b}, 2s);
  stand.splicer.drop(a.id);
  const auto pictures = stand.check.of(video_pid);
  for (const SeenFrame& each : pictures) EXPECT_EQ(each.payload.size(), 600U);
  EXPECT_LT(greatest_dts_step(pictures), to_ticks(600ms));
  EXPECT_GT(greatest_dts_step(pictures), to_ticks(300ms));
}

TEST(Splicer, LastFrameOfAnEndIsGiven) {
  Stand stand;
  Living a(stand, setting(1));
  stand.splicer.select(a.id);
  run(stand, {&a}, 1s);
  EXPECT_EQ(stand.check.of(video_pid).size(), 24U);
  stand.end(a.id);
  EXPECT_EQ(stand.check.of(video_pid).size(), 25U);
}

TEST(Splicer, BacklogAfterAPauseIsGivenWhereNothingCovered) {
  Stand stand;
  Living a(stand, setting(1));
  stand.splicer.select(a.id);
  run(stand, {&a}, 2s);
  stand.now += 4s;
  stand.tick();
  EXPECT_EQ(stand.told<StreamSilent>().size(), 2U);
  run(stand, {&a}, 2s);
  EXPECT_EQ(stand.told<StreamBack>().size(), 2U);
  const auto pictures = stand.check.of(video_pid);
  EXPECT_EQ(greatest_dts_step(pictures), 3600);
  EXPECT_NEAR(static_cast<double>(pictures.size()), 199, 2);
  EXPECT_LE(
      to_duration(stand.splicer.find(a.id)->lead(stand.now, ProgrammeClock(Instant{}, 900000))),
      50ms);
}

TEST(Splicer, BacklogThatWasCoveredIsDroppedUpToTheKeyFrameThatFits) {
  Stand stand;
  Living a(stand, setting(1));
  Living cover(stand, setting(9, 777), Role::cover);
  stand.splicer.select(a.id);
  run(stand, {&a, &cover}, 2s);
  stand.splicer.select(cover.id);  // as the cover does that takes a silent stream's place
  run(stand, {&cover}, 4s);
  stand.splicer.select(a.id);
  stand.feed(a.id, a.encoder.until(stand.now - a.born));
  run(stand, {&a, &cover}, 3s);
  const auto pictures = stand.check.of(video_pid);
  EXPECT_LE(greatest_dts_step(pictures), 2 * 3600);
  EXPECT_EQ(mark_of(pictures.back()), 1);
  EXPECT_LT(pictures.back().pts - pictures.front().pts, to_ticks(9100ms));  // no lead taken on
  EXPECT_EQ(stand.splicer.counts().anchored_anew, 0U);
}

TEST(Splicer, SourceThatStaysBehindIsAnchoredAnew) {
  Stand stand;
  Living a(stand, setting(1));
  Living cover(stand, setting(9), Role::cover);
  stand.splicer.select(a.id);
  run(stand, {&a, &cover}, 2s);
  stand.splicer.select(cover.id);
  run(stand, {&cover}, 3s);
  a.born += 3s;  // it stood still and goes on where it was
  stand.splicer.select(a.id);
  run(stand, {&a, &cover}, 4s);
  EXPECT_EQ(mark_of(stand.check.of(video_pid).back()), 1);
  EXPECT_EQ(stand.splicer.counts().anchored_anew, 1U);
}

TEST(Splicer, BurstsAreNoSilenceAndNoHole) {
  Stand stand;
  Living a(stand, setting(1));
  stand.splicer.select(a.id);
  for (int i = 1; i <= 5; ++i) {
    stand.feed(a.id, a.encoder.until(i * 6s));
    for (int j = 0; j < 60; ++j) {
      stand.now += 100ms;
      stand.tick();
    }
  }
  EXPECT_EQ(stand.told<StreamSilent>().size(), 0U);
  EXPECT_EQ(greatest_dts_step(stand.check.of(video_pid)), 3600);
}

TEST(Splicer, ReadingIsPacedWhereASourceRunsAhead) {
  Stand stand;
  Living a(stand, setting(1));
  stand.splicer.select(a.id);
  stand.feed(a.id, a.encoder.until(4s));
  EXPECT_EQ(stand.splicer.read_after(a.id, stand.now), stand.now);
  stand.feed(a.id, a.encoder.until(8s));
  const Duration wait = stand.splicer.read_after(a.id, stand.now) - stand.now;
  EXPECT_NEAR(monitor::seconds(wait), 3, 0.1);
  EXPECT_EQ(stand.splicer.read_after(a.id, stand.now + wait + 1ms), stand.now + wait + 1ms);
}

TEST(Splicer, StreamThatGoesSilentIsToldByItself) {
  Stand stand;
  Living a(stand, setting(1));
  stand.splicer.select(a.id);
  run(stand, {&a}, 2s);
  a.encoder.setting().audio_ends = 2 * ticks_per_second;
  const Instant silent = stand.now;
  while (stand.told<StreamSilent>().empty() && stand.now < silent + 5s) run(stand, {&a}, step);
  ASSERT_EQ(stand.told<StreamSilent>().size(), 1U);
  EXPECT_EQ(stand.told<StreamSilent>()[0].stream, (StreamName{Kind::audio, 0}));
  EXPECT_NEAR(monitor::seconds(stand.now - silent), 1.02, 0.04);
}

TEST(Splicer, SlowPicturesAreNoSilence) {
  Stand stand;
  EncoderSetting slides = setting(1);
  slides.fps = 0.5;
  slides.gop = 5;
  slides.has_audio = false;
  Living a(stand, slides);
  stand.splicer.select(a.id);
  run(stand, {&a}, 30s);
  EXPECT_EQ(stand.told<StreamSilent>().size(), 0U);
  EXPECT_EQ(greatest_dts_step(stand.check.of(video_pid)), 180000);
}

TEST(Splicer, ClockWraps) {
  Options options;
  options.origin = ticks_per_wrap - 3 * ticks_per_second;
  Stand stand(options);
  Living a(stand, setting(1, ticks_per_wrap - 2 * ticks_per_second));
  Living b(stand, setting(2, ticks_per_wrap - 5 * ticks_per_second));
  stand.splicer.select(a.id);
  run(stand, {&a, &b}, 2500ms);
  stand.splicer.select(b.id);
  run(stand, {&a, &b}, 2500ms);
  stand.splicer.select(a.id);
  run(stand, {&a, &b}, 2500ms);
  EXPECT_LE(greatest_dts_step(stand.check.of(video_pid)), 2 * 3600);
  EXPECT_GT(stand.check.frames.back().pts, ticks_per_wrap);
}

TEST(Splicer, LeadingPicturesOfAnOpenGroupAreDropped) {
  Stand stand;
  EncoderSetting open = setting(2);
  open.is_open = true;
  open.b_frames = 2;
  Living a(stand, setting(1));
  Living b(stand, open);
  stand.splicer.select(a.id);
  run(stand, {&a, &b}, 2300ms);
  stand.splicer.select(b.id);
  run(stand, {&a, &b}, 3s);
  const auto pictures = stand.check.of(video_pid);
  const auto key = std::find_if(pictures.begin(), pictures.end(),
                                [](const SeenFrame& each) { return mark_of(each) == 2; });
  ASSERT_NE(key, pictures.end());
  EXPECT_TRUE(std::all_of(key + 1, pictures.end(),
                          [key](const SeenFrame& each) { return each.pts > key->pts; }));
  // Of each group of 25 two are leading, and only those behind the splice are missing.
  EXPECT_GT(pictures.end() - key, 40);
}

TEST(Splicer, NewEncodersFirstFrameOfSoundIsLeftOut) {
  Stand stand;
  Living a(stand, setting(1));
  stand.splicer.select(a.id);
  run(stand, {&a}, 2s);
  Living b(stand, setting(2));
  stand.splicer.select(b.id);
  run(stand, {&b}, 1s);
  const auto sounds = stand.check.of(audio_pid);
  const auto first = std::find_if(sounds.begin(), sounds.end(),
                                  [](const SeenFrame& each) { return mark_of(each) == 2; });
  ASSERT_NE(first, sounds.end());
  EXPECT_EQ(first->payload[9], 1);
}

TEST(Splicer, SoundWaitsForItsPictureWhileAnotherEncoderIsSeen) {
  Stand stand;
  Living a(stand, setting(1));
  EncoderSetting slow = setting(2);
  slow.gop = 100;
  Living b(stand, slow);
  stand.splicer.select(b.id);
  run(stand, {&a, &b}, 1s);
  stand.splicer.select(a.id);
  run(stand, {&a, &b}, 3500ms);
  stand.splicer.select(b.id);  // its key frames come at 4 s and 8 s
  run(stand, {&a, &b}, 3200ms);
  EXPECT_EQ(mark_of(stand.check.of(video_pid).back()), 1);
  EXPECT_EQ(mark_of(stand.check.of(audio_pid).back()), 1);
  run(stand, {&a, &b}, 1s);
  EXPECT_EQ(mark_of(stand.check.of(video_pid).back()), 2);
  EXPECT_EQ(mark_of(stand.check.of(audio_pid).back()), 2);
}

TEST(Splicer, SoundComesBackBeforeItsPictureUnderCover) {
  Stand stand;
  Living cover(stand, setting(9), Role::cover);
  EncoderSetting slow = setting(1);
  slow.gop = 250;
  Living a(stand, slow);
  stand.splicer.select(a.id);
  run(stand, {&a, &cover}, 1s);
  stand.splicer.select(cover.id);
  run(stand, {&a, &cover}, 2s);
  stand.splicer.select(a.id);
  run(stand, {&a, &cover}, 2s);
  EXPECT_EQ(mark_of(stand.check.of(video_pid).back()), 9);
  EXPECT_EQ(mark_of(stand.check.of(audio_pid).back()), 1);
  run(stand, {&a, &cover}, 6s);
  EXPECT_EQ(mark_of(stand.check.of(video_pid).back()), 1);
}

TEST(Splicer, AudioAloneIsJoinedWithinHalfAFrame) {
  Stand stand;
  EncoderSetting radio = setting(1);
  radio.has_video = false;
  Living a(stand, radio);
  stand.splicer.select(a.id);
  run(stand, {&a}, 1230ms);
  radio.mark = 2;
  radio.start = 4711;
  Living b(stand, radio);
  run(stand, {&a, &b}, 1s);
  stand.splicer.select(b.id);
  run(stand, {&a, &b}, 1s);
  const auto sounds = stand.check.of(audio_pid);
  EXPECT_LE(greatest_dts_step(sounds), 1920 + 960);
  EXPECT_EQ(mark_of(sounds.back()), 2);
}

TEST(Splicer, FramesOfSoundThatShareAPesAreTakenApart) {
  Stand stand;
  const SourceId id = stand.splicer.add(Role::encoder);
  stand.splicer.select(id);
  TsWriter writer;
  writer.tables({{0x101, aac_type, {}}});
  for (std::uint64_t i = 0; i < 4; ++i) {
    ByteVector three;
    for (std::uint64_t j = 0; j < 3; ++j) {
      const ByteVector frame = adts_frame(setting(1), 3 * i + j);
      three.insert(three.end(), frame.begin(), frame.end());
    }
    const Ticks at = static_cast<Ticks>(i) * 3 * 1920;
    writer.pes(0x101, 0xc0, at, at, three, true, true);
  }
  stand.feed(id, writer.take());
  run(stand, {}, 200ms);
  const auto sounds = stand.check.of(audio_pid);
  ASSERT_EQ(sounds.size(), 12U);
  EXPECT_EQ(greatest_dts_step(sounds), 1920);
  EXPECT_EQ(sounds[7].payload, adts_frame(setting(1), 7));
}

}  // namespace
}  // namespace recovery::splice::test
