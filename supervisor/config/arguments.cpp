#include "supervisor/config/arguments.hpp"

#include <cstdint>
#include <string_view>

#include "supervisor/config/argument_references.hpp"
#include "supervisor/config/secret_reference.hpp"
#include "supervisor/config/settings.hpp"
#include "supervisor/words/command_text.hpp"

namespace supervisor {

namespace {

using Kind = YamlNode::Kind;

constexpr std::size_t arguments_max = 4096;
constexpr std::size_t argument_bytes_max = 128 * 1024;  // Linux: MAX_ARG_STRLEN

constexpr std::string_view ffmpeg_example =
    "[ffmpeg, -re, -i, \"http://host/radio.mp3\", -f, null, -]";
constexpr std::string_view output_example = "[-f, flv, \"rtmp://host/live/stream\"]";
constexpr std::string_view alert_example = "[/usr/local/bin/page-me, --team, radio]";

enum class First : std::uint8_t { program, argument };

std::string wrong_kind(const YamlNode& node) {
  if (node.kind == Kind::list || node.kind == Kind::map) {
    return "found " + found(node) + ", expected a text (quote it: \"…\")";
  }
  if (node.kind == Kind::null && node.text.empty()) {
    return "found nothing, expected a text (\"\" is an empty one)";
  }
  return {};
}

std::string wrong_argument(const std::string& text, bool is_program) {
  if (is_program && text.empty()) return "found an empty text, expected a program";
  if (text.find('\0') != std::string::npos) return "found a NUL, which no argument can hold";
  if (text.size() <= argument_bytes_max) return {};
  return "found " + std::to_string(text.size()) + " bytes, expected at most " +
         std::to_string(argument_bytes_max);
}

// An element: a text that may hold references, or one reference as a map. Throws Unexpected.
std::string argument_of(const YamlNode& node, FileReading& reading) {
  if (const auto reference = secret_reference_in(node)) {
    if (!reading.environment()) return node.items[0].text;  // not asked for
    std::string secret = resolved(*reference, reading.environment());
    reading.remember_secret(secret, reference->prefix());
    return secret;
  }
  const std::string wrong = wrong_kind(node);
  if (!wrong.empty()) throw Unexpected::whole(wrong);
  return with_references(node.text, reading);
}

bool fits(std::size_t count, const char* what, const Entry& entry, FileReading& reading) {
  if (count > 0 && count <= arguments_max) return true;
  reading.complain(entry, "found " + std::to_string(count) + ' ' + what + ", expected 1 to " +
                              std::to_string(arguments_max));
  return false;
}

void require_argument(const Entry& entry, const std::string& text, bool is_program,
                      FileReading& reading) {
  const std::string wrong = wrong_argument(text, is_program);
  if (!wrong.empty()) reading.complain(entry, wrong);
}

void read_list(const Entry& entry, std::vector<std::string>& arguments, First first,
               FileReading& reading) {
  const std::size_t count = entry.node.items.size();
  if (!fits(count, "elements", entry, reading)) return;
  for (std::size_t i = 0; i < count; ++i) {
    const Entry argument = entry_of_list(entry, i);
    try {
      arguments.push_back(argument_of(argument.node, reading));
      require_argument(argument, arguments.back(), i == 0 && first == First::program, reading);
    } catch (const Unexpected& error) {
      reading.complain(argument, error.what());
      arguments.emplace_back();
    }
  }
  reading.remember_from_file(entry.key, entry.line);
}

// Line breaks of the text are YAML's: the line is that of its beginning.
void read_line(const Entry& entry, std::vector<std::string>& arguments, First first,
               FileReading& reading) {
  const Entry text{entry.key, entry.node.line, entry.node};
  try {
    const std::vector<std::string> words = first == First::program
                                               ? words_of_command_line(entry.node.text)
                                               : words_of_arguments(entry.node.text);
    if (!fits(words.size(), "words", text, reading)) return;
    for (const std::string& word : words) {
      arguments.push_back(with_references(word, reading));
      require_argument(text, arguments.back(), arguments.size() == 1 && first == First::program,
                       reading);
    }
    reading.remember_from_file(entry.key, entry.line);
  } catch (const CommandTextError& error) {
    reading.complain(text, error.what());
  } catch (const Unexpected& error) {
    reading.complain(text, error.what());
  }
}

void read_arguments(const Entry& entry, std::vector<std::string>& arguments,
                    std::string_view example, FileReading& reading, First first = First::program) {
  if (entry.node.kind == Kind::list) return read_list(entry, arguments, first, reading);
  if (entry.node.kind == Kind::scalar) return read_line(entry, arguments, first, reading);
  reading.complain(entry, "found " + found_kind(entry.node) +
                              ", expected one line, or a list with one element for each argument, "
                              "such as " +
                              std::string(example));
}

void read_optional_arguments(const Entry& entry, std::vector<std::string>& arguments,
                             std::string_view example, FileReading& reading) {
  if (!is_empty_list(entry.node)) return read_arguments(entry, arguments, example, reading);
  reading.remember_from_file(entry.key, entry.line);
}

}  // namespace

void read_command(const Entry& entry, StreamConfig& stream, FileReading& reading) {
  read_arguments(entry, stream.command, ffmpeg_example, reading);
}

void read_fallback(const Entry& entry, StreamConfig& stream, FileReading& reading) {
  read_optional_arguments(entry, stream.fallback, ffmpeg_example, reading);
}

void read_output_arguments(const Entry& entry, std::vector<std::string>& arguments,
                           FileReading& reading) {
  read_arguments(entry, arguments, output_example, reading, First::argument);
}

void read_alert_command(const Entry& entry, Config& config, FileReading& reading) {
  read_optional_arguments(entry, config.alerts.command, alert_example, reading);
}

}  // namespace supervisor
