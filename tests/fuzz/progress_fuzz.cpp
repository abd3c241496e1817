// sources: monitor/ffmpeg/progress.cpp monitor/ffmpeg/content_mark.cpp
//
// FFmpeg's progress pipe, whatever comes down it, in pieces of any size.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "monitor/ffmpeg/progress.hpp"

namespace {

struct Told {
  std::vector<monitor::Progress> blocks;
  std::uint64_t rejected_lines = 0;

  bool operator==(const Told&) const = default;
};

Told told_by(std::string_view bytes, std::size_t piece) {
  monitor::ProgressParser parser;
  Told told;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    const auto& blocks = parser.feed(bytes.substr(0, piece));
    if (blocks.size() > monitor::ProgressParser::blocks_limit) std::abort();
    if (parser.marks().size() > monitor::ProgressParser::marks_limit) std::abort();
    told.blocks.insert(told.blocks.end(), blocks.begin(), blocks.end());
  }
  told.rejected_lines = parser.rejected_lines();
  return told;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Told whole = told_by(bytes, std::max<std::size_t>(size, 1));
  const Told pieces = told_by(bytes, 1 + size % 13);
  if (whole.rejected_lines != pieces.rejected_lines) std::abort();
  // At once no more than the newest are given.
  const std::size_t kept = std::min(pieces.blocks.size(), monitor::ProgressParser::blocks_limit);
  if (whole.blocks.size() != kept) std::abort();
  if (!std::equal(whole.blocks.rbegin(), whole.blocks.rend(), pieces.blocks.rbegin())) std::abort();
  return 0;
}
