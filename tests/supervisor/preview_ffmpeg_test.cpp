// The picture and the level that a real FFmpeg gives of a stream.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child_run.hpp"
#include "content_limits.hpp"
#include "monitor/ffmpeg/progress.hpp"
#include "monitor/jpeg.hpp"
#include "supervisor/ffmpeg/ffmpeg_command.hpp"
#include "supervisor/ffmpeg/preview_command.hpp"
#include "supervisor/stream/picture_file.hpp"

namespace supervisor {
namespace {

using namespace test;
using monitor::Preview;

const Preview both{.picture = 10s, .level = true};

struct PreviewFfmpeg : testing::Test {
  ~PreviewFfmpeg() override { std::filesystem::remove_all(folder); }

  std::string make(const std::string& name, const std::string& picture, const std::string& sound) {
    std::filesystem::create_directories(folder);
    Words argv = {"ffmpeg", "-v", "error", "-y"};
    for (const std::string& input : {picture, sound})
      if (!input.empty()) argv.insert(argv.end(), {"-f", "lavfi", "-i", input});
    argv.insert(argv.end(), {"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p",
                             "-c:a", "aac", "-b:a", "128k", folder + '/' + name});
    boost::asio::io_context loop;
    ChildRun run(loop, argv);
    run.spec.capture_progress = false;
    EXPECT_TRUE(run.run() && run.exit->code == 0) << run.errors;
    return folder + '/' + name;
  }

  struct Seen {
    std::optional<http::Picture> picture;
    std::vector<monitor::AudioLevel> levels;
    std::int64_t repeated = 0, dropped = 0;
    std::string errors;
  };
  // A copy of the input, to its end.
  static Seen copy(const Words& input, const Preview& preview, const Content& content = {}) {
    Words argv = {"ffmpeg", "-y"};
    argv.insert(argv.end(), input.begin(), input.end());
    argv.insert(argv.end(), {"-c", "copy", "-f", "mpegts", "/dev/null"});
    auto file = PictureFile::make({3});
    EXPECT_TRUE(file);
    boost::asio::io_context loop;
    ChildRun run(loop,
                 with_picture_file(FfmpegCommand(argv).with_supervision(3, 100ms, content, preview),
                                   file->number()));
    run.spec.inherited = {file->number()};
    EXPECT_TRUE(run.run() && run.exit->code == 0) << joined(run.spec.argv) << '\n' << run.errors;
    Seen seen{.picture = file->read(), .levels = {}, .errors = run.errors};
    EXPECT_FALSE(file->read()) << "it was given";
    monitor::ProgressParser parser;
    for (std::size_t at = 0; at < run.progress.size(); at += 64) {
      for (const auto& block : parser.feed(std::string_view(run.progress).substr(at, 64))) {
        seen.repeated = block.dup_frames.value_or(0);
        seen.dropped = block.drop_frames.value_or(0);
      }
      if (parser.level()) seen.levels.push_back(*parser.level());
    }
    EXPECT_EQ(parser.rejected_lines(), 0U);
    return seen;
  }

  // Width, height, and the colour in the middle.
  Words decoded(const http::Picture& picture) {
    const std::string jpeg = folder + "/shown.jpg";
    std::ofstream(jpeg, std::ios::binary) << *picture.jpeg;
    boost::asio::io_context loop;
    ChildRun run(
        loop, {"sh", "-c",
               "ffprobe -v error -show_entries stream=width,height -of default=nw=1:nk=1 " + jpeg +
                   " >&2 && ffmpeg -v error -i " + jpeg +
                   " -vf scale=1:1,format=rgb24 -f rawvideo - | od -An -tu1 >&2"});
    run.spec.capture_progress = false;
    EXPECT_TRUE(run.run());
    std::istringstream text(run.errors);
    return {std::istream_iterator<std::string>(text), {}};
  }

