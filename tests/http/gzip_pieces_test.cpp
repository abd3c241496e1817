#include "http/metrics/gzip_pieces.hpp"

#include <gtest/gtest.h>

#include "http/encoding.hpp"

namespace {

// So many families, each with so many lines; one value in each family can be told from the others.
std::string page_of(int families, int lines, int value = 0) {
  std::string text;
  for (int family = 0; family < families; ++family) {
    text += "# HELP family_" + std::to_string(family) + " Text.\n";
    for (int line = 0; line < lines; ++line) {
      text += "family_" + std::to_string(family) + "{stream=\"" + std::to_string(line) + "\"} " +
              std::to_string(line == 7 ? value : 0) + "\n";
    }
  }
  return text;
}

void expect_unpacks(http::GzipPieces& pieces, const std::string& text) {
  const auto packed = pieces.pack(std::make_shared<const std::string>(text));
  EXPECT_EQ(http::gunzip(*packed, text.size() + 1), text);
}

TEST(GzipPieces, WhatIsUnpackedIsTheTextWhateverItWasBefore) {
  http::GzipPieces pieces;
  for (const std::string& text :
       {page_of(3, 1), page_of(50, 100), page_of(50, 100, 1), page_of(50, 100, 10),
        page_of(2, 5000), page_of(2, 5001, 3), std::string(), std::string("x"), page_of(50, 100)}) {
    expect_unpacks(pieces, text);
    expect_unpacks(pieces, text);
  }
}

TEST(GzipPieces, APieceEndsWithAFamilyOrWithALineOfALargeOne) {
  const std::string families = page_of(50, 100);
  const std::size_t first = http::end_of_piece(families, 0);
  EXPECT_GE(first, 16U * 1024);
  EXPECT_LT(first, 32U * 1024);
  EXPECT_TRUE(families.substr(first).starts_with("# HELP "));
  const std::string lines = page_of(1, 5000);
  const std::size_t cut = http::end_of_piece(lines, 0);
  EXPECT_NEAR(static_cast<double>(cut), 64 * 1024, 100);
  EXPECT_EQ(lines[cut - 1], '\n');
  EXPECT_EQ(http::end_of_piece("short", 0), 5U);
  const std::string endless(200'000, 'x');
  EXPECT_EQ(http::end_of_piece(endless, 0), endless.size());
}

}  // namespace
