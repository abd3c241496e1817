#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace supervisor {

// What one FFmpeg says of its own options, muxers and encoders: they differ from build to build.
struct FfmpegHelp {
  using Names = std::set<std::string, std::less<>>;

  struct Muxer {
    // The codecs that it takes where the command names none; empty: it takes no such stream.
    std::string video, audio;
    Names options;

    // A picture in it is a cover beside the sound: mp3, flac.
    bool is_audio_only() const;
  };

  Names codec_options;   // of encoders; without the dash
  Names format_options;  // of formats and protocols
  Names every_muxers_options;
  std::map<std::string, Muxer, std::less<>> muxers;          // those asked for
  std::map<std::string, Names, std::less<>> protocols;       // the same
  std::map<std::string, std::string, std::less<>> codec_of;  // `libx264` → `h264`

  // It has answered what no command can be taken apart without.
  bool is_known() const { return !codec_options.empty() && !format_options.empty(); }
};

// One thing to ask an FFmpeg.
struct HelpQuestion {
  enum class About : std::uint8_t { options, codecs, muxer, protocol };
  About about;
  std::string name = {};  // of the muxer or protocol

  bool operator==(const HelpQuestion&) const = default;
};

// What stands behind FFmpeg's word.
std::vector<std::string> words_of(const HelpQuestion& question);

// Adds what the answer tells; of a muxer or protocol that this FFmpeg does not have, nothing.
void read_answer(const HelpQuestion& question, std::string_view answer, FfmpegHelp& help);

}  // namespace supervisor
