// Words are data: every phrase and every reason that is known, in every place of FFmpeg's lines
// that a peer can write into, changes nothing of what the line says.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "monitor/ffmpeg/line_reader.hpp"
#include "monitor/ffmpeg/sign_reader.hpp"
#include "monitor/ffmpeg/stderr_patterns.hpp"
#include "monitor/ffmpeg/stderr_reasons.hpp"

namespace monitor {
namespace {

const Endpoints command{{"http://h:8000/r.mp3"},
                        {"rtmp://s/live/key"},
                        {"-i", "http://h:8000/r.mp3", "-c:v", "libx999", "rtmp://s/live/key"}};

// As FFmpeg 4.4 to 9 write them; what the peer writes stands for `%`.
struct Place {
  std::string_view name, line;
};
constexpr auto places = std::to_array<Place>({
    {"host name of a redirect",
     "[tcp @ 0x1] [error] Failed to resolve hostname %: Name or service "
     "not known"},
    {"host that refuses",
     "[tcp @ 0x1] [error] Connection to tcp://%:80?timeout=0 failed: Connection "
     "refused"},
    {"reason phrase of 404", "[http @ 0x1] [warning] HTTP error 404 %"},
    {"reason phrase of 503", "[http @ 0x1] [error] HTTP error 503 %"},
    {"reason phrase of RTSP", "[rtsp @ 0x1] [error] method DESCRIBE failed: 404 %"},
    {"status text of RTMP", "[rtmp @ 0x1] [error] Server error: %"},
    {"name of a stream of RTMP", "[rtmp @ 0x1] [error] Unexpected stream %, expecting key"},
    {"application of RTMP", "[rtmp @ 0x1] [warning] App field don't match up: % <-> live"},
    {"content coding", "[http @ 0x1] [warning] Unknown content coding: %"},
    {"content type", "[mpjpeg @ 0x1] [error] Unexpected Content-Type : %"},
    {"protocol of a redirect", "[https @ 0x1] [error] Protocol '%' not on whitelist 'http,tcp'!"},
    {"segment", "[hls @ 0x1] [error] Error when loading first segment 'http://h/%'"},
    {"segment of no known kind",
     "[hls @ 0x1] [warning] URL http://h/% is not in "
     "allowed_extensions"},
    {"segment that is opened", "[hls @ 0x1] [info] Opening 'http://h/%' for reading"},
    {"segment over a connection kept",
     "[hls @ 0x1] [warning] keepalive request failed for 'http://"
     "h/%' with error: 'Connection refused' when opening url"},
    {"key of a segment", "[hls @ 0x1] [error] Unable to open key file http://h/%"},
    {"resource of a manifest", "[dash @ 0x1] [error] Unable to open resource: http://h/%"},
    {"line of a list", "[concat @ 0x1] [error] Line 3: unknown keyword '%'"},
    {"file of a list", "[concat @ 0x1] [error] Impossible to open '%'"},
    {"codec of a file", "[matroska,webm @ 0x1] [warning] Unknown/unsupported AVCodecID %."},
    {"parameter of a session description", "[sdp @ 0x1] [warning] Unknown parameter '%'"},
    {"title", "[info]     title           : %"},
    {"title at a line's beginning", "[info] %"},
});

std::string filled(std::string_view line, std::string_view words) {
  std::string text(line);
  const std::size_t at = text.find('%');
  return text.replace(at, 1, words);
}

// Each phrase with what it would name, each reason in every form that FFmpeg gives it.
std::vector<std::string> known_words() {
  std::vector<std::string> words;
  for (const Phrase& phrase : known_phrases()) {
    std::string text(phrase.text);
    const std::size_t star = text.find('*');
    const std::string argument = "libx999" + std::string(1, text.back());
    if (star != std::string::npos) text.replace(star, 1, "libx999");
    for (const std::string& said : {text, text + argument, text + " libx999: Option not found"}) {
      words.push_back(said);
      words.push_back("x' " + said);
      words.push_back("http://h:8000/r.mp3: " + said);
    }
  }
  for (const Reason& reason : known_reasons()) {
    const std::string text(reason.text);
    for (const std::string& said : {text, "x: " + text, "x' : " + text, "x (" + text + ")",
                                    "rtmp://s/live/key: " + text, "x, error=" + text}) {
      words.push_back(said);
    }
  }
  return words;
}

std::optional<Sign> read(std::string_view line) {
  return SignReader(command).read(parse_log_line(line), false);
}

// Which of the command's servers speaks may be moved by words that name the other.
bool means_the_same(const std::optional<Sign>& one, const std::optional<Sign>& other) {
  if (!one || !other) return one.has_value() == other.has_value();
  return one->cause == other->cause && one->retryable == other->retryable &&
         one->rank == other->rank;
}

TEST(PeersWords, MeanNothingInAnyPlace) {
  const auto words = known_words();
  ASSERT_GT(words.size(), 500U);
  for (const Place& place : places) {
    const auto harmless = read(filled(place.line, "harmless"));
    for (const std::string& said : words) {
      const std::string line = filled(place.line, said);
      EXPECT_TRUE(means_the_same(read(line), harmless)) << place.name << ":\n" << line;
    }
  }
}

// Only that its name is in use still is the server's to say, of the name alone.
TEST(PeersWords, OfARtmpServerCountOnlyForItsName) {
  const auto found = read("[rtmp @ 0x1] [error] Server error: Already publishing");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->cause, Cause::sink_rejected);
  EXPECT_TRUE(found->name_in_use);
}

std::string coloured(std::string_view text) {
  return "\x1b[1;31m[error] \x1b[0m\x1b[1;31m" + std::string(text) + "\n\x1b[0m";
}

// All signs of one life's bytes.
std::vector<Sign> signs_of(std::string_view bytes) {
  LineReader lines;
  SignReader reader(command);
  std::vector<Sign> signs;
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    if (const auto line = lines.read(bytes.substr(0, end))) {
      if (const auto sign = reader.read(*line, false)) signs.push_back(*sign);
    }
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  return signs;
}

TEST(PeersWords, BehindALineEndMakeNoLineOfFfmpegs) {
  for (const std::string& said : known_words()) {
    for (const char* prefix : {"[error] ", "[fatal] ", "[out#0/flv @ 0x1] [error] ", ""}) {
      const auto signs = signs_of(coloured("x\n" + (prefix + said)));
      EXPECT_TRUE(signs.empty()) << prefix << said;
    }
  }
}

TEST(PeersWords, DoNotKeepFfmpegsOwnFromCounting) {
  const auto signs = signs_of(coloured("Server error: x\n[fatal] Unknown encoder 'libx999'") +
                              coloured("Unknown encoder 'libx999'"));
  ASSERT_EQ(signs.size(), 1U);
  EXPECT_EQ(signs.front().cause, Cause::command_invalid);
  EXPECT_FALSE(signs.front().retryable);
}

}  // namespace
}  // namespace monitor
