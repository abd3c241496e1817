// sources: monitor/ffmpeg/stderr_log.cpp monitor/ffmpeg/stderr_patterns.cpp monitor/ffmpeg/side.cpp
// sources: monitor/ffmpeg/own_words.cpp monitor/ffmpeg/read_sign.cpp monitor/ffmpeg/line_reader.cpp
// sources: monitor/ffmpeg/stderr_reasons.cpp
// sources: monitor/ffmpeg/url_address.cpp monitor/text/url.cpp monitor/text/utf8.cpp
// monitor/cause.cpp
//
// FFmpeg's stderr as it comes: bytes to lines to what they mean.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/ffmpeg/line_reader.hpp"
#include "monitor/ffmpeg/stderr_log.hpp"
#include "monitor/text/line_splitter.hpp"

namespace {

constexpr std::size_t lines_searched = 32;  // of an input; a search costs microseconds
constexpr std::size_t line_limit = 256;     // bytes; short, so that cut lines are met often

std::vector<std::string> lines_of(std::string_view bytes, std::size_t piece) {
  std::vector<std::string> lines;
  const auto take = [&](std::string_view line) {
    if (line.empty() || line.size() > line_limit) std::abort();
    if (line.find_first_of("\r\n") != std::string_view::npos) std::abort();
    lines.emplace_back(line);
  };
  monitor::LineSplitter splitter(line_limit);
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    splitter.feed(bytes.substr(0, piece), take);
  }
  splitter.finish(take);
  return lines;
}

bool lies_within(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void read_line(const std::string& text, const monitor::Endpoints& endpoints) {
  if (monitor::without_colours(text).size() > text.size()) std::abort();
  const auto read = monitor::LineReader().read(text);
  if (read && read->text.size() > text.size()) std::abort();
  const monitor::LogLine line = monitor::parse_log_line(text);
  monitor::is_status_line(line);
  if (!lies_within(line.component, text) || !lies_within(line.text, text)) std::abort();
  const auto sign = monitor::read_sign(line, endpoints);
  if (sign && monitor::name(sign->cause) == "?") std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const monitor::Endpoints endpoints{
      {"http://127.0.0.1:19708/radio.mp3", "/data/in.ts", "image.png"},
      {"rtmp://127.0.0.1:19607/live/k", "icecast://source:hackme@[::1]:8000/out"}};
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto lines = lines_of(bytes, std::max<std::size_t>(size, 1));
  if (lines != lines_of(bytes, 1 + size % 7)) std::abort();  // in pieces of any size
  for (std::size_t i = 0; i < std::min(lines.size(), lines_searched); ++i) {
    read_line(lines[i], endpoints);
  }
  return 0;
}
