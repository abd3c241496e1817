#include "supervisor/config/outputs_section.hpp"

#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include "monitor/output.hpp"
#include "supervisor/config/arguments.hpp"
#include "supervisor/config/duration.hpp"
#include "supervisor/config/settings.hpp"
#include "supervisor/config/values.hpp"

namespace supervisor {

namespace {

using namespace std::chrono_literals;
using Kind = YamlNode::Kind;
using recovery::splice::QueueLimits;

const std::vector<std::string_view> output_keys{"args", "required", "buffer"};

constexpr std::size_t outputs_max = monitor::outputs_limit / 2;  // the command has some, too
constexpr std::string_view mib = "MiB";
constexpr std::uint64_t mib_min = 1, mib_max = 256;  // a key frame of a large picture fits in
constexpr DurationRange span_range{1s, 60s};

// A value that is no secret, as a setting's.
template <class Value, class Read>
void read_scalar(const Entry& entry, Value& value, Read read, FileReading& reading) {
  const bool is_text = entry.node.kind == Kind::scalar;
  try {
    value = read(is_text ? entry.node.text : "");
    reading.remember_from_file(entry.key, entry.line);
  } catch (const Unexpected& error) {
    reading.complain(is_text ? entry.node.line : entry.line, entry.key,
                     error.refusal(found(entry.node)));
  }
}

void read_key(const Entry& entry, const std::string& name, const Entry& map, OutputSettings& output,
              FileReading& reading) {
  if (name == "args") return read_output_arguments(entry, output.arguments, reading);
  if (name == "required") return read_scalar(entry, output.required, read_boolean, reading);
  if (name == "buffer") return read_scalar(entry, output.buffer, read_buffer, reading);
  reading.complain_unknown(entry.line, map.key + '.', name, output_keys);
}

void read_map(const Entry& entry, OutputSettings& output, FileReading& reading) {
  bool has_arguments = false;
  for (std::size_t i = 0; i < entry.node.keys.size(); ++i) {
    has_arguments |= entry.node.keys[i] == "args";
    read_key(entry_of_map(entry, i), entry.node.keys[i], entry, output, reading);
  }
  if (has_arguments) return;
  reading.complain(entry.line, entry.key + ".args",
                   "missing, expected a list such as [-f, flv, \"rtmp://host/live/stream\"]");
}

void read_output(const Entry& entry, const std::string& name, StreamConfig& stream,
                 FileReading& reading) {
  OutputSettings output;
  try {
    output.name = read_stream_name(name);
  } catch (const Unexpected& error) {
    reading.complain(entry.line, entry.key, "the name of an output: " + error.refusal(shown(name)));
  }
  if (entry.node.kind == Kind::map) {
    read_map(entry, output, reading);
  } else {
    read_output_arguments(entry, output.arguments, reading);
  }
  stream.outputs.push_back(std::move(output));
}

void take_size(const std::string& word, QueueLimits& buffer) {
  const std::string number = word.substr(0, word.size() - mib.size());
  buffer.bytes = static_cast<std::size_t>(read_integer(number, mib_min, mib_max)) << 20U;
}

}  // namespace

QueueLimits read_buffer(const std::string& text) {
  constexpr const char* expected =
      "expected a size of 1MiB to 256MiB, a time of 1s to 60s, or both, such as 10s 8MiB";
  QueueLimits buffer;
  bool has_size = false, has_span = false;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    bool& has = word.ends_with(mib) ? has_size : has_span;
    if (std::exchange(has, true)) throw Unexpected(expected);
    try {
      if (word.ends_with(mib)) {
        take_size(word, buffer);
      } else {
        buffer.span = read_duration(word, span_range);
      }
    } catch (const Unexpected&) {
      throw Unexpected(expected);
    }
  }
  if (!has_size && !has_span) throw Unexpected(expected);
  return buffer;
}

std::string print_buffer(const QueueLimits& buffer) {
  return print_duration(buffer.span) + ' ' + std::to_string(buffer.bytes >> 20U) + std::string(mib);
}

void read_outputs(const Entry& entry, StreamConfig& stream, FileReading& reading) {
  const YamlNode& node = entry.node;
  const bool is_empty = node.kind == Kind::null || (node.kind == Kind::map && node.items.empty());
  if (!is_empty && node.kind != Kind::map) {
    return reading.complain(entry, "found " + found_kind(node) +
                                       ", expected a map of names, such as {youtube: [-f, flv, "
                                       "\"rtmp://host/live/stream\"]}");
  }
  if (node.items.size() > outputs_max) {
    return reading.complain(entry, "found " + std::to_string(node.items.size()) +
                                       " outputs, expected at most " + std::to_string(outputs_max));
  }
  reading.remember_from_file(entry.key, entry.line);
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    read_output(entry_of_map(entry, i), node.keys[i], stream, reading);
  }
}

}  // namespace supervisor
