#include "supervisor/config/yaml_tree.hpp"

#include <algorithm>
#include <sstream>
#include <string_view>
#include <utility>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "monitor/text/utf8.hpp"
#include "supervisor/config/config.hpp"
#include "supervisor/config/problems.hpp"
#include "supervisor/config/yaml_hint.hpp"

namespace supervisor {

namespace {

constexpr std::size_t depth_limit = 32;        // the configuration needs 5
constexpr std::size_t nodes_limit = 100'000;   // about 10 MB of tree
constexpr std::size_t map_keys_limit = 1'000;  // duplicates are looked for one by one

// yaml-cpp's events become a tree; its own Node would resolve aliases and forget duplicates.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(const std::string& text, const std::string& source_name)
      : text_(text), source_name_(source_name) {}

  YamlNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(
        mark,
        "aliases (*) are not supported; write the value out, or put a text that begins with * in "
        "quotes");
  }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    YamlNode node = leaf(mark, "", anchor);
    node.text = null_as_written(mark);
    add(std::move(node), mark);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode node = leaf(mark, tag, anchor);
    node.kind = YamlNode::Kind::scalar;
    node.text = value;
    add(std::move(node), mark);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  [[noreturn]] void refuse(const YAML::Mark& mark, const std::string& why) const {
    throw ConfigError(source_name_ + ':' + std::to_string(mark.line + 1) + ": " + why);
  }

  YamlNode leaf(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) {
      refuse(
          mark,
          "anchors (&) are not supported; what several streams share stands in `defaults`, a text "
          "that begins with & in quotes");
    }
    // "?" and "!" are yaml-cpp's own words for plain and quoted.
    if (!tag.empty() && tag != "?" && tag != "!")
      refuse(mark, "tags (!) are not supported; put a text that begins with ! in quotes");
    if (++nodes_ > nodes_limit) {
      refuse(mark, "more than " + std::to_string(nodes_limit) + " values");
    }
    YamlNode node;
    node.line = mark.line + 1;
    return node;
  }

  // `-f null` is part of many a command, and YAML's null does not show how it was written.
  std::string null_as_written(const YAML::Mark& mark) const {
    if (mark.pos < 0 || static_cast<std::size_t>(mark.pos) > text_.size()) return {};
    const auto here = std::string_view(text_).substr(static_cast<std::size_t>(mark.pos));
    for (const std::string_view word : {"null", "Null", "NULL", "~"}) {
      if (here.starts_with(word)) return std::string(word);
    }
    return {};
  }

  void open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    if (open_.size() >= depth_limit) {
      refuse(mark, "nested deeper than " + std::to_string(depth_limit) + " levels");
    }
    if (expects_key()) refuse(mark, "a key must be a plain word");
    YamlNode node = leaf(mark, tag, anchor);
    node.kind = kind;
    open_.push_back(std::move(node));
  }

  void close() {
    YamlNode node = std::move(open_.back());
    open_.pop_back();
    place(std::move(node));
  }

  bool expects_key() const {
    if (open_.empty() || open_.back().kind != YamlNode::Kind::map) return false;
    return open_.back().keys.size() == open_.back().items.size();
  }

  void add(YamlNode node, const YAML::Mark& mark) {
    if (expects_key()) {
      add_key(node, mark);
    } else {
      place(std::move(node));
    }
  }

  void add_key(const YamlNode& key, const YAML::Mark& mark) {
    YamlNode& map = open_.back();
    if (key.text.empty()) refuse(mark, "a key is missing before ':'");
    if (map.keys.size() >= map_keys_limit) refuse(mark, "too many keys in one map");
    const auto same = std::find(map.keys.begin(), map.keys.end(), key.text);
    if (same != map.keys.end()) {
      const int first_line = map.key_lines[static_cast<std::size_t>(same - map.keys.begin())];
      refuse(mark, "the key " + shown(key.text) + " is given twice, first on line " +
                       std::to_string(first_line));
    }
    map.keys.push_back(key.text);
    map.key_lines.push_back(key.line);
  }

  void place(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
    } else {
      open_.back().items.push_back(std::move(node));
    }
  }

  std::string_view text_;
  const std::string& source_name_;
  YamlNode root_;
  std::vector<YamlNode> open_;  // the path from the root to here
  std::size_t nodes_ = 0;
};

// The offset of the first byte that is no UTF-8 text, or npos.
std::size_t first_binary_byte(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const monitor::Character character = monitor::decode_utf8(text, at);
    if (!character.is_valid() || text[at] == '\0') return at;
    at += character.length;
  }
  return std::string_view::npos;
}

void require_text(std::string_view text, const std::string& source_name) {
  const std::size_t at = first_binary_byte(text);
  if (at == std::string_view::npos) return;
  const auto line =
      1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
  throw ConfigError(source_name + ':' + std::to_string(line) +
                    ": not a text file: found a byte that is not UTF-8, expected YAML");
}

}  // namespace

YamlNode parse_yaml(const std::string& text, const std::string& source_name) {
  require_text(text, source_name);
  // The byte order mark is taken off here: yaml-cpp does not count it in its positions.
  const std::string body = text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
  try {
    std::istringstream in(body);
    YAML::Parser parser(in);
    TreeBuilder builder(body, source_name);
    parser.HandleNextDocument(builder);
    TreeBuilder next(body, source_name);
    if (parser.HandleNextDocument(next)) {
      throw ConfigError(source_name + ": a second document ('---'); expected one");
    }
    return builder.take();
  } catch (const YAML::Exception& error) {
    const int line = error.mark.is_null() ? 1 : error.mark.line + 1;
    const int column = error.mark.is_null() ? 1 : error.mark.column + 1;
    throw ConfigError(source_name + ':' + std::to_string(line) + ": not valid YAML: " + error.msg +
                      " at column " + std::to_string(column) + ": " + yaml_hint(body));
  }
}

}  // namespace supervisor
