#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/config/config.hpp"
#include "supervisor/config/load.hpp"
#include "supervisor/config/problems.hpp"
#include "supervisor/config/yaml_tree.hpp"

namespace supervisor {

// A value of the file: its full key ("streams[0].command", "alerts.webhooks[1].url"), the line of
// that key, and what stands there.
struct Entry {
  std::string key;
  int line;
  const YamlNode& node;
};
Entry entry_of_map(const Entry& map, std::size_t index);
Entry entry_of_list(const Entry& list, std::size_t index);

// For messages: "nothing", "a list", a text as `shown` shows it.
std::string found(const YamlNode& node);
// The same without showing a text: for values that may be, or hold, a secret.
std::string found_kind(const YamlNode& node);
// Nothing behind the key, or an empty list.
bool is_empty_list(const YamlNode& node);
// Empty in every part: stands in the file as a place to fill in, and asks for nothing.
bool asks_nothing(const YamlNode& node);

// What the readers of the file's parts share while one file is read: where they put problems, where
// they note the origin of what they took, and the environment.
class FileReading {
 public:
  FileReading(std::string source_name, Config& config, const Environment& environment)
      : source_name_(std::move(source_name)), config_(config), environment_(environment) {}

  void complain(int line, const std::string& key, const std::string& what);
  void complain(const Entry& entry, const std::string& what) {
    complain(entry.line, entry.key, what);
  }
  // `prefix`: of the full key, "monitor."; `elsewhere`: the place where the word would be right.
  void complain_unknown(int line, const std::string& prefix, const std::string& word,
                        const std::vector<std::string_view>& names,
                        const std::string& elsewhere = {});
  std::size_t problems() const { return problems_.count(); }
  void throw_if_any() const { problems_.throw_if_any(); }

  void remember_from_file(const std::string& key, int line);
  void remember_from_environment(const std::string& key, const std::string& variable);
  // What a reference in a command stands for; a warning where that is too short to be masked
  // everywhere. `prefix`: of a sentence about it, "in environment variable "KEY": ".
  void remember_secret(const std::string& secret, const std::string& prefix);
  void note_place(const std::string& key, int line) { config_.places[key] = place(line); }

  const std::string& source_name() const { return source_name_; }
  // May be empty: then references to variables and files are left unread.
  const Environment& environment() const { return environment_; }

 private:
  std::string place(int line) const { return source_name_ + ':' + std::to_string(line); }

  std::string source_name_;
  Config& config_;
  const Environment& environment_;
  Problems problems_;
};

// A key whose value is a list. It is read from the tree, so that each element can be answered at
// its own line.
template <class Owner>
struct ListSetting {
  std::string_view key;  // dotted, below its owner: "alerts.webhooks"
  void (*read)(const Entry& entry, Owner& owner, FileReading& reading);
};

}  // namespace supervisor
