#include "supervisor/hold/aac_header.hpp"

#include <algorithm>
#include <array>

#include "supervisor/hold/publisher_words.hpp"
#include "supervisor/words/is_one_of.hpp"

namespace supervisor {

namespace {

using std::string_view;
using Words = std::vector<std::string>;

// They write it before the first frame.
constexpr auto heads_first =
    std::to_array<string_view>({"matroska", "webm", "rtp", "rtsp", "sap", "latm", "whip"});
constexpr auto of_mp4_parts = std::to_array<string_view>({"dash", "smoothstreaming"});

bool has_option(const Words& words, std::initializer_list<string_view> names) {
  return std::ranges::any_of(words, [&](const std::string& word) {
    return std::ranges::any_of(names, [&](string_view name) {
      return word == name || (word.starts_with(name) && word[name.size()] == ':');
    });
  });
}

// MP4 and its kin, by the options that FFmpeg says they have.
bool is_mp4(string_view muxer, const Words& options, const FfmpegHelp& help) {
  if (is_one_of(muxer, of_mp4_parts)) return true;
  if (muxer == "hls") return option_value(options, "-hls_segment_type") == "fmp4";
  const auto known = help.muxers.find(muxer);
  return known != help.muxers.end() &&
         known->second.options.find("movflags") != known->second.options.end();
}

}  // namespace

AacHeader aac_header(string_view muxer, const Words& options, const FfmpegHelp& help) {
  if (is_one_of(muxer, heads_first)) {
    return {{},
            "the format " + std::string(muxer) +
                " needs the header of AAC before the first frame, and MPEG-TS, on which the "
                "encoder hands on what it makes, has none: use -c:a libopus or libmp3lame where "
                "the format takes it, publish by RTMP or SRT, or leave hold out"};
  }
  const bool is_filtered = has_option(options, {"-bsf:a", "-absf"}) ||
                           std::ranges::find(options, "-bsf") != options.end();
  if (is_filtered || !is_mp4(muxer, options, help)) return {};
  return {{"-bsf:a", "aac_adtstoasc"}, {}};
}

Words dash_tags(string_view muxer, const Words& options, string_view picture, string_view sound) {
  if (muxer != "dash" || has_option(options, {"-tag", "-vtag", "-atag"})) return {};
  Words tags;
  if (picture == "h264") tags.insert(tags.end(), {"-tag:v", "avc1"});
  if (picture == "hevc") tags.insert(tags.end(), {"-tag:v", "hvc1"});
  if (sound == "aac") tags.insert(tags.end(), {"-tag:a", "mp4a"});
  return tags;
}

}  // namespace supervisor
