#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ffmpeg_help_texts.hpp"
#include "supervisor/hold/held_command.hpp"

namespace supervisor::test::taken_apart {

using Words = std::vector<std::string>;

inline FfmpegHelp read_help() {
  FfmpegHelp help;
  read_answer({HelpQuestion::About::options}, full_5_1, help);
  read_answer({HelpQuestion::About::codecs}, codecs_5_1, help);
  const std::vector<std::pair<const char*, std::string_view>> muxers = {
      {"flv", muxer_flv_5_1},       {"mp3", muxer_mp3_5_1},   {"hls", muxer_hls_5_1},
      {"mpegts", muxer_mpegts_5_1}, {"adts", muxer_adts_5_1}, {"ogg", muxer_ogg_5_1},
      {"tee", muxer_tee_5_1},       {"fifo", muxer_fifo_5_1}};
  for (const auto& [name, text] : muxers)
    read_answer({HelpQuestion::About::muxer, name}, text, help);
  read_answer({HelpQuestion::About::protocol, "srt"}, protocol_srt_5_1, help);
  return help;
}

inline const FfmpegHelp& help() {
  static const FfmpegHelp known = read_help();
  return known;
}

inline std::string joined(const Words& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : " ") + word;
  return all;
}

inline Words split(std::string_view text) {
  Words words(1);
  for (const char c : text) {
    if (c == ' ') {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  return words;
}

// The options of the encoder's pipes.
inline const std::string ts =
    "-avoid_negative_ts disabled -flush_packets 1 -max_delay 0 -pes_payload_size 0 "
    "-max_interleave_delta 200000 "
    "-omit_video_pes_length 0 -f mpegts ";

inline std::string encoder(const HeldCommand& held) {
  constexpr std::array descriptors = {20, 21, 22, 23};
  return joined(held.encoder_argv(descriptors));
}

inline std::string publisher(const HeldCommand& held, std::size_t number = 0) {
  return joined(held.publishers.at(number).argv);
}

}  // namespace supervisor::test::taken_apart
