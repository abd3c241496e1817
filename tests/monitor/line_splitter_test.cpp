#include "monitor/text/line_splitter.hpp"

#include <initializer_list>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace monitor {
namespace {

using Lines = std::vector<std::string>;

Lines split(std::initializer_list<std::string_view> pieces, std::size_t limit = 100) {
  LineSplitter splitter(limit);
  Lines lines;
  const auto take = [&](std::string_view line) { lines.emplace_back(line); };
  for (const auto piece : pieces) splitter.feed(piece, take);
  splitter.finish(take);
  return lines;
}

TEST(LineSplitter, EndsLinesAtNewlineCarriageReturnOrBoth) {
  EXPECT_EQ(split({"one\ntwo\rthree\r\nfour\n"}), (Lines{"one", "two", "three", "four"}));
}

TEST(LineSplitter, EmptyLinesAreSkipped) {
  EXPECT_EQ(split({"\n\n\r\r\none\n\r\n\ntwo\n\n"}), (Lines{"one", "two"}));
}

TEST(LineSplitter, ATornLineIsGivenWhole) {
  EXPECT_EQ(split({"on", "e", "", "\ntw", "o\n"}), (Lines{"one", "two"}));
}

TEST(LineSplitter, ALineEndTornApartIsStillOne) {
  EXPECT_EQ(split({"one\r", "\ntwo", "\r", "\nthree"}), (Lines{"one", "two", "three"}));
}

TEST(LineSplitter, AnyWayOfTearingGivesTheSameLines) {
  const std::string text = "a\r\nbcdefghij\rk\n\nlmnopqrstuvwxyz\r\n0123456789\nend";
  const Lines whole = split({text}, 10);
  for (std::size_t size = 1; size < text.size(); ++size) {
    LineSplitter splitter(10);
    Lines lines;
    const auto take = [&](std::string_view line) { lines.emplace_back(line); };
    for (std::size_t at = 0; at < text.size(); at += size)
      splitter.feed(text.substr(at, size), take);
    splitter.finish(take);
    EXPECT_EQ(lines, whole) << "in pieces of " << size;
  }
}

TEST(LineSplitter, TheLastLineNeedsNoEnd) {
  EXPECT_EQ(split({"one\ntwo"}), (Lines{"one", "two"}));
}

TEST(LineSplitter, AnOverlongLineIsGivenOnceAndCut) {
  EXPECT_EQ(split({"0123456789\nshort\n"}, 4), (Lines{"0123", "shor"}));
  EXPECT_EQ(split({"012", "345", "678", "9\nab\n"}, 4), (Lines{"0123", "ab"}));
}

TEST(LineSplitter, ALineAsLongAsTheLimitIsGivenOnce) {
  EXPECT_EQ(split({"0123\n4567", "\n", "89\n"}, 4), (Lines{"0123", "4567", "89"}));
}

TEST(LineSplitter, AfterAnOverlongLineWithoutAnEndNothingIsLeft) {
  EXPECT_EQ(split({"0123456789", "0123456789"}, 4), (Lines{"0123"}));
}

TEST(LineSplitter, AStreamThatFinishedMayBeginAnew) {
  LineSplitter splitter(4);
  Lines lines;
  const auto take = [&](std::string_view line) { lines.emplace_back(line); };
  splitter.feed("overlong", take);
  splitter.finish(take);
  splitter.feed("new\n", take);
  EXPECT_EQ(lines, (Lines{"over", "new"}));
}

TEST(LineSplitter, NulBytesAreBytesLikeAnyOther) {
  const std::string text{"a\0b\n\0\n", 6};
  EXPECT_EQ(split({text}), (Lines{std::string{"a\0b", 3}, std::string{"\0", 1}}));
}

}  // namespace
}  // namespace monitor
