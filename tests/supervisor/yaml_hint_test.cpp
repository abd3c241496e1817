#include "supervisor/config/yaml_hint.hpp"

#include <gtest/gtest.h>

#include "supervisor/config/config.hpp"
#include "supervisor/config/yaml_tree.hpp"

namespace supervisor {
namespace {

std::string error_of(const std::string& text) {
  try {
    parse_yaml(text, "f.yml");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

// Each text is none for yaml-cpp; the hint names the place where the mistake is.
TEST(YamlHint, SaysWhereAndWhatToDo) {
  const std::vector<std::pair<std::string, std::string>> texts{
      {"a:\n  - [ffmpeg, -filter_complex, [0:a]showwaves=x[v], b]\n",
       "the text on line 2, column 31 holds brackets: put it in quotes"},
      {"a: [ffmpeg, scale[v], b]\nc: [\n",
       "the text on line 1, column 13 holds [: put it in quotes"},
      {"a: [ffmpeg, rtmp://h/{env: KEY}]\n",
       "the text on line 1, column 13 holds {: put it in quotes"},
      {"a: [b, c\nd: e\n", "the [ on line 1, column 4 is not closed"},
      {"a: {b: c\nd: e\n", "the { on line 1, column 4 is not closed"},
      {"a: [\"b\" c]\n", "the text on line 1, column 5 ends at its quote: a comma is missing"},
      {"a: \"b\" c\n", "the text on line 1, column 4 ends at its quote: more stands behind it"},
      {"a: ffmpeg -metadata title=x: y\n", "the text on line 1, column 4 holds \": \""},
      {"a: [x, %b]\n", "the text on line 1, column 8 begins with %: put it in quotes"},
      {"a: @b\n", "the text on line 1, column 4 begins with @: put it in quotes"},
      {"a:\n\tb: c\n", "indented by a tab on line 2, column 1: YAML takes spaces"},
  };
  for (const auto& [text, hint] : texts) {
    const std::string error = error_of(text);
    EXPECT_NE(error.find("not valid YAML: "), std::string::npos) << text << error;
    EXPECT_NE(error.find(" at column "), std::string::npos) << error;
    EXPECT_NE(error.find(hint), std::string::npos) << text << error;
  }
}

TEST(YamlHint, WhatIsValidIsPassed) {
  const std::string text =
      "# it's [a] {comment\na: 'it''s [x'\nb: |\n  [ \" {\n  x: y: z\nc: [a, \"b]\", {d: e}] # [\n"
      "d: http://h/x[1]\ne: [http://h:80/x#y, -map, 0:a]\n- x\n";
  EXPECT_TRUE(yaml_hint(text).starts_with("a text with one of")) << yaml_hint(text);
}

}  // namespace
}  // namespace supervisor
