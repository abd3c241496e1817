// What FFmpeg's decoders make of what stands in.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/splice/real_encoder.hpp"

namespace recovery::splice::test {
namespace {

using namespace std::chrono_literals;

// Two encoders of two seconds each, and eight seconds between them in which something stands in.
ByteVector with_cover(const ByteVector& encoded) {
  Instant now{};
  Splicer splicer(Options{}, now);
  CoverPolicy policy;
  policy.is_allowed = true;
  splicer.allow_cover(policy);
  const OutputId output = splicer.attach();
  ByteVector bytes;
  for (int i = 0; i < 2; ++i) {
    const SourceId encoder = splicer.add(Role::encoder);
    splicer.select(encoder);
    splicer.feed(encoder, encoded, now);
    read_all(splicer, output, bytes);
    splicer.end(encoder, now);
    splicer.drop(encoder);
    for (const Instant until = now + 10s; i == 0 && now < until; now += 10ms) {
      splicer.tick(now);
      read_all(splicer, output, bytes);
    }
  }
  return bytes;
}

class CoverDecoded : public testing::TestWithParam<std::string> {
 protected:
  ~CoverDecoded() override { std::filesystem::remove(path_); }

  const std::string path_ =
      (std::filesystem::temp_directory_path() / ("cover_" + std::to_string(getpid()) + ".ts"))
          .string();
};

TEST_P(CoverDecoded, WithoutAnErrorAndWithoutASound) {
  const ByteVector bytes = with_cover(mpegts_of(GetParam()));
  std::ofstream(path_, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  EXPECT_EQ(output_of("ffmpeg -nostdin -v error -i " + path_ +
                      " -fps_mode passthrough -enc_time_base:v 1:90000 -f null -"),
            "");
  const std::string heard = output_of("ffmpeg -nostdin -hide_banner -i " + path_ +
                                      " -af silencedetect=noise=-80dB:duration=1 -f null -");
  const std::size_t at = heard.find("silence_duration: ");
  ASSERT_NE(at, std::string::npos) << heard;
  EXPECT_NEAR(std::atof(heard.c_str() + at + 18), 8, 0.4);
  EXPECT_EQ(heard.find("silence_duration: ", at + 18), std::string::npos) << heard;
}

const std::string both = picture_320 + tone;
const std::string stereo = "-f lavfi -i \"aevalsrc=sin(2764*t)|sin(1764*t):duration=2\" ";

// Of each kind of head one, and pictures that are reordered.
INSTANTIATE_TEST_SUITE_P(
    Codecs, CoverDecoded,
    testing::Values(both + "-c:v libx264 -g 25 -bf 3 -c:a aac -ac 2",
                    both + "-c:v libx264 -g 50 -x264-params open-gop=1 -c:a aac -ac 1 -ar 44100",
                    both + "-c:v mpeg2video -g 12 -c:a mp2 -ac 2",
                    both + "-c:v libx265 -x265-params log-level=none:keyint=25 -c:a libopus -ac 2",
                    tone + "-c:a libopus", tone + "-c:a aac -ac 6", tone + "-c:a aac -ar 22050",
                    stereo + "-c:a aac -b:a 256k", stereo + "-c:a libmp3lame",
                    stereo + "-c:a libmp3lame -q:a 2", tone + "-c:a libmp3lame -ar 22050 -ac 1",
                    tone + "-c:a mp2 -b:a 192k"));

}  // namespace
}  // namespace recovery::splice::test
