#include "monitor/ffmpeg/own_words.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "monitor/text/ascii.hpp"

namespace monitor {
namespace {

constexpr auto npos = std::string_view::npos;

// The length of the longest of `urls` that stands in front of "`: `".
std::size_t leading_url(std::string_view text, const std::vector<std::string>& urls) {
  std::size_t longest = 0;
  for (const std::string_view given : urls) {
    const std::string_view url = given == "-" ? "pipe:" : given;  // as FFmpeg calls it
    const bool stands = text.starts_with(url) && text.substr(url.size()).starts_with(": ");
    if (stands) longest = std::max(longest, url.size());
  }
  return longest;
}

// `… with error code: -32 (Broken pipe)`, since 7.0
std::string_view in_brackets(std::string_view text) {
  const std::size_t open = text.rfind(" (");
  return open == npos || !text.ends_with(')') ? text
                                              : text.substr(open + 2, text.size() - open - 3);
}

std::string_view reason_of(std::string_view text) {
  if (text.starts_with("Task finished with ") || text.starts_with("Terminating thread with ")) {
    return in_brackets(text);
  }
  if (text.starts_with("Slave muxer #")) text = text.substr(0, text.rfind(", continuing with "));
  if (text.starts_with("Will reconnect at ")) {
    const std::size_t error = text.rfind("error=");
    return error == npos ? std::string_view() : text.substr(error + 6);
  }
  const std::size_t colon = text.rfind(": ");
  return colon == npos ? text : text.substr(colon + 2);
}

bool is_argument(std::string_view name, const Endpoints& endpoints) {
  name = trimmed(name, " .,'\"");
  return !name.empty() && std::ranges::any_of(endpoints.arguments, [&](const std::string& word) {
    return word.find(name) != npos;
  });
}

}  // namespace

OwnWords own_words(const LogLine& line, const Endpoints& endpoints) {
  OwnWords words{.text = line.text, .reason = {}};
  const std::size_t input = leading_url(line.text, endpoints.inputs);
  const std::size_t output = leading_url(line.text, endpoints.outputs);
  if (const std::size_t length = std::max(input, output); length > 0) {
    if (input != output) words.subject = input > output ? Side::input : Side::output;
    words.text.remove_prefix(length + 2);
  }
  words.reason = reason_of(words.text);
  return words;
}

bool begins_with(std::string_view text, std::string_view phrase) {
  const std::size_t star = phrase.find('*');
  if (star == npos) return text.starts_with(phrase);
  return text.starts_with(phrase.substr(0, star)) &&
         text.find(phrase.substr(star + 1), star) != npos;
}

bool names_an_argument(std::string_view text, std::string_view phrase, Naming naming,
                       const Endpoints& endpoints) {
  phrase = phrase.substr(0, phrase.find('*'));
  const std::string_view rest = text.substr(phrase.size());
  switch (naming) {
    case Naming::none:
      return false;
    case Naming::needless:
      return true;
    case Naming::quoted: {
      const std::size_t end = rest.rfind(phrase.back());
      return end != npos && is_argument(rest.substr(0, end), endpoints);
    }
    case Naming::first_word:
      return is_argument(rest.substr(0, rest.find(' ')), endpoints);
    case Naming::last_word: {
      const std::string_view word = rest.substr(rest.find_last_of(" :") + 1);
      const std::size_t slash = word.find('/');  // `preset/tune slow/(null).`
      const bool second = slash != npos && is_argument(word.substr(slash + 1), endpoints);
      return second || is_argument(word.substr(0, slash), endpoints);
    }
  }
  return false;
}

bool is_by_ffmpeg_itself(const LogLine& line) {
  return line.component.empty() || line.component.find('#') != npos;
}

// FFmpeg names such a codec CODEC_API.
bool is_of_hardware(const LogLine& line) {
  constexpr auto marks = std::to_array<std::string_view>(
      {"_nvenc",      "_cuvid", "_nvmpi",  "_qsv",     "_vaapi",   "_vdpau",
       "_v4l2m2m",    "_v4l2",  "_omx",    "_amf",     "_mf",      "_videotoolbox",
       "_mediacodec", "_rkmpp", "_mmal",   "_vulkan",  "_d3d11va", "_d3d12va",
       "_cuda",       "_npp",   "_opencl", "hwupload", "hwmap",    "AVHW"});
  return std::ranges::any_of(
      marks, [&](std::string_view mark) { return line.contexts.find(mark) != npos; });
}

}  // namespace monitor
