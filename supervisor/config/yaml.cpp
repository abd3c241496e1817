#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "supervisor/child/descriptor.hpp"
#include "supervisor/config/load.hpp"
#include "supervisor/config/problems.hpp"
#include "supervisor/config/settings.hpp"
#include "supervisor/config/yaml_tree.hpp"

namespace supervisor {

namespace {

using Kind = YamlNode::Kind;

constexpr std::size_t file_bytes_max = 1024 * 1024;
constexpr std::size_t streams_max = 100;
constexpr std::size_t arguments_max = 4096;
constexpr std::size_t argument_bytes_max = 128 * 1024;  // Linux: MAX_ARG_STRLEN

std::string found(const YamlNode& node) {
  switch (node.kind) {
    case Kind::null:
      return "nothing";
    case Kind::scalar:
      return shown(node.text);
    case Kind::list:
      return "a list";
    case Kind::map:
      return "a map";
  }
  return {};
}

// Empty in every part: stands in the reference as a place to fill in, and asks for nothing.
bool asks_nothing(const YamlNode& node) {
  if (node.kind == Kind::null) return true;
  if (node.kind == Kind::scalar) return node.text.empty();
  return std::all_of(node.items.begin(), node.items.end(), asks_nothing);
}

class Reader {
 public:
  Reader(std::string source_name, Config& config)
      : source_name_(std::move(source_name)), config_(config) {}

  void read(const YamlNode& root) {
    if (root.kind == Kind::null) {
      throw ConfigError(source_name_ + ": the file is empty, expected a map with " +
                        join(names_below(program_level(), ""), ", "));
    }
    if (root.kind != Kind::map) {
      return complain(root.line, "",
                      "found " + found(root) + ", expected a map with " +
                          join(names_below(program_level(), ""), ", "));
    }
    read_map(root, program_level(), "", config_);
  }

  void throw_if_any() const { problems_.throw_if_any(); }

 private:
  // The keys of the whole file, or of one stream.
  template <class Owner>
  struct Level {
    const std::vector<Setting<Owner>>& settings;
    const std::vector<std::string_view>& later;
    std::string_view list;  // the one key whose value is a list
    std::string prefix;     // "streams[0]."
    std::size_t stream = 0;
  };

  static Level<Config> program_level() {
    return {program_settings(), later_program_keys(), "streams", "", 0};
  }
  static Level<StreamConfig> stream_level(std::size_t stream) {
    return {stream_settings(), later_stream_keys(), "command", stream_prefix(stream), stream};
  }

  std::string place(int line) const { return source_name_ + ':' + std::to_string(line); }

  void complain(int line, const std::string& key, const std::string& what) {
    problems_.add(place(line) + ": " + (key.empty() ? "" : key + ": ") + what);
  }