  std::string folder = testing::TempDir() + "preview_ffmpeg_" + std::to_string(::getpid());
};

TEST_F(PreviewFfmpeg, ARedSourceGivesASmallRedPicture) {
  const std::string red = make("red.ts", "color=red:s=1280x720:r=25:d=2", "sine=f=440:r=48000:d=2");
  const Seen seen = copy({"-i", red}, both);
  ASSERT_TRUE(seen.picture) << seen.errors;
  const Words shown = decoded(*seen.picture);
  ASSERT_EQ(shown.size(), 5U) << joined(shown);
  EXPECT_EQ(shown[0] + "x" + shown[1], "320x180");
  EXPECT_GT(std::stoi(shown[2]), 235);
  EXPECT_LT(std::stoi(shown[3]), 25);
  EXPECT_LT(std::stoi(shown[4]), 25);
  EXPECT_EQ(seen.repeated, 0);
  EXPECT_EQ(seen.dropped, 0);
  EXPECT_EQ(seen.errors.find("deprecated pixel format"), std::string::npos);
}

// A sine of amplitude 0.1 * sqrt(2) has a level of -20 dB.
TEST_F(PreviewFfmpeg, TheLevelIsThatOfTheSound) {
  const std::string tone = make("tone.ts", "", "aevalsrc='0.141421*sin(2*PI*1000*t)':s=44100:d=5");
  const auto levels = copy({"-i", tone}, both).levels;
  ASSERT_GE(levels.size(), 4U);
  for (std::size_t i = 1; i < levels.size(); ++i) {
    EXPECT_NEAR(levels[i].rms_dbfs, -20, 1);
    EXPECT_NEAR(levels[i].peak_dbfs, -17, 1);
  }
  const std::string silence = make("silence.ts", "", "anullsrc=r=48000:d=5");
  EXPECT_LE(copy({"-i", silence}, both).levels.back().rms_dbfs, -90);
}

// Where a source turns out to have no picture, or no sound, FFmpeg goes on all the same.
TEST_F(PreviewFfmpeg, ASourceWithoutPictureOrSoundIsPublishedAsBefore) {
  EXPECT_FALSE(copy({"-i", make("sound.ts", "", "sine=d=2")}, both).picture);
  const Seen seen = copy({"-i", make("picture.ts", "testsrc2=s=320x180:d=2", "")}, both);
  EXPECT_TRUE(seen.picture);
  EXPECT_TRUE(seen.levels.empty());
}

TEST_F(PreviewFfmpeg, WithTheContentBothAreSeen) {
  const std::string source =
      make("black.ts", "color=black:s=640x360:r=25:d=6", "anullsrc=r=48000:d=6");
  const Seen seen = copy({"-i", source}, both, all());
  EXPECT_TRUE(seen.picture);
  EXPECT_FALSE(seen.levels.empty());
}

// The file holds one picture, however many were written.
TEST_F(PreviewFfmpeg, NobodyHasToReadAndTheFileDoesNotGrow) {
  const std::string source = make("long.ts", "testsrc2=s=320x180:r=5:d=300", "");
  auto file = PictureFile::make({3});
  boost::asio::io_context loop;
  ChildRun run(loop, with_picture_file(FfmpegCommand(words("ffmpeg -y -i " + source +
                                                           " -c copy -f mpegts /dev/null"))
                                           .with_supervision(3, 100ms, {}, both),
                                       file->number()));
  run.spec.inherited = {file->number()};
  ASSERT_TRUE(run.run() && run.exit->code == 0) << run.errors;
  struct stat status {};
  ::fstat(file->number(), &status);
  EXPECT_LT(status.st_size, 32 * 1024);
  EXPECT_TRUE(file->read());
}

TEST(PictureFile, TakesNoNumberThatIsNamedAndGivesOnlyWholePictures) {
  auto first = PictureFile::make({});
  ASSERT_TRUE(first);
  auto file = PictureFile::make({first->number() + 1, first->number() + 2});
  ASSERT_TRUE(file);
  EXPECT_GT(file->number(), first->number() + 2);
  const auto write = [&](const std::string& bytes) {
    ASSERT_EQ(::ftruncate(file->number(), 0), 0);
    ASSERT_EQ(::pwrite(file->number(), bytes.data(), bytes.size(), 0),
              static_cast<ssize_t>(bytes.size()));
  };
  EXPECT_FALSE(file->read()) << "empty";
  const std::string jpeg("\xff\xd8\xff\xda\x00\x03\x01z\xff\xd9", 10);
  write(jpeg.substr(0, 6));
  EXPECT_FALSE(file->read()) << "not whole";
  write(jpeg);
  const auto picture = file->read();
  ASSERT_TRUE(picture);
  EXPECT_EQ(*picture->jpeg, jpeg);
  EXPECT_FALSE(file->read()) << "it was given";
  write(std::string(PictureFile::limit + 1, '\xff'));
  EXPECT_FALSE(file->read()) << "too big";
}

}  // namespace
}  // namespace supervisor
