// Whose a line of FFmpeg's stderr is, by the colours that FFmpeg was asked for. The bytes are those
// of FFmpeg 5.1 and 7.1, with 16 and with 256 colours.
#include "monitor/ffmpeg/line_reader.hpp"

#include <string>

#include <gtest/gtest.h>

namespace monitor {
namespace {

TEST(LineReader, WithoutColoursALineIsTakenApartAndNobodyIsItsProvenSpeaker) {
  LineReader reader;
  const auto line = reader.read("[tcp @ 0x1] [error] Connection refused");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->component, "tcp");
  EXPECT_EQ(line->level, LogLevel::error);
  EXPECT_EQ(line->speaker, Speaker::unknown);
}

TEST(LineReader, ALineInColoursIsFfmpegs) {
  for (const char* bytes :
       {"\x1b[1;31m[error] \x1b[0m\x1b[1;31m/nosuch: No such file or directory",
        "\x1b[48;5;0m\x1b[38;5;196m[error] \x1b[0m\x1b[48;5;0m\x1b[38;5;196m/nosuch: No such file "
        "or directory",
        "\x1b[0m\x1b[1;31m[error] \x1b[0m\x1b[1;31m/nosuch: No such file or directory"}) {
    LineReader reader;
    const auto line = reader.read(bytes);
    ASSERT_TRUE(line);
    EXPECT_EQ(line->level, LogLevel::error);
    EXPECT_EQ(line->text, "/nosuch: No such file or directory");
    EXPECT_EQ(line->speaker, Speaker::ffmpeg);
  }
}

TEST(LineReader, InformationHasNoColourAndStaysFfmpegs) {
  LineReader reader;
  reader.read("\x1b[1;31m[error] \x1b[0m\x1b[1;31mx");
  const auto line = reader.read("\x1b[0m[info] size=       6kB time=00:00:00.09 bitrate= 1kbits/s");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->level, LogLevel::info);
  EXPECT_TRUE(is_status_line(*line));
}

TEST(LineReader, BehindTheFirstColourALineWithoutOneIsAnothersWhateverItReads) {
  LineReader reader;
  reader.read("\x1b[1;35m[hls @ 0x5] \x1b[0m[info] Opening 'http://h/x");
  for (const char* forged :
       {"[fatal] Unknown encoder 'x'", "[tcp @ 0x1] [error] y", "[info] [error] z", "plain"}) {
    const auto line = reader.read(forged);
    ASSERT_TRUE(line) << forged;
    EXPECT_EQ(line->level, LogLevel::info) << forged;
    EXPECT_TRUE(line->component.empty()) << forged;
  }
  EXPECT_EQ(reader.read("[fatal] x")->speaker, Speaker::another);
  EXPECT_EQ(reader.read("[fatal] x")->text, "[fatal] x") << "nothing is hidden";
}

TEST(LineReader, ALibraryKeepsItsLevelInTheLog) {
  LineReader reader;
  reader.read("\x1b[1;31m[error] \x1b[0m\x1b[1;31mx");
  const auto line = reader.read("x265 [warning]: halving the quality");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->level, LogLevel::warning);
  EXPECT_EQ(line->component, "x265");
  EXPECT_EQ(line->speaker, Speaker::another);
}

TEST(LineReader, ALineOfColoursAloneIsNone) {
  LineReader reader;
  EXPECT_FALSE(reader.read("\x1b[0m"));
  EXPECT_FALSE(reader.read("\x1b[0m\x1b[1;31m"));
}

}  // namespace
}  // namespace monitor
