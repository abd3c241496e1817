#include "supervisor/ffmpeg/content_command.hpp"

#include <string>

#include <gtest/gtest.h>

#include "content_limits.hpp"
#include "supervisor/ffmpeg/ffmpeg_command.hpp"

namespace supervisor {
namespace {

using std::chrono_literals::operator""ms;
using namespace test;

// What is added to a command, its filters as AF and VF.
std::string added(const std::string& line, const Content& content) {
  const Words own = words(line);
  const ContentOutput output = content_output(read_ffmpeg_arguments(own), content, 3);
  Words short_words;
  for (const std::string& word : output.words) {
    const bool is_filter = word.find("metadata=print") != std::string::npos;
    short_words.push_back(!is_filter ? word : word.starts_with("ametadata") ? "AF" : "VF");
  }
  return joined(short_words);
}

std::string warnings(const std::string& line, const Content& content = all()) {
  return joined(content_output(read_ffmpeg_arguments(words(line)), content, 3).warnings);
}

TEST(ContentOutput, NothingAskedForAddsNothing) {
  const Words argv = words("ffmpeg -i x -c copy y");
  EXPECT_EQ(added("-i x -c copy y", {}), "");
  EXPECT_EQ(FfmpegCommand(argv).with_supervision(3, 500ms, {}),
            FfmpegCommand(argv).with_supervision(3, 500ms));
}

TEST(ContentOutput, StandsBehindTheUsersLastOutputAndBeforeWhatTrailsIt) {
  const std::string line = joined(FfmpegCommand(words("nice -n 5 ffmpeg -i x a.ts -f flv b -t 1"))
                                      .with_supervision(7, 500ms, silence_only()));
  EXPECT_EQ(line.find("nice -n 5 ffmpeg -progress pipe:7 "), 0U) << line;
  EXPECT_NE(line.find(" -i x a.ts -f flv b -sn -dn -filter:a:0 "), std::string::npos) << line;
  EXPECT_NE(line.find("file='pipe\\:7':direct=1"), std::string::npos) << line;
  EXPECT_TRUE(line.ends_with(" -f null - -t 1")) << line;
}

TEST(ContentOutput, TheFiltersAreThoseAskedForWithTheirLimits) {
  Content content = all();
  content.silence->noise_db = -42.5;
  content.silence->duration = 1500ms;
  content.black.reset();
  const std::string line =
      joined(content_output(read_ffmpeg_arguments(words("-i x y")), content, 3).words);
  EXPECT_NE(line.find("silencedetect=noise=-42.5dB:duration=1.5,"), std::string::npos) << line;
  EXPECT_NE(line.find("freezedetect=n=-60dB:d=2,"), std::string::npos) << line;
  EXPECT_EQ(line.find("blackdetect"), std::string::npos) << line;
}

TEST(ContentOutput, HasTheStreamsOfTheCommandsOwnOutput) {
  const std::string start = "-sn -dn ";
  const std::string both = start + "-filter:a:0 AF -filter:v:0 VF ";
  const std::string end = "-f null -";
  struct Case {
    const char* command;
    std::string added;
  };
  for (const Case& one : {
           Case{"-i x -c copy -f flv rtmp://h/a/k", both + end},
           Case{"-i x -f flv rtmp://h/a/k -f hls /x.m3u8", both + end},
           Case{"-i x -map 0 -c copy y", "-map 0 " + both + end},
           Case{"-i x -i z -map 0:v -map 1:a:0 y", "-map 0:v -map 1:a:0 " + both + end},
           Case{"-i x -map 0 -map -0:s y", "-map 0 -map -0:s " + both + end},
           Case{"-i x -map 0:v -map 0:a? -map 0:s y", "-map 0:v -map 0:a? " + both + end},
           Case{"-i x -map 0:a -map 0:v -f tee [f=flv]a|[f=hls]b",
                "-map 0:a -map 0:v " + both + end},
           Case{"-i x -an y", start + "-an -filter:v:0 VF " + end},
           Case{"-i x -vn y", start + "-filter:a:0 AF -vn " + end},
           Case{"-i x -f mp3 icecast://s:p@h/m", start + "-filter:a:0 AF -vn " + end},
           Case{"-i x /srv/x.flac", start + "-filter:a:0 AF -vn " + end},
           Case{"-i x -map 0:a y", "-map 0:a " + start + "-filter:a:0 AF -vn " + end},
           Case{"-an -i x y", both + end},
       })
    EXPECT_EQ(added(one.command, all()), one.added) << one.command;
}

TEST(ContentOutput, WhatIsNotLookedAtIsCopiedUnlessTheOtherIsSureToBeThere) {
  const std::string silence = "-sn -dn -filter:a:0 AF ";
  EXPECT_EQ(added("-i x y", silence_only()), silence + "-c:v copy -f null -");
  EXPECT_EQ(added("-i x -map 0:v -map 0:a? y", silence_only()),
            "-map 0:v -map 0:a? " + silence + "-c:v copy -f null -");
  EXPECT_EQ(added("-i x -map 0:v -map 0:a y", silence_only()),
            "-map 0:v -map 0:a " + silence + "-vn -f null -");
  EXPECT_EQ(added("-i x -map 0:v -map 0:a -shortest y", silence_only()),
            "-map 0:v -map 0:a " + silence + "-c:v copy -shortest -f null -");
  EXPECT_EQ(added("-i x y", picture_only()), "-sn -dn -c:a copy -filter:v:0 VF -f null -");
}

TEST(ContentOutput, EndsWhenTheCommandsOwnOutputEnds) {
  EXPECT_TRUE(added("-i x -t 10 y", all()).ends_with(" -t 10 -f null -"));
  EXPECT_TRUE(added("-i x -ss 5 -to 0:30 -shortest y", all())
                  .ends_with(" -ss 5 -to 0:30 -shortest -f null -"));
  EXPECT_TRUE(added("-t 10 -i x y", all()).ends_with(" VF -f null -"));
  for (const char* counted : {"-i x -frames:v 9 y", "-i x -vframes 9 y", "-i x -fs 1M y"}) {
    EXPECT_EQ(added(counted, all()), "") << counted;
    EXPECT_NE(warnings(counted).find("its content is not looked at"), std::string::npos);
  }
  EXPECT_NE(added("-i x -frames:v 1 thumb.jpg -f flv y", all()), "");
}

TEST(ContentOutput, InPlaceOfAGraphsLabelsTheInputsAreLookedAt) {
  const std::string both = "-sn -dn -filter:a:0 AF -filter:v:0 VF -f null -";
  EXPECT_EQ(added("-i x -filter_complex [0:v]negate[v] -map [v] -map 0:a y", all()),
            "-map 0:a -map 0:v:0? " + both);
  EXPECT_EQ(added("-i x -filter_complex [0] -map [v] -map [a] y", all()),
            "-map 0:v:0? -map 0:a:0? " + both);
  EXPECT_EQ(added("-i x -filter_complex [0:v]negate y", all()), both);
  EXPECT_NE(warnings("-i x -filter_complex [0:v]negate y").find("the inputs are looked at"),
            std::string::npos);
}

// FFmpeg 7 gives an unnamed input only a stream that nobody else has.
TEST(ContentOutput, AGraphThatDoesNotNameItsInputsIsLeftAlone) {
  const auto is_left_alone = [](const std::string& graph) {
    const Words command = {"-i", "x", "-filter_complex", graph, "y"};
    return content_output(read_ffmpeg_arguments(command), all(), 3).words.empty();
  };
  for (const char* graph :
       {"negate", " negate", "[0:v]negate[v];volume=2", "/etc/graph.txt", "overlay[v]"})
    EXPECT_TRUE(is_left_alone(graph)) << graph;
  for (const char* graph :
       {"[0:v]negate", " [0:v] negate [v] ;\n[0:a]volume=2", "color=s=9x9[b];[b][0:v]overlay",
        "[0:v]drawtext=text='a;b'", "[0:v]drawtext=text=a\\;b", "sws_flags=bilinear;[0:v]null"})
    EXPECT_FALSE(is_left_alone(graph)) << graph;
  EXPECT_NE(warnings("-i x -filter_complex negate y").find("name them"), std::string::npos);
  EXPECT_EQ(added("-i x -filter_complex_script /etc/graph.txt y", all()), "");
}

TEST(ContentOutput, AnEndlessInputOfAGraphIsLeftOutWhileThereIsAnother) {
  const std::string both = " -sn -dn -filter:a:0 AF -filter:v:0 VF -f null -";
  for (const char* endless : {"-loop 1 -i l.png", "-stream_loop -1 -i l.mp4", "-f lavfi -i color"})
    EXPECT_EQ(added(std::string(endless) + " -i x -lavfi [0] y", all()),
              "-map 1:v:0? -map 1:a:0?" + both);
  EXPECT_EQ(added("-loop 1 -t 5 -i l.png -i x -lavfi [0] y", all()), both.substr(1));
  EXPECT_EQ(added("-stream_loop -1 -i l.mp4 -lavfi [0] -map [v] y", all()),
            "-map 0:v:0? -map 0:a:0?" + both);
}

TEST(ContentOutput, WhatCannotBeLookedForIsSaid) {
  EXPECT_EQ(warnings("-i x -c copy y"), "");
  EXPECT_NE(warnings("-i x -an y").find("no audio"), std::string::npos);
  EXPECT_NE(warnings("-i x -vn y").find("no picture"), std::string::npos);
  EXPECT_EQ(added("-i x -an y", silence_only()), "");
  EXPECT_EQ(added("-i x -vn y", picture_only()), "");
  EXPECT_NE(warnings("-hwaccel cuda -hwaccel_output_format cuda -i x y").find("graphics card"),
            std::string::npos);
  EXPECT_EQ(added("-hwaccel cuda -hwaccel_output_format cuda -i x y", picture_only()), "");
  EXPECT_NE(warnings("-filter_complex testsrc y").find("no input"), std::string::npos);
  EXPECT_EQ(FfmpegCommand({"./start.sh"}).content_warnings(all()).size(), 1U);
  EXPECT_TRUE(FfmpegCommand({"./start.sh"}).content_warnings({}).empty());
}

}  // namespace
}  // namespace supervisor