  // What may stand below a group ("" is the top): for messages.
  template <class Owner>
  static std::vector<std::string_view> names_below(const Level<Owner>& level,
                                                   const std::string& group) {
    std::vector<std::string_view> names;
    if (group.empty()) names.push_back(level.list);
    const std::string prefix = group.empty() ? "" : group + '.';
    for (const Setting<Owner>& setting : level.settings) {
      if (!setting.key.starts_with(prefix)) continue;
      std::string_view name = setting.key.substr(prefix.size());
      name = name.substr(0, name.find('.'));
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    return names;
  }

  template <class Owner>
  static bool is_group(const Level<Owner>& level, const std::string& key) {
    return !key.empty() && !names_below(level, key).empty();
  }

  template <class Owner>
  void read_map(const YamlNode& map, const Level<Owner>& level, const std::string& group,
                Owner& owner) {
    for (std::size_t i = 0; i < map.keys.size(); ++i) {
      const std::string key = group.empty() ? map.keys[i] : group + '.' + map.keys[i];
      read_entry(key, map.key_lines[i], map.items[i], level, group, owner);
    }
  }

  template <class Owner>
  void read_entry(const std::string& key, int line, const YamlNode& node, const Level<Owner>& level,
                  const std::string& group, Owner& owner) {
    const auto& later = level.later;
    if (const auto* setting = find_setting(level.settings, key)) {
      read_setting(*setting, line, node, level, owner);
    } else if (key == level.list) {
      read_list(line, node, level);
    } else if (std::find(later.begin(), later.end(), key) != later.end()) {
      if (!asks_nothing(node)) complain(line, level.prefix + key, "not available in this version");
    } else if (is_group(level, key)) {
      read_group(key, line, node, level, owner);
    } else {
      complain_unknown(key, line, level, group);
    }
  }

  template <class Owner>
  void read_setting(const Setting<Owner>& setting, int line, const YamlNode& node,
                    const Level<Owner>& level, Owner& owner) {
    const std::string key = level.prefix + std::string(setting.key);
    try {
      // Anything but a scalar is asked for as "": the message then says what was expected.
      setting.read(owner, node.kind == Kind::scalar ? node.text : "");
      remember(config_, key, Origin::file, place(line));
    } catch (const Unexpected& error) {
      complain(node.kind == Kind::scalar ? node.line : line, key,
               "found " + found(node) + ", " + error.what());
    }
  }

  template <class Owner>
  void read_group(const std::string& key, int line, const YamlNode& node, const Level<Owner>& level,
                  Owner& owner) {
    if (node.kind == Kind::null) return;  // every line below it is a comment
    if (node.kind == Kind::map) return read_map(node, level, key, owner);
    complain(
        line, level.prefix + key,
        "found " + found(node) + ", expected a map with " + join(names_below(level, key), ", "));
  }

  template <class Owner>
  void complain_unknown(const std::string& key, int line, const Level<Owner>& level,
                        const std::string& group) {
    const auto names = names_below(level, group);
    const std::string word = key.substr(group.empty() ? 0 : group.size() + 1);
    std::string hint(closest_name(word, names));
    if (hint.empty()) {
      // Right word, wrong place: `freeze_timeout` beside `monitor`.
      for (const Setting<Owner>& setting : level.settings) {
        if (setting.key.ends_with('.' + word)) hint = level.prefix + std::string(setting.key);
      }
    }
    const std::string prefix = level.prefix + (group.empty() ? "" : group + '.');
    complain(line, "",
             "unknown key " + shown(prefix + word) +
                 (hint.empty() ? "" : ", did you mean " + hint + '?') +
                 (hint.empty() ? ", expected one of: " : " (expected one of: ") +
                 join(names, ", ") + (hint.empty() ? "" : ")"));
  }

  void read_list(int line, const YamlNode& node, const Level<Config>&) {
    if (node.kind != Kind::list || node.items.empty()) {
      const bool empty = node.kind == Kind::list;
      return complain(line, "streams",
                      "found " + (empty ? "an empty list" : found(node)) +
                          ", expected a list of streams, each with a name and "
                          "a command");
    }
    if (node.items.size() > streams_max) {
      return complain(line, "streams",
                      "found " + std::to_string(node.items.size()) + " streams, expected at most " +
                          std::to_string(streams_max));
    }
    for (const YamlNode& item : node.items) read_stream(item);
  }

  void read_stream(const YamlNode& node) {
    const std::size_t index = config_.streams.size();
    config_.streams.emplace_back();
    const std::string key = "streams[" + std::to_string(index) + ']';
    config_.places[key] = place(node.line);
    if (node.kind != Kind::map) {
      return complain(node.line, key,
                      "found " + found(node) + ", expected a map with " +
                          join(names_below(stream_level(index), ""), ", "));
    }
    read_map(node, stream_level(index), "", config_.streams[index]);
  }

  // The command. What was found is not shown: it may hold a stream key.
  void read_list(int line, const YamlNode& node, const Level<StreamConfig>& level) {
    const std::string key = level.prefix + "command";
    std::vector<std::string>& command = config_.streams[level.stream].command;
    if (node.kind != Kind::list) {
      const std::string what = node.kind == Kind::scalar ? "one text" : found(node);
      return complain(line, key,
                      "found " + what +
                          ", expected a list, one element for each argument, such as "
                          "[ffmpeg, -re, -i, \"http://host/radio.mp3\", -f, null, -]");
    }
    if (node.items.empty() || node.items.size() > arguments_max) {
      return complain(line, key,
                      "found " + std::to_string(node.items.size()) + " elements, expected 1 to " +
                          std::to_string(arguments_max));
    }
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const std::string wrong = wrong_argument(node.items[i], i == 0);
      if (!wrong.empty()) {
        complain(node.items[i].line, key + '[' + std::to_string(i) + ']', wrong);
      }
      command.push_back(node.items[i].text);
    }
    remember(config_, key, Origin::file, place(line));
  }

  static std::string wrong_argument(const YamlNode& node, bool is_program) {
    if (node.kind == Kind::list || node.kind == Kind::map) {
      return "found " + found(node) + ", expected a text (quote it: \"…\")";
    }
    if (node.kind == Kind::null && node.text.empty()) {
      return "found nothing, expected a text (\"\" is an empty one)";
    }
    if (is_program && node.text.empty()) return "found an empty text, expected a program";
    if (node.text.find('\0') != std::string::npos) return "found a NUL, which no argument can hold";
    if (node.text.size() <= argument_bytes_max) return {};
    return "found " + std::to_string(node.text.size()) + " bytes, expected at most " +
           std::to_string(argument_bytes_max);
  }

  std::string source_name_;
  Config& config_;
  Problems problems_;
};

[[noreturn]] void throw_unreadable(const std::string& path) {
  throw ConfigError(path + ": cannot be read: " + std::strerror(errno));
}

// Waits for what a pipe (`--config <(…)`) has to say, but not for ever: a FIFO may have no writer.
void await_input(int fd, const std::string& path) {
  constexpr int wait_ms = 5000;  // a generator of a configuration needs less
  pollfd entry{fd, POLLIN, 0};
  if (poll(&entry, 1, wait_ms) > 0) return;
  throw ConfigError(path + ": nothing came from this pipe for 5 s, expected a YAML file");
}

std::string read_bounded(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    throw ConfigError(path + ": is a directory, expected a YAML file");
  }
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) throw_unreadable(path);
  std::string text(file_bytes_max + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    await_input(file.get(), path);
    const ssize_t count = ::read(file.get(), text.data() + size, text.size() - size);
    if (count == 0) break;
    if (count < 0 && errno != EAGAIN && errno != EINTR) throw_unreadable(path);
    size += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
  }
  text.resize(size);
  return text;
}

}  // namespace

void read_yaml_text(const std::string& text, const std::string& source_name, Config& config) {
  if (text.size() > file_bytes_max) {
    throw ConfigError(source_name + ": larger than 1 MiB, expected a configuration");
  }
  Reader reader(source_name, config);
  reader.read(parse_yaml(text, source_name));
  reader.throw_if_any();
}

void read_yaml_file(const std::string& path, Config& config) {
  read_yaml_text(read_bounded(path), path, config);
}

}  // namespace supervisor
