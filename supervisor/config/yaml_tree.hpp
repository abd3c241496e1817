#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace supervisor {

// A YAML document as it stands in the file: nothing interpreted, every part with its line.
struct YamlNode {
  enum class Kind : std::uint8_t { null, scalar, list, map };

  Kind kind = Kind::null;
  int line = 1;
  std::string text;               // of a scalar; of a null as it was written: "null", "~", ""
  std::vector<std::string> keys;  // of a map, unique, beside `items`
  std::vector<int> key_lines;     // beside `keys`
  std::vector<YamlNode> items;    // of a list or a map
};

// One document. Throws ConfigError ("NAME:LINE: …") for what is no YAML, and for what a
// configuration does not need and an attacker does: anchors and aliases, tags, nesting deeper than
// 32, more than 100,000 nodes, a second document. Not UTF-8 or with NULs: refused too.
YamlNode parse_yaml(const std::string& text, const std::string& source_name);

}  // namespace supervisor
