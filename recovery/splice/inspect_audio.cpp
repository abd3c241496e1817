#include <algorithm>
#include <array>

#include "recovery/splice/bit_reader.hpp"
#include "recovery/splice/parameters.hpp"

namespace recovery::splice {

namespace {

// One frame's head.
struct AudioFrame {
  AudioParameters parameters;
  std::size_t size = 0;       // bytes; 0: not known
  std::uint32_t samples = 0;  // of each channel
};

std::optional<AudioFrame> read_adts(Bytes bytes) {
  static constexpr std::array<std::uint32_t, 13> rates = {
      96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350};
  if (bytes.size() < 7 || bytes[0] != 0xff || (bytes[1] & 0xf6U) != 0xf0U) return {};
  const unsigned rate = bytes[2] >> 2U & 0x0fU;
  if (rate >= rates.size()) return {};
  AudioFrame frame;
  frame.parameters = {(bytes[2] >> 6U) + 1U, rates[rate],
                      (bytes[2] & 1U) << 2U | static_cast<unsigned>(bytes[3]) >> 6U};
  frame.size = (bytes[3] & 3U) << 11U | static_cast<std::size_t>(bytes[4]) << 3U | bytes[5] >> 5U;
  frame.samples = 1024U * ((bytes[6] & 3U) + 1U);
  if (frame.size < 7) return {};
  return frame;
}

// MPEG-1, 2 and 2.5, layers I to III.
std::optional<AudioFrame> read_mpeg_audio(Bytes bytes) {
  static constexpr std::uint16_t kbit[2][3][15] = {
      {{0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
       {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
       {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}},
      {{0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
       {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
       {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}}};
  static constexpr std::array<std::uint32_t, 3> rates = {44100, 48000, 32000};
  if (bytes.size() < 4 || bytes[0] != 0xff || (bytes[1] & 0xe0U) != 0xe0U) return {};
  const unsigned version = bytes[1] >> 3U & 3U;  // 3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5
  const unsigned layer = 4U - (bytes[1] >> 1U & 3U);
  const unsigned bitrate = bytes[2] >> 4U;
  const unsigned rate = bytes[2] >> 2U & 3U;
  if (version == 1 || layer == 4 || bitrate == 15 || rate == 3) return {};
  const bool is_first = version == 3;
  AudioFrame frame;
  frame.parameters = {layer,
                      rates[rate] >> (is_first       ? 0U
                                      : version == 2 ? 1U
                                                     : 2U),
                      bytes[3] >> 6U == 3 ? 1U : 2U};
  frame.samples = layer == 1 ? 384 : layer == 2 || is_first ? 1152 : 576;
  const std::size_t bits = kbit[is_first ? 0 : 1][layer - 1][bitrate] * 1000U;
  const std::size_t padding = bytes[2] >> 1U & 1U;
  if (bits == 0) return frame;  // free format
  const std::size_t slot = layer == 1 ? 4 : 1;
  frame.size = (frame.samples / 8 / slot * bits / frame.parameters.rate + padding) * slot;
  return frame;
}

// Also E-AC-3, which a greater bitstream identification marks.
std::optional<AudioFrame> read_ac3(Bytes bytes) {
  static constexpr std::array<std::uint32_t, 3> rates = {48000, 44100, 32000};
  static constexpr std::array<std::uint8_t, 8> channels = {2, 1, 2, 3, 3, 4, 4, 5};
  static constexpr std::array<std::uint8_t, 4> blocks = {1, 2, 3, 6};
  static constexpr std::array<std::uint32_t, 19> ac3_kbit = {
      32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640};
  if (bytes.size() < 8 || bytes[0] != 0x0b || bytes[1] != 0x77) return {};
  const bool is_enhanced = bytes[5] >> 3U > 10;
  AudioFrame frame;
  BitReader reader(bytes.subspan(is_enhanced ? 2 : 4));
  if (is_enhanced) {
    const unsigned substream = reader.bits(2);
    reader.skip(3);
    frame.size = 2U * (reader.bits(11) + 1U);
    const unsigned rate = reader.bits(2);
    const unsigned more = reader.bits(2);
    if (rate == 3 && more == 3) return {};
    const unsigned mode = reader.bits(3);
    frame.parameters = {0, rate == 3 ? rates[more] / 2 : rates[rate],
                        channels[mode] + reader.bit()};
    // A dependent substream lasts no longer than the one that it adds to.
    frame.samples = substream == 1 ? 0 : 256U * (rate == 3 ? 6U : blocks[more]);
    return frame;
  }
  const unsigned rate = reader.bits(2);
  if (rate == 3) return {};
  const unsigned code = reader.bits(6);
  if (code >= 2 * ac3_kbit.size()) return {};
  const std::uint32_t kbit = ac3_kbit[code / 2];
  frame.size = 2U * (rate == 0 ? 2 * kbit : rate == 2 ? 3 * kbit : kbit * 320 / 147 + code % 2);
  reader.skip(5 + 3);
  const unsigned mode = reader.bits(3);
  if ((mode & 1U) != 0 && mode != 1) reader.skip(2);
  if ((mode & 4U) != 0) reader.skip(2);
  if (mode == 2) reader.skip(2);
  frame.parameters = {0, rates[rate], channels[mode] + reader.bit()};
  frame.samples = 1536;
  return frame;
}

// The control header of Opus in MPEG-TS, then one Opus packet (RFC 6716, 3.1).
std::optional<AudioFrame> read_opus(Bytes bytes, Bytes descriptors) {
  if (bytes.size() < 3 || bytes[0] != 0x7f || (bytes[1] & 0xe0U) != 0xe0U) return {};
  std::size_t at = 2;
  std::size_t size = 0;
  while (at < bytes.size() && bytes[at] == 0xff) size += bytes[at++];
  if (at >= bytes.size()) return {};
  size += bytes[at++];
  at += ((bytes[1] & 0x10U) != 0 ? 2U : 0U) + ((bytes[1] & 0x08U) != 0 ? 2U : 0U);
  if (at + 1 >= bytes.size()) return {};
  const unsigned config = bytes[at] >> 3U;
  const unsigned code = bytes[at] & 3U;
  const unsigned frames = code == 0 ? 1U : code < 3 ? 2U : bytes[at + 1] & 0x3fU;
  static constexpr std::array<std::uint32_t, 4> silk = {480, 960, 1920, 2880};
  const std::uint32_t samples = config < 12   ? silk[config % 4]
                                : config < 16 ? 480U << config % 2
                                              : 120U << config % 4;
  AudioFrame frame;
  frame.parameters = {0, 48000, descriptors.empty() ? 0U : descriptors.back()};
  frame.samples = frames * samples;
  frame.size = at + size;
  return frame;
}

// What goes with a frame of E-AC-3: the channels that stereo does not have.
std::size_t with_substreams(Bytes payload, std::size_t size) {
  while (size < payload.size()) {
    const auto next = read_ac3(payload.subspan(size));
    if (!next || next->samples > 0 || next->size == 0) break;
    size += next->size;
  }
  return size;
}

std::optional<AudioFrame> read_frame(Codec codec, Bytes bytes, Bytes descriptors) {
  switch (codec) {
    case Codec::aac:
      return read_adts(bytes);
    case Codec::mpeg_audio:
      return read_mpeg_audio(bytes);
    case Codec::ac3:
    case Codec::eac3:
      return read_ac3(bytes);
    case Codec::opus:
      return read_opus(bytes, descriptors);
    default:
      return {};
  }
}

}  // namespace

Inspection inspect_audio(Codec codec, Bytes payload, Bytes descriptors) {
  if (codec == Codec::other) return {UnknownParameters{}, true, payload.size(), 0, 0};
  auto frame = read_frame(codec, payload, descriptors);
  if (!frame) return {};
  if (frame->size == 0) frame->size = payload.size();
  if (codec == Codec::eac3) frame->size = with_substreams(payload, frame->size);
  const std::size_t size = std::min(frame->size, payload.size());
  return {frame->parameters, true, size, frame->samples, frame->parameters.rate};
}

}  // namespace recovery::splice
