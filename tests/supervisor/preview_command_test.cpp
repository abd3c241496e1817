#include "supervisor/ffmpeg/preview_command.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "content_limits.hpp"
#include "supervisor/ffmpeg/content_command.hpp"
#include "supervisor/ffmpeg/ffmpeg_command.hpp"
#include "supervisor/hold/held_picture.hpp"

namespace supervisor {
namespace {

using namespace std::chrono_literals;
using namespace test;
using monitor::Preview;

const Preview both{.picture = 30s, .level = true};
const Preview picture{.picture = 30s};
const Preview level{.picture = {}, .level = true};

const std::string codec =
    "-c:v:0 mjpeg -threads:v:0 1 -color_range:v:0 pc -strict:v:0 unofficial -r:v:0 1/30 -q:v:0 5 "
    "-max_interleave_delta 1 -f tee LEGS";

// What is added to a command, its filters as AF and VF, its tee as LEGS.
std::string added(const std::string& line, const Preview& preview, const Content& content = {}) {
  const Words own = words(line);
  Words shown;
  for (const std::string& word :
       content_output(read_ffmpeg_arguments(own), content, 3, preview).words) {
    const bool is_tee = writes_picture({word});
    const bool is_filter = !shown.empty() && shown.back().starts_with("-filter:");
    shown.push_back(is_tee      ? "LEGS"
                    : is_filter ? (shown.back() == "-filter:a:0" ? "AF" : "VF")
                                : word);
  }
  return joined(shown);
}

std::string filter(const char* which, const Preview& preview, const Content& content = {}) {
  const Words own = words("-i x -c copy y");
  const Words all = content_output(read_ffmpeg_arguments(own), content, 3, preview).words;
  const auto option = std::ranges::find(all, which);
  return option == all.end() ? "" : *(option + 1);
}

std::string warnings(const std::string& line, const Preview& preview = both) {
  return joined(content_output(read_ffmpeg_arguments(words(line)), {}, 3, preview).warnings);
}

TEST(PreviewCommand, NothingAskedForAddsNothing) {
  EXPECT_EQ(added("-i x y", {}), "");
  EXPECT_EQ(warnings("-i x y", {}), "");
}

TEST(PreviewCommand, TheLevelAloneIsAnOutputToNowhere) {
  EXPECT_EQ(added("-i x -c copy y", level), "-sn -dn -filter:a:0 AF -c:v copy -f null -");
  EXPECT_EQ(added("-i x -f mp3 y", level), "-sn -dn -filter:a:0 AF -vn -f null -");
  const std::string filters = filter("-filter:a:0", level);
  EXPECT_EQ(filters.find("ametadata=delete,astats="), 0U) << filters;
  EXPECT_NE(filters.find("file='pipe\\:3'"), std::string::npos) << filters;
}

TEST(PreviewCommand, ThePictureHasALegOfATeeThatFfmpegGoesOnWithout) {
  EXPECT_EQ(added("-i x -c copy y", both),
            "-map 0:V:0? -map 0:a:0? -sn -dn -c:a:0 pcm_s16le -filter:a:0 AF "
            "-filter:v:0 VF " +
                codec);
  EXPECT_EQ(added("-i x -c copy y", picture),
            "-map 0:V:0? -map 0:a:0? -sn -dn -c:a copy -filter:v:0 VF " + codec);
  EXPECT_EQ(added("-i x -an y", picture), "-map 0:V:0? -sn -dn -an -filter:v:0 VF " + codec);
  const Words argv = FfmpegCommand(words("ffmpeg -i x y")).with_supervision(3, 500ms, {}, picture);
  EXPECT_TRUE(writes_picture(argv));
  const Words launched = with_picture_file(argv, 23);
  EXPECT_FALSE(writes_picture(launched));
  EXPECT_EQ(launched.back(),
            "[f=image2:update=1:select=\\'v:0\\':onfail=ignore]/proc/self/fd/23|[f=null]-");
}

TEST(PreviewCommand, TheUsersOwnMapsHold) {
  EXPECT_EQ(added("-i x -map 0 -c copy y", picture),
            "-map 0 -sn -dn -c:a copy -c:v copy -filter:v:0 VF " + codec);
  EXPECT_EQ(added("-i x -filter_complex [0:v]negate[v] -map [v] -map 0:a y", picture),
            "-map 0:a -map 0:v:0? -sn -dn -c:a copy -c:v copy -filter:v:0 VF " + codec);
}

TEST(PreviewCommand, WithTheContentItIsOneOutput) {
  const std::string line = added("-i x -c copy y", both, all());
  EXPECT_TRUE(line.ends_with("-filter:v:0 VF " + codec)) << line;
  EXPECT_EQ(line.find("-f null"), std::string::npos) << line;
  const std::string sound = filter("-filter:a:0", both, all());
  EXPECT_LT(sound.find("silencedetect"), sound.find("ametadata=delete,astats")) << sound;
  const std::string seen = filter("-filter:v:0", both, all());
  EXPECT_LT(seen.find("blackdetect"), seen.find("floor(t/30)")) << seen;
}

TEST(PreviewCommand, WherePicturesCannotBeHadTheReasonIsSaidAndTheRestIsDone) {
  struct Case {
    const char* command;
    const char* reason;
  };
  for (const Case& one :
       {Case{"-i x -vn y", "no picture"}, Case{"-f lavfi -i anullsrc -i x y", "several inputs"},
        Case{"-vsync 0 -i x y", "-vsync"}, Case{"-i x -shortest y", "-shortest"},
        Case{"-i x -t 9 y", "-t"}, Case{"-hwaccel_output_format cuda -i x y", "graphics card"}}) {
    EXPECT_NE(warnings(one.command).find(one.reason), std::string::npos) << one.command;
    EXPECT_NE(added(one.command, both).find("-filter:a:0 AF"), std::string::npos) << one.command;
    EXPECT_EQ(added(one.command, both).find("LEGS"), std::string::npos) << one.command;
    EXPECT_EQ(added(one.command, picture), "") << one.command;
  }
  EXPECT_NE(warnings("-i x -an y", level).find("no audio"), std::string::npos);
  EXPECT_NE(warnings("-i x -filter_complex negate y").find("preview: -filter_complex"),
            std::string::npos);
  EXPECT_EQ(FfmpegCommand({"./start.sh"}).content_warnings({}, both).size(), 1U);
}

TEST(PreviewCommand, AnUnknownProgramInFrontOfFfmpegGetsNoFile) {
  const FfmpegCommand command(words("./wrap ffmpeg -i x -f flv y"));
  ASSERT_TRUE(command.is_behind_unknown());
  EXPECT_FALSE(writes_picture(command.with_supervision(3, 500ms, {}, both)));
  EXPECT_NE(joined(command.content_warnings({}, both)).find("hand on the file"), std::string::npos);
}

TEST(PreviewCommand, OfAHeldStreamOneKeyFrameIsDecoded) {
  using recovery::splice::Codec;
  const PicturePlan plan{.program = {"nice", "ffmpeg"}, .interval = 10s};
  const std::string line = joined(picture_command(plan, Codec::hevc, 3));
  EXPECT_TRUE(line.starts_with("nice ffmpeg -nostdin ")) << line;
  EXPECT_NE(line.find(" -f hevc -i pipe:0 -frames:v 1 "), std::string::npos) << line;
  EXPECT_TRUE(line.ends_with(" pipe:3")) << line;
  EXPECT_TRUE(picture_command(plan, Codec::other, 3).empty());
}

}  // namespace
}  // namespace supervisor
