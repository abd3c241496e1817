// What FFmpeg makes of a track's words: in a file that drawtext shows, and in its arguments.

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "monitor/tracks/clean_text.hpp"
#include "monitor/tracks/track_text.hpp"
#include "tests/monitor/exec_run.hpp"
#include "tests/monitor/loopback_server.hpp"

namespace monitor {
namespace {

constexpr std::size_t frame_bytes = 640 * 48;  // gray
constexpr const char* size = "640x48";

const std::vector<std::string> titles{"Plain",
                                      "100% \\ pure",
                                      "%{pts} %% \\\\",
                                      "it's: a, [b]; {c} = |d|",
                                      "end\\",
                                      "% ",
                                      "\\%",
                                      "Beyonc\xC3\xA9 \xE2\x80\x93 \xE5\xA4\x9C",
                                      "x',movie=/etc/passwd[a];[a]nullsink,drawtext=text='y",
                                      "$(id) `id` \"q\" & ; rm -rf /",
                                      "a\nb\x1b[2J\tc",
                                      "bad \xFF\xC3 bytes",
                                      std::string(10'000, 'x')};

class RealFfmpeg : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const {
    const std::string temporary = path(name + ".new");
    std::ofstream(temporary, std::ios::binary) << text;
    std::filesystem::rename(temporary, path(name));
  }
  std::string path(const std::string& name) const { return folder_.path / name; }

  // White text on black; a frame out for each frame in.
  std::vector<std::string> drawing(const std::string& filter) const {
    return {"ffmpeg", "-v", "error",    "-f",    "rawvideo", "-pix_fmt", "gray", "-s",
            size,     "-i", "pipe:0",   "-vf",   filter,     "-pix_fmt", "gray", "-flush_packets",
            "1",      "-f", "rawvideo", "pipe:1"};
  }
  std::string drawtext(const std::string& options) const {
    return "drawtext=textfile=" + path("track.txt") + ":fontsize=20:fontcolor=white:x=4:y=12" +
           options;
  }
  // The picture of this text, read from a file.
  std::string drawn(const std::string& text, const std::string& options) const {
    write("track.txt", text);
    ExecRun ffmpeg(drawing(drawtext(options)));
    EXPECT_TRUE(ffmpeg.write(std::string(frame_bytes, '\0')));
    ffmpeg.finish();
    const std::string frame = ffmpeg.read(frame_bytes);
    EXPECT_EQ(frame.size(), frame_bytes);
    EXPECT_EQ(ffmpeg.wait(), 0);
    return frame;
  }

  loopback::Folder folder_;
};

bool is_black(const std::string& frame) {
  return frame.find_first_not_of(frame.front()) == std::string::npos;
}

Track titled(const std::string& title) {
  return {.artist = "Ana", .title = title};
}

TEST_F(RealFfmpeg, ShowsAnEscapedTextUnchanged) {
  for (const std::string& title : titles) {
    const std::string text = track_text("{artist} - {title}", titled(title));
    const std::string meant = drawn(text, ":expansion=none");
    EXPECT_FALSE(is_black(meant)) << title;
    EXPECT_EQ(drawn(escaped_for_drawtext(text), ""), meant) << title;
  }
}

TEST_F(RealFfmpeg, ShowsNothingOfAPercentSignThatIsNotEscaped) {
  EXPECT_TRUE(is_black(drawn("Ana - 100% pure", "")));
}

TEST_F(RealFfmpeg, ShowsTheNextTrackFromTheNextFrameOn) {
  const auto file_of = [](const std::string& title) {
    return escaped_for_drawtext(track_text("{artist} - {title}", titled(title)));
  };
  const std::string dusk = drawn(file_of("Dusk"), "");
  const std::string dawn = drawn(file_of("100% Dawn"), "");
  ASSERT_NE(dusk, dawn);
  write("track.txt", file_of("Dusk"));
  ExecRun ffmpeg(drawing(drawtext(":reload=1")));
  const std::string black(frame_bytes, '\0');
  // FFmpeg gives the first frames once it has probed its input; then one for each.
  std::string seen;
  for (int i = 0; i < 200 && seen != dusk; ++i) {
    ASSERT_TRUE(ffmpeg.write(black));
    if (i >= 5) seen = ffmpeg.read(frame_bytes);
  }
  ASSERT_EQ(seen, dusk);
  write("track.txt", file_of("100% Dawn"));
  for (int i = 0; i < 20 && seen == dusk; ++i) {
    ASSERT_TRUE(ffmpeg.write(black));
    seen = ffmpeg.read(frame_bytes);
  }
  EXPECT_EQ(seen, dawn);
  write("track.txt", escaped_for_drawtext(""));
  for (int i = 0; i < 20 && !is_black(seen); ++i) {
    ASSERT_TRUE(ffmpeg.write(black));
    seen = ffmpeg.read(frame_bytes);
  }
  EXPECT_TRUE(is_black(seen));
}

// As the picture of the text from a file, with the signs that were replaced.
TEST_F(RealFfmpeg, TakesATitleInAFilterForTextAlone) {
  for (const std::string& title : titles) {
    for (const std::string pattern : {"drawtext=text='{title}'", "drawtext=text={title}"}) {
      const std::string filter = filled_argument(pattern, titled(title), ArgumentKind::filter) +
                                 ":fontsize=20:fontcolor=white:x=4:y=12";
      ExecRun ffmpeg(drawing(filter));
      ASSERT_TRUE(ffmpeg.write(std::string(frame_bytes, '\0')));
      ffmpeg.finish();
      const std::string frame = ffmpeg.read(frame_bytes);
      EXPECT_EQ(ffmpeg.wait(), 0) << title;
      const std::string shown = filled_argument("{title}", titled(title), ArgumentKind::filter);
      EXPECT_EQ(frame, drawn(shown, ":expansion=none")) << title;
    }
  }
}

TEST_F(RealFfmpeg, TakesATitleAsMetadataAsItIs) {
  for (const std::string& title : titles) {
    const std::string argument =
        filled_argument("title={title}", titled(title), ArgumentKind::plain);
    const std::string file = path("tagged.mka");
    ExecRun ffmpeg({"ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "anullsrc", "-t", "0.1",
                    "-metadata", argument, file});
    ASSERT_EQ(ffmpeg.wait(), 0) << title;
    ExecRun probe({"ffprobe", "-v", "error", "-show_entries", "format_tags=title", "-of",
                   "default=nw=1:nk=1", file});
    EXPECT_EQ(probe.read(64 * 1024), clean_text(title, track_value_bytes) + "\n");
  }
}

TEST_F(RealFfmpeg, WritesATracksFileInItsFolderAlone) {
  std::filesystem::create_directory(folder_.path / "loops");
  std::vector<std::string> names = titles;
  names.insert(names.end(), {"../../escape", "/tmp/escape", "..", "-y", "concat:a|b", "%03d", ""});
  std::set<std::string> files;  // some titles differ in nothing that a path may hold
  for (const std::string& title : names) {
    const std::string file = track_path(path("loops/{title}.mka"), titled(title));
    ExecRun ffmpeg(
        {"ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "anullsrc", "-t", "0.1", file});
    EXPECT_EQ(ffmpeg.wait(), 0) << file;
    EXPECT_TRUE(std::filesystem::exists(file)) << file;
    files.insert(file);
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path / "loops"), {}),
            static_cast<std::ptrdiff_t>(files.size()));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path), {}), 1);
}

}  // namespace
}  // namespace monitor
