#include "recovery/splice/silence.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <variant>

#include "recovery/splice/bit_writer.hpp"
#include "recovery/splice/parameters.hpp"

namespace recovery::splice {

namespace {

// ISO/IEC 14496-3, 4.4.2: no section, no scale factor, no coefficient.
class SilentAac {
 public:
  explicit SilentAac(std::vector<std::uint8_t>& bytes) : writer_(bytes) {}

  // The elements of a channel configuration, in its order: s(ingle), p(air), l(ow frequencies).
  void elements(std::string_view kinds) {
    std::array<std::uint32_t, 4> tags{};
    for (const char kind : kinds) {
      const std::uint32_t element = kind == 's' ? 0 : kind == 'p' ? 1 : 3;
      writer_.bits(element, 3);
      writer_.bits(tags[element]++, 4);
      if (kind == 'p') {
        pair();
      } else {
        channel(true);
      }
    }
    writer_.bits(7, 3);  // the end
  }

 private:
  void pair() {
    writer_.bits(1, 1);  // common_window
    window();
    writer_.bits(0, 2);  // ms_mask_present
    channel(false);
    channel(false);
  }
  void channel(bool has_window) {
    writer_.bits(0, 8);  // global_gain
    if (has_window) window();
    writer_.bits(0, 3);  // pulse, TNS, gain control
  }
  void window() { writer_.bits(0, 11); }  // a long one of which no scale factor band is used

  BitWriter writer_;
};

std::optional<std::vector<std::uint8_t>> silent_aac(Bytes frame, std::uint32_t channels) {
  static constexpr std::array<std::string_view, 8> elements = {"",    "s",   "p",    "sp",
                                                               "sps", "spp", "sppl", "spppl"};
  static constexpr std::size_t head_size = 7;
  if (channels == 0 || channels >= elements.size()) return {};
  std::vector<std::uint8_t> bytes(frame.begin(), frame.begin() + head_size);
  SilentAac(bytes).elements(elements[channels]);
  const std::size_t size = bytes.size();
  bytes[1] |= 1U;  // without a check sum
  bytes[3] = static_cast<std::uint8_t>((bytes[3] & 0xfcU) | size >> 11U);
  bytes[4] = static_cast<std::uint8_t>(size >> 3U);
  bytes[5] = static_cast<std::uint8_t>((size & 7U) << 5U | 0x1fU);  // buffer fullness: variable
  bytes[6] = 0xfc;                                                  // … and one block
  return bytes;
}

// Layers I and II: no band has bits. Layer III: no granule has any, none of the frames before it is
// referred to.
std::vector<std::uint8_t> silent_mpeg_audio(Bytes frame, std::size_t size) {
  std::vector<std::uint8_t> bytes(size, 0);
  std::copy_n(frame.begin(), 4, bytes.begin());
  bytes[1] |= 1U;  // without a check sum
  return bytes;
}

// Without padding, whose bit the head that is repeated may have.
std::optional<SilentFrame> like_mpeg_audio(Bytes frame) {
  if (frame.size() < 4 || frame[2] >> 4U == 0) return {};  // free format
  std::array<std::uint8_t, 4> head{};
  std::copy_n(frame.begin(), head.size(), head.begin());
  head[2] &= static_cast<std::uint8_t>(~2U);
  // Long enough for any frame: the size is what the head says.
  std::vector<std::uint8_t> longest(8192, 0);
  std::copy(head.begin(), head.end(), longest.begin());
  const Inspection found = inspect_audio(Codec::mpeg_audio, longest, {});
  if (!found.is_key || found.size <= head.size() || found.size >= longest.size()) return {};
  return SilentFrame{silent_mpeg_audio(head, found.size), found.samples, found.rate};
}

// The control header of Opus in MPEG-TS, then a packet of 20 ms that the decoder takes as silent.
SilentFrame silent_opus(bool is_stereo) {
  const std::uint8_t contents = is_stereo ? 0xfc : 0xf8;
  return {{0x7f, 0xe0, 3, contents, 0xff, 0xfe}, 960, 48000};
}

}  // namespace

std::optional<SilentFrame> silence_like(Codec codec, Bytes frame, Bytes descriptors) {
  if (codec == Codec::mpeg_audio) return like_mpeg_audio(frame);
  const Inspection found = inspect_audio(codec, frame, descriptors);
  const auto* const audio =
      found.parameters ? std::get_if<AudioParameters>(&*found.parameters) : nullptr;
  if (audio == nullptr) return {};
  if (codec == Codec::opus && (audio->channels == 1 || audio->channels == 2)) {
    return silent_opus(audio->channels == 2);
  }
  if (codec != Codec::aac) return {};
  auto bytes = silent_aac(frame, audio->channels);
  if (!bytes) return {};
  return SilentFrame{std::move(*bytes), 1024, audio->rate};
}

}  // namespace recovery::splice
