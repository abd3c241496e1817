#include "tests/splice/made_up_encoder.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace recovery::splice::test {

namespace {

class BitWriter {
 public:
  void bits(std::uint32_t value, unsigned count) {
    for (; count > 0; --count) bit(value >> (count - 1) & 1U);
  }
  void ue(std::uint32_t value) {
    unsigned zeros = 0;
    while ((value + 1) >> (zeros + 1) != 0) ++zeros;
    bits(0, zeros);
    bits(value + 1, zeros + 1);
  }
  ByteVector stop() {
    bit(1);
    while (used_ % 8 != 0) bit(0);
    return bytes_;
  }

 private:
  void bit(std::uint32_t value) {
    if (used_ % 8 == 0) bytes_.push_back(0);
    if (value != 0) bytes_.back() |= static_cast<std::uint8_t>(0x80U >> used_ % 8);
    ++used_;
  }
  ByteVector bytes_;
  unsigned used_ = 0;
};

std::uint32_t crc(const ByteVector& bytes) {
  std::uint32_t crc = 0xffffffffU;
  for (const std::uint8_t byte : bytes) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      const bool one = ((crc >> 31U) ^ (byte >> (7 - bit) & 1U)) != 0;
      crc = crc << 1U ^ (one ? 0x04c11db7U : 0U);
    }
  }
  return crc;
}

void unit(ByteVector& to, const ByteVector& body) {
  to.insert(to.end(), {0, 0, 0, 1});
  to.insert(to.end(), body.begin(), body.end());
}

ByteVector sps(std::uint32_t width, std::uint32_t height) {
  BitWriter bits;
  bits.bits(0x67, 8);
  bits.bits(66, 8);
  bits.bits(0xc0, 8);
  bits.bits(30, 8);
  bits.ue(0);
  bits.ue(0);
  bits.ue(2);
  bits.ue(1);
  bits.bits(0, 1);
  bits.ue(width / 16 - 1);
  bits.ue(height / 16 - 1);
  bits.bits(0b1100, 4);  // frames only, no crop, no VUI
  return bits.stop();
}

void stamp(ByteVector& bytes, unsigned mark, Ticks time) {
  const std::uint64_t t = wrapped(time);
  bytes.push_back(static_cast<std::uint8_t>(mark << 4U | (t >> 30U & 7U) << 1U | 1U));
  bytes.push_back(static_cast<std::uint8_t>(t >> 22U));
  bytes.push_back(static_cast<std::uint8_t>((t >> 15U & 0x7fU) << 1U | 1U));
  bytes.push_back(static_cast<std::uint8_t>(t >> 7U));
  bytes.push_back(static_cast<std::uint8_t>((t & 0x7fU) << 1U | 1U));
}

}  // namespace

void TsWriter::tables(const std::vector<MadeUpStream>& streams) {
  section(0, {0, 0xb0, 0, 0, 1, 0xc1, 0, 0, 0, 1, 0xf0, 0x00});
  const std::uint16_t pcr = streams.empty() ? 0x1fff : streams[0].pid;
  ByteVector pmt = {2,
                    0xb0,
                    0,
                    0,
                    1,
                    0xc1,
                    0,
                    0,
                    static_cast<std::uint8_t>(0xe0U | pcr >> 8U),
                    static_cast<std::uint8_t>(pcr),
                    0xf0,
                    0};
  for (const MadeUpStream& each : streams) {
    pmt.insert(pmt.end(), {each.type, static_cast<std::uint8_t>(0xe0U | each.pid >> 8U),
                           static_cast<std::uint8_t>(each.pid), 0xf0,
                           static_cast<std::uint8_t>(each.descriptors.size())});
    pmt.insert(pmt.end(), each.descriptors.begin(), each.descriptors.end());
  }
  section(0x1000, std::move(pmt));
}

void TsWriter::section(std::uint16_t pid, ByteVector section) {
  const std::size_t length = section.size() + 4 - 3;
  section[1] = static_cast<std::uint8_t>(0xb0U | length >> 8U);
  section[2] = static_cast<std::uint8_t>(length);
  const std::uint32_t sum = crc(section);
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    section.push_back(static_cast<std::uint8_t>(sum >> shift));
  }
  section.insert(section.begin(), 0);
  section.resize((section.size() + 183) / 184 * 184, 0xff);
  payload(pid, section, false);
}

void TsWriter::pes(std::uint16_t pid, std::uint8_t stream_id, Ticks pts, Ticks dts,
                   const ByteVector& payload, bool random_access, bool with_length) {
  const bool has_dts = pts != dts;
  ByteVector pes = {0,
                    0,
                    1,
                    stream_id,
                    0,
                    0,
                    0x80,
                    static_cast<std::uint8_t>(has_dts ? 0xc0 : 0x80),
                    static_cast<std::uint8_t>(has_dts ? 10 : 5)};
  stamp(pes, has_dts ? 3 : 2, pts);
  if (has_dts) stamp(pes, 1, dts);
  pes.insert(pes.end(), payload.begin(), payload.end());
  if (with_length) {
    pes[4] = static_cast<std::uint8_t>((pes.size() - 6) >> 8U);
    pes[5] = static_cast<std::uint8_t>(pes.size() - 6);
  }
  this->payload(pid, pes, random_access);
}

