#include "supervisor/config/file_reading.hpp"

#include <algorithm>

#include "supervisor/config/settings.hpp"

namespace supervisor {

using Kind = YamlNode::Kind;

Entry entry_of_map(const Entry& map, std::size_t index) {
  return {map.key + '.' + map.node.keys[index], map.node.key_lines[index], map.node.items[index]};
}

Entry entry_of_list(const Entry& list, std::size_t index) {
  const YamlNode& node = list.node.items[index];
  return {list.key + '[' + std::to_string(index) + ']', node.line, node};
}

std::string found(const YamlNode& node) {
  return node.kind == Kind::scalar ? shown(node.text) : found_kind(node);
}

std::string found_kind(const YamlNode& node) {
  switch (node.kind) {
    case Kind::null:
      return "nothing";
    case Kind::scalar:
      return "one text";
    case Kind::list:
      return "a list";
    case Kind::map:
      return "a map";
  }
  return {};
}

bool is_empty_list(const YamlNode& node) {
  return node.kind == Kind::null || (node.kind == Kind::list && node.items.empty());
}

bool asks_nothing(const YamlNode& node) {
  if (node.kind == Kind::null) return true;
  if (node.kind == Kind::scalar) return node.text.empty();
  return std::all_of(node.items.begin(), node.items.end(), asks_nothing);
}

void FileReading::complain(int line, const std::string& key, const std::string& what) {
  problems_.add(place(line) + ": " + (key.empty() ? "" : key + ": ") + what);
}

void FileReading::complain_unknown(int line, const std::string& prefix, const std::string& word,
                                   const std::vector<std::string_view>& names,
                                   const std::string& elsewhere) {
  const std::string_view closest = closest_name(word, names);
  const std::string hint = closest.empty() ? elsewhere : std::string(closest);
  const std::string expected = "expected one of: " + join(names, ", ");
  complain(line, "",
           "unknown key " + shown(prefix + word) + ", " +
               (hint.empty() ? expected : "did you mean " + hint + "? (" + expected + ')'));
}

void FileReading::remember_secret(const std::string& secret, const std::string& prefix) {
  constexpr std::size_t masked_everywhere = 6;  // see Secrets::mask
  std::vector<std::string>& secrets = config_.secrets;
  if (std::find(secrets.begin(), secrets.end(), secret) != secrets.end()) return;
  secrets.push_back(secret);
  if (secret.size() >= masked_everywhere) return;
  config_.warnings.push_back(prefix +
                             "found a secret with fewer than 6 characters. A secret that short can "
                             "stand in the log in the clear: only in URLs is it replaced by ***");
}

void FileReading::remember_from_file(const std::string& key, int line) {
  remember(config_, key, Origin::file, place(line));
}

void FileReading::remember_from_environment(const std::string& key, const std::string& variable) {
  remember(config_, key, Origin::environment, "environment variable " + variable);
}

}  // namespace supervisor
