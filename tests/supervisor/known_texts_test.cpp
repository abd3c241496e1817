#include "supervisor/secrets/known_texts.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace supervisor {
namespace {

std::vector<std::string> found_in(const KnownTexts& known, std::string_view text) {
  std::vector<Span> spans;
  known.find_in(text, spans);
  std::vector<std::string> found;
  for (const Span& span : spans) found.emplace_back(span.of(text));
  std::ranges::sort(found);
  return found;
}

using Found = std::vector<std::string>;

TEST(KnownTexts, EachIsFoundWhereverItStands) {
  KnownTexts known;
  for (const char* text : {"secret", "another-secret", "abc", "x"}) known.add(text);
  EXPECT_EQ(found_in(known, "secret"), Found{"secret"});
  EXPECT_EQ(found_in(known, "the secret, a secret"), (Found{"secret", "secret"}));
  EXPECT_EQ(found_in(known, "(another-secret)"), (Found{"another-secret", "secret"}));
  EXPECT_EQ(found_in(known, "abcx"), (Found{"abc", "x"})) << "shorter than a tail";
  EXPECT_EQ(found_in(known, "secre"), Found{});
  EXPECT_EQ(found_in(known, ""), Found{});
  EXPECT_EQ(found_in(known, "other-secret"), Found{"secret"});
}

TEST(KnownTexts, WhatIsShownIsNoPartOfIt) {
  KnownTexts known;
  known.add("host/live/key", 10);
  EXPECT_EQ(found_in(known, "rtmp://host/live/key?x"), Found{"key"});
}

TEST(KnownTexts, OneThatOverlapsItselfIsFoundAtEachPlace) {
  KnownTexts known;
  known.add("ababab");
  EXPECT_EQ(found_in(known, "abababab"), (Found{"ababab", "ababab"}));
}

TEST(KnownTexts, ThousandsAreToldApart) {
  KnownTexts known;
  for (int i = 0; i < 5000; ++i) known.add("key-of-stream-" + std::to_string(10'000 + i));
  EXPECT_EQ(found_in(known, "a key-of-stream-12345 b"), Found{"key-of-stream-12345"});
  EXPECT_EQ(found_in(known, "a key-of-stream-15000 b"), Found{});
}

TEST(KnownTexts, BytesOfAnyValueAreFound) {
  KnownTexts known;
  const std::string bytes("\xff\x00\x80\xfe\x01\x7f", 6);
  known.add(bytes);
  EXPECT_EQ(found_in(known, "a" + bytes + "b"), Found{bytes});
}

TEST(KnownPrefixes, TheLongestThatIsTakenIsTheOne) {
  KnownPrefixes known;
  for (const char* prefix : {"live", "live-1", "liv", "other"}) known.add(prefix);
  Found asked;
  const auto refuse = [&](std::string_view prefix) {
    asked.emplace_back(prefix);
    return false;
  };
  EXPECT_FALSE(known.find_in("live-12", refuse));
  EXPECT_EQ(asked, (Found{"live-1", "live", "liv"}));
  EXPECT_TRUE(known.find_in("live", [](std::string_view prefix) { return prefix == "live"; }));
  EXPECT_FALSE(known.find_in("li", refuse));
  EXPECT_FALSE(known.find_in("lighter", refuse));
}

}  // namespace
}  // namespace supervisor