void TsWriter::payload(std::uint16_t pid, std::span<const std::uint8_t> bytes, bool random_access) {
  for (bool is_first = true; !bytes.empty(); is_first = false) {
    const bool marks = is_first && random_access;
    std::size_t adaptation = marks ? 2 : 0;
    const std::size_t taken = std::min<std::size_t>(184 - adaptation, bytes.size());
    adaptation = 184 - taken;
    ByteVector packet = {
        0x47, static_cast<std::uint8_t>((is_first ? 0x40U : 0U) | pid >> 8U),
        static_cast<std::uint8_t>(pid),
        static_cast<std::uint8_t>((adaptation > 0 ? 0x30U : 0x10U) | (continuity_[pid]++ & 0x0fU))};
    if (adaptation > 0) packet.push_back(static_cast<std::uint8_t>(adaptation - 1));
    if (adaptation > 1) packet.push_back(marks ? 0x40 : 0);
    packet.resize(4 + adaptation, 0xff);
    packet.insert(packet.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(taken));
    append(packet);
    bytes = bytes.subspan(taken);
  }
}

ByteVector TsWriter::take() {
  return std::exchange(bytes_, {});
}

ByteVector h264_picture(const EncoderSetting& setting, bool is_key, std::uint64_t number) {
  ByteVector picture;
  unit(picture, {9, 0xf0});
  if (is_key) {
    unit(picture, sps(setting.width, setting.height));
    unit(picture, {0x68, 0xce, 0x38, 0x80});
  }
  const auto low = static_cast<std::uint8_t>(number);
  const auto high = static_cast<std::uint8_t>(number >> 8U);
  unit(picture, {static_cast<std::uint8_t>(is_key ? 0x65 : 0x41), 0x88, setting.mark, high, low});
  picture.resize(std::max(picture.size(), setting.picture_size), 0x55);
  return picture;
}

ByteVector adts_frame(const EncoderSetting& setting, std::uint64_t number) {
  const std::size_t size = 120;
  const std::uint8_t rate = setting.rate == 48000 ? 3 : setting.rate == 44100 ? 4 : 6;
  ByteVector frame = {0xff,
                      0xf1,
                      static_cast<std::uint8_t>(1U << 6U | rate << 2U),
                      static_cast<std::uint8_t>(setting.channels << 6U),
                      static_cast<std::uint8_t>(size >> 3U),
                      static_cast<std::uint8_t>((size & 7U) << 5U | 0x1fU),
                      0xfc,
                      setting.mark,
                      static_cast<std::uint8_t>(number >> 8U),
                      static_cast<std::uint8_t>(number)};
  frame.resize(size, 0x33);
  return frame;
}

Ticks MadeUpEncoder::video_dts() const {
  return static_cast<Ticks>(std::llround(static_cast<double>(pictures_) * 90000 / setting_.fps));
}

Ticks MadeUpEncoder::audio_dts() const {
  return setting_.audio_late + sounds_ * 1024 * 90000 / setting_.rate;
}

bool MadeUpEncoder::next_is_key() const {
  return pictures_ % setting_.gop == 0;
}

ByteVector MadeUpEncoder::until(Duration life) {
  const Ticks end = to_ticks(life);
  while (true) {
    const bool video = setting_.has_video && video_dts() < end;
    const Ticks sound_at = audio_dts() - setting_.audio_early;
    const bool audio = setting_.has_audio && sound_at < end && audio_dts() < setting_.audio_ends;
    if (!video && !audio) return writer_.take();
    const bool takes_video = video && (!audio || video_dts() <= sound_at);
    const Ticks at = takes_video ? video_dts() : sound_at;
    if (at - tables_at_ >= 9000) {
      std::vector<MadeUpStream> streams;
      if (setting_.has_video) streams.push_back({setting_.video_pid, h264_type, {}});
      if (setting_.has_audio) streams.push_back({setting_.audio_pid, aac_type, {}});
      writer_.tables(streams);
      tables_at_ = at;
    }
    takes_video ? write_picture() : write_sound();
  }
}

// In the order of decoding: each P-frame goes before the B-frames that are shown before it.
void MadeUpEncoder::write_picture() {
  const std::int64_t in_group = pictures_ % setting_.gop;
  const bool is_key = in_group == 0;
  const std::int64_t period = setting_.b_frames + 1;
  const std::int64_t begin = setting_.is_open ? 0 : 1;  // where runs of B-frames are counted from
  std::int64_t shown = pictures_;
  if (setting_.b_frames > 0 && in_group >= begin) {
    const std::int64_t run = (in_group - begin) / period * period + begin;
    const std::int64_t size = std::min<std::int64_t>(period, setting_.gop - run);
    const std::int64_t place = in_group - run;
    shown += place == 0 ? size - 1 : -1;
  }
  const Ticks frame = std::llround(90000 / setting_.fps);
  const Ticks delay = setting_.b_frames > 0 ? frame : 0;
  const Ticks dts = setting_.start + video_dts();
  const Ticks pts = dts + (shown - pictures_) * frame + delay;
  writer_.pes(setting_.video_pid, 0xe0, pts, dts,
              h264_picture(setting_, is_key, static_cast<std::uint64_t>(pictures_)), is_key,
              setting_.has_length);
  ++pictures_;
}

void MadeUpEncoder::write_sound() {
  const Ticks dts = setting_.start + audio_dts();
  writer_.pes(setting_.audio_pid, 0xc0, dts, dts,
              adts_frame(setting_, static_cast<std::uint64_t>(sounds_)), true, true);
  ++sounds_;
}

}  // namespace recovery::splice::test
