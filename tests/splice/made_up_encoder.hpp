#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "recovery/splice/ticks.hpp"

namespace recovery::splice::test {

using ByteVector = std::vector<std::uint8_t>;

inline constexpr std::uint8_t h264_type = 0x1b;
inline constexpr std::uint8_t aac_type = 0x0f;

struct MadeUpStream {
  std::uint16_t pid = 0;
  std::uint8_t type = 0;
  ByteVector descriptors;
};

// Writes MPEG-TS by hand, as FFmpeg does: an independent second writer, for tests.
class TsWriter {
 public:
  void tables(const std::vector<MadeUpStream>& streams);
  void pes(std::uint16_t pid, std::uint8_t stream_id, Ticks pts, Ticks dts,
           const ByteVector& payload, bool random_access, bool with_length);
  void append(const ByteVector& bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  ByteVector take();

 private:
  void section(std::uint16_t pid, ByteVector section);
  void payload(std::uint16_t pid, std::span<const std::uint8_t> bytes, bool random_access);

  ByteVector bytes_;
  std::uint8_t continuity_[0x2000] = {};
};

struct EncoderSetting {
  bool has_video = true, has_audio = true;
  std::uint32_t width = 320, height = 192;  // whole macroblocks
  int gop = 25;
  int b_frames = 0;      // between two P-frames
  bool is_open = false;  // its key frames have leading pictures
  double fps = 25;
  std::uint32_t rate = 48000;
  std::uint32_t channels = 2;
  Ticks start = 126000;               // of its time stamps
  Ticks audio_late = 0;               // its sound begins later by this
  Ticks audio_early = 0;              // it is written so long before the picture of its time
  Ticks audio_ends = ticks_per_wrap;  // … and ends here, though the PMT still has it
  std::uint16_t video_pid = 0x100, audio_pid = 0x101;
  std::size_t picture_size = 600;  // bytes
  bool has_length = false;         // the PES of its pictures say it
  std::uint8_t mark = 0;           // stands in each frame: who made it
};

// An encoder's MPEG-TS without an encoder: frames whose heads are right and whose contents say
// which they are.
class MadeUpEncoder {
 public:
  explicit MadeUpEncoder(const EncoderSetting& setting) : setting_(setting) {}

  // All that it gives up to this time of its life, as far as it has not.
  ByteVector until(Duration life);
  bool next_is_key() const;
  // Its clock jumps.
  void jump(Ticks by) { setting_.start += by; }
  EncoderSetting& setting() { return setting_; }

 private:
  Ticks video_dts() const;
  Ticks audio_dts() const;
  void write_picture();
  void write_sound();

  EncoderSetting setting_;
  TsWriter writer_;
  std::int64_t pictures_ = 0, sounds_ = 0;
  Ticks tables_at_ = -1'000'000;
};

ByteVector h264_picture(const EncoderSetting& setting, bool is_key, std::uint64_t number);
ByteVector adts_frame(const EncoderSetting& setting, std::uint64_t number);

}  // namespace recovery::splice::test
