#include "supervisor/config/arguments.hpp"

#include <cstdint>
#include <string_view>

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

std::string wrong_argument(const YamlNode& node, bool is_program) {
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

void read_arguments(const Entry& entry, std::vector<std::string>& arguments,
                    std::string_view example, FileReading& reading, First first = First::program) {
  if (entry.node.kind != Kind::list) {
    return reading.complain(entry,
                            "found " + found_kind(entry.node) +
                                ", expected a list, one element for each argument, such as " +
                                std::string(example));
  }
  const std::size_t count = entry.node.items.size();
  if (count == 0 || count > arguments_max) {
    return reading.complain(entry, "found " + std::to_string(count) + " elements, expected 1 to " +
                                       std::to_string(arguments_max));
  }
  for (std::size_t i = 0; i < count; ++i) {
    const Entry argument = entry_of_list(entry, i);
    const std::string wrong = wrong_argument(argument.node, i == 0 && first == First::program);
    if (!wrong.empty()) reading.complain(argument, wrong);
    arguments.push_back(argument.node.text);
  }
  reading.remember_from_file(entry.key, entry.line);
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
