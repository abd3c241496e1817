// What FFmpeg's decoders make of a slate between an encoder's pictures.

#include <filesystem>
#include <fstream>
#include <memory>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/splice/real_encoder.hpp"

namespace recovery::splice::test {
namespace {

using namespace std::chrono_literals;

struct Material {
  std::string encoder, slate;  // options
};

void PrintTo(const Material& material, std::ostream* out) {
  *out << material.encoder << " with " << material.slate;
}

class Recording {
 public:
  explicit Recording(const std::string& slate) : splicer_(Options{}, now_) {
    CoverPolicy policy;
    policy.is_allowed = true;
    splicer_.allow_cover(policy);
    auto made = read_slate(mpegts_of(slate));
    if (!made) throw std::runtime_error("no slate: " + slate);
    splicer_.set_slate(std::make_shared<const Slate>(std::move(*made)));
    output_ = splicer_.attach();
  }

  SourceId begin() {
    const SourceId encoder = splicer_.add(Role::encoder);
    splicer_.select(encoder);
    return encoder;
  }
  void feed(SourceId encoder, Bytes bytes) {
    splicer_.feed(encoder, bytes, now_);
    read();
  }
  void end(SourceId encoder) {
    splicer_.end(encoder, now_);
    splicer_.drop(encoder);
    read();
  }
  void pass(Duration span) {
    for (const Instant until = now_ + span; now_ < until; now_ += 10ms) {
      splicer_.tick(now_);
      read();
    }
  }
  const ByteVector& bytes() const { return bytes_; }

 private:
  void read() { read_all(splicer_, output_, bytes_); }

  Instant now_{};
  Splicer splicer_;
  OutputId output_{};
  ByteVector bytes_;
};

class SlateDecoded : public testing::TestWithParam<Material> {
 protected:
  ~SlateDecoded() override { std::filesystem::remove(path_); }

  // The decoder's errors, and the mean luma of each picture.
  struct Seen {
    std::string errors;
    std::vector<double> luma;
  };
  Seen decode(const ByteVector& bytes) const {
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    const std::string passthrough = " -fps_mode passthrough -enc_time_base:v 1:90000 -f null -";
    Seen seen{output_of("ffmpeg -nostdin -v error -i " + path_ + passthrough), {}};
    std::istringstream lines(output_of(
        "ffmpeg -nostdin -v error -i " + path_ +
        " -vf format=yuv420p,signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-" +
        passthrough));
    for (std::string line; std::getline(lines, line);) {
      const std::size_t at = line.find("YAVG=");
      if (at != std::string::npos) seen.luma.push_back(std::stod(line.substr(at + 5)));
    }
    return seen;
  }
  // The slate's luma is above the limit, the encoder's own below.
  static std::string runs(const std::vector<double>& luma, double limit) {
    std::string text;
    for (const double each : luma) {
      const char kind = each > limit ? 's' : 'e';
      if (text.empty() || text.back() != kind) text += kind;
    }
    return text;
  }

  const std::string path_ =
      (std::filesystem::temp_directory_path() / ("slate_" + std::to_string(getpid()) + ".ts"))
          .string();
};

TEST_P(SlateDecoded, BetweenTwoEncodersWithoutAnError) {
  const ByteVector encoded = mpegts_of(GetParam().encoder);
  Recording recording(GetParam().slate);
  for (int i = 0; i < 2; ++i) {
    const SourceId encoder = recording.begin();
    recording.feed(encoder, encoded);
    recording.end(encoder);
    if (i == 0) recording.pass(10s);
  }
  const Seen seen = decode(recording.bytes());
  EXPECT_EQ(seen.errors, "");
  EXPECT_EQ(runs(seen.luma, 200), "ese");
}

// It goes on at its next key frame, whichever kind that is.
TEST_P(SlateDecoded, WhereOneEncoderPausesWithoutAnError) {
  const ByteVector encoded = mpegts_of(GetParam().encoder);
  Recording recording(GetParam().slate);
  const SourceId encoder = recording.begin();
  const std::size_t half = encoded.size() / 2 / packet_size * packet_size;
  recording.feed(encoder, Bytes(encoded).first(half));
  recording.pass(6s);
  recording.feed(encoder, Bytes(encoded).subspan(half));
  recording.end(encoder);
  const Seen seen = decode(recording.bytes());
  EXPECT_EQ(seen.errors, "");
  EXPECT_EQ(runs(seen.luma, 200).substr(0, 2), "es");
}

const std::string dark =
    "-f lavfi -i testsrc2=size=320x180:rate=25:duration=2,lutyuv=y=val/2 " + tone;
const std::string white = "-f lavfi -i color=white:size=320x180:rate=25 -frames:v 1 ";
const std::string x264 = "-c:v libx264 -pix_fmt yuv420p -x264-params ";

INSTANTIATE_TEST_SUITE_P(
    Codecs, SlateDecoded,
    testing::Values(
        Material{dark + "-c:v libx264 -g 12 -bf 3 -c:a aac", white + x264 + "sps-id=15:ref=1"},
        Material{dark + "-c:v libx264 -g 12 -bf 0 -c:a aac", white + x264 + "sps-id=15:ref=1"},
        Material{dark + "-c:v libx264 -g 12 -bf 3 -x264-params open-gop=1 -c:a aac",
                 white + x264 + "sps-id=15:ref=1"},
        Material{dark + "-c:v libx264 -g 12 -bf 0 -x264-params intra-refresh=1 -c:a aac",
                 white + x264 + "sps-id=15:ref=1"},
        Material{dark + "-c:v libx264 -flags +ildct+ilme -g 12 -bf 3 -c:a aac",
                 white + "-flags +ildct+ilme " + x264 + "sps-id=15:ref=1"},
        Material{dark + "-c:v libx264 -profile:v main -g 12 -bf 2 -c:a aac",
                 white + x264 + "ref=1:8x8dct=0"},
        Material{dark + "-c:v libx264 -pix_fmt yuv420p10le -g 12 -bf 2 -c:a aac",
                 white + "-c:v libx264 -pix_fmt yuv420p10le"},
        Material{dark + "-c:v libx265 -x265-params log-level=none:keyint=12 -c:a aac",
                 white + "-c:v libx265 -pix_fmt yuv420p -x265-params log-level=none"},
        Material{dark + "-c:v libx265 -x265-params log-level=none:keyint=12:bframes=0 -c:a aac",
                 white + "-c:v libx265 -pix_fmt yuv420p -x265-params log-level=none"}));

}  // namespace
}  // namespace recovery::splice::test
