// What is read off the frames of real encoders.

#include "recovery/splice/parameters.hpp"

#include <gtest/gtest.h>

#include "recovery/splice/demuxer.hpp"
#include "tests/splice/real_encoder.hpp"

namespace recovery::splice::test {
namespace {

struct Seen {
  std::optional<Parameters> parameters;
  int frames = 0, keys = 0;
  std::uint64_t samples = 0;
};

Seen seen_in(const ByteVector& bytes) {
  Demuxer demuxer;
  Seen seen;
  Bytes rest = bytes;
  const auto take = [&](ReadPes pes) {
    while (!pes.payload.empty()) {
      const auto found =
          inspect(demuxer.program().streams[pes.stream], pes.payload, pes.random_access);
      ASSERT_GT(found.size, 0U);
      pes.payload = pes.payload.subspan(found.size);
      ++seen.frames;
      seen.keys += found.is_key ? 1 : 0;
      seen.samples += found.samples;
      if (found.parameters) seen.parameters = found.parameters;
    }
  };
  while (const auto pes = demuxer.next(rest, Instant{})) take(*pes);
  while (const auto pes = demuxer.finish()) take(*pes);
  EXPECT_EQ(demuxer.counts().dropped_pes, 0U);
  return seen;
}

VideoParameters video_of(const std::string& options, int keys = 2) {
  const Seen seen = seen_in(mpegts_of(picture_320 + options));
  EXPECT_NEAR(seen.frames, 50, 1) << options;
  EXPECT_EQ(seen.keys, keys) << options;
  return std::get<VideoParameters>(seen.parameters.value());
}

AudioParameters audio_of(const std::string& options) {
  const Seen seen = seen_in(mpegts_of(tone + options));
  const auto audio = std::get<AudioParameters>(seen.parameters.value());
  EXPECT_NEAR(static_cast<double>(seen.samples) / audio.rate, 2, 0.1) << options;
  EXPECT_EQ(seen.keys, seen.frames);
  return audio;
}

TEST(Parameters, OfH264) {
  EXPECT_EQ(video_of("-c:v libx264 -preset ultrafast -g 25 -pix_fmt yuv420p"),
            (VideoParameters{320, 180, 66, 1, 8, false}));
  EXPECT_EQ(video_of("-c:v libx264 -preset veryfast -g 25 -pix_fmt yuv422p10le"),
            (VideoParameters{320, 180, 122, 2, 10, false}));
  EXPECT_EQ(video_of("-c:v libx264 -preset veryfast -g 25 -pix_fmt yuv444p -vf scale=322:182"),
            (VideoParameters{322, 182, 244, 3, 8, false}));
  EXPECT_TRUE(video_of("-c:v libx264 -g 25 -pix_fmt yuv420p -flags +ilme+ildct -x264opts tff=1")
                  .is_interlaced);
  EXPECT_EQ(video_of("-c:v libx264 -g 25 -pix_fmt yuv420p -x264opts open-gop=1:cqm=jvt").height,
            180U);
}

TEST(Parameters, OfHevc) {
  EXPECT_EQ(
      video_of("-c:v libx265 -preset ultrafast -x265-params log-level=none -g 25 -pix_fmt yuv420p"),
      (VideoParameters{320, 180, 1, 1, 8, false}));
  EXPECT_EQ(
      video_of(
          "-c:v libx265 -preset ultrafast -x265-params log-level=none -g 25 -pix_fmt yuv420p10le"),
      (VideoParameters{320, 180, 2, 1, 10, false}));
}

TEST(Parameters, OfMpeg2) {
  const VideoParameters video = video_of("-c:v mpeg2video -g 25 -b:v 1M");
  EXPECT_EQ(video.width, 320U);
  EXPECT_EQ(video.height, 180U);
  EXPECT_FALSE(video.is_interlaced);
}

TEST(Parameters, OfAac) {
  EXPECT_EQ(audio_of("-c:a aac -ac 2"), (AudioParameters{2, 48000, 2}));
  EXPECT_EQ(audio_of("-c:a aac -ar 44100 -ac 1"), (AudioParameters{2, 44100, 1}));
}

TEST(Parameters, OfMpegAudio) {
  EXPECT_EQ(audio_of("-c:a libmp3lame -ac 2"), (AudioParameters{3, 48000, 2}));
  EXPECT_EQ(audio_of("-c:a libmp3lame -ar 22050 -ac 1"), (AudioParameters{3, 22050, 1}));
  EXPECT_EQ(audio_of("-c:a mp2 -ar 44100 -ac 2"), (AudioParameters{2, 44100, 2}));
}

TEST(Parameters, OfAc3) {
  EXPECT_EQ(audio_of("-c:a ac3 -ac 2"), (AudioParameters{0, 48000, 2}));
  EXPECT_EQ(audio_of("-c:a ac3 -ac 6 -ar 44100"), (AudioParameters{0, 44100, 6}));
  EXPECT_EQ(audio_of("-c:a eac3 -ac 6"), (AudioParameters{0, 48000, 6}));
}

TEST(Parameters, OfOpus) {
  EXPECT_EQ(audio_of("-c:a libopus -ac 2"), (AudioParameters{0, 48000, 2}));
  EXPECT_EQ(audio_of("-c:a libopus -ac 1 -frame_duration 60"), (AudioParameters{0, 48000, 1}));
}

TEST(Parameters, KeyFrameWithoutParametersIsNone) {
  ByteVector picture = h264_picture({}, true, 0);
  EXPECT_TRUE(inspect_video(Codec::h264, picture, true).is_key);
  picture[6 + 4] = 0x66;  // its SPS is SEI now
  EXPECT_FALSE(inspect_video(Codec::h264, picture, true).is_key);
}

}  // namespace
}  // namespace recovery::splice::test
