#include "supervisor/hold/mpegts_codecs.hpp"

#include <algorithm>
#include <array>

namespace supervisor {

bool is_carried_by_mpegts(std::string_view codec) {
  // Found by writing and reading with 5.1 and 7.1: what FFmpeg has an encoder for.
  constexpr auto codecs = std::to_array<std::string_view>(
      {"mpeg1video", "mpeg2video", "mpeg4", "h264", "hevc", "vvc", "dirac", "mp2", "mp3", "aac",
       "ac3", "eac3", "dts", "opus", "s302m", "dvb_subtitle"});
  return std::ranges::find(codecs, codec) != codecs.end();
}

}  // namespace supervisor
