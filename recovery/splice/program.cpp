#include "recovery/splice/program.hpp"

#include <string_view>

namespace recovery::splice {

namespace {

constexpr std::size_t table_head = 8;  // up to last_section_number
constexpr std::size_t crc_size = 4;
constexpr std::uint8_t pat_table = 0;
constexpr std::uint8_t pmt_table = 2;

std::uint16_t bits13(Bytes bytes) {
  return static_cast<std::uint16_t>((bytes[0] & 0x1fU) << 8U | bytes[1]);
}
std::size_t bits12(Bytes bytes) {
  return (bytes[0] & 0x0fU) << 8U | bytes[1];
}

struct Nature {
  Kind kind;
  Codec codec;
};

// Streams of private data say by their descriptors what they are.
Nature nature_of_private(Bytes descriptors) {
  while (descriptors.size() >= 2 && descriptors.size() >= 2U + descriptors[1]) {
    const std::uint8_t tag = descriptors[0];
    const Bytes body = descriptors.subspan(2, descriptors[1]);
    if (tag == 0x6a) return {Kind::audio, Codec::ac3};
    if (tag == 0x7a) return {Kind::audio, Codec::eac3};
    if (tag == 0x05 && body.size() >= 4) {  // registration
      const std::string_view format(reinterpret_cast<const char*>(body.data()), 4);
      if (format == "Opus") return {Kind::audio, Codec::opus};
      if (format == "AC-3") return {Kind::audio, Codec::ac3};
      if (format == "EAC3") return {Kind::audio, Codec::eac3};
      if (format == "HEVC") return {Kind::video, Codec::hevc};
      if (format == "BSSD") return {Kind::audio, Codec::other};
    }
    descriptors = descriptors.subspan(2U + descriptors[1]);
  }
  return {Kind::data, Codec::other};
}

Nature nature_of(std::uint8_t type, Bytes descriptors) {
  switch (type) {
    case 0x01:
    case 0x02:
      return {Kind::video, Codec::mpeg2_video};
    case 0x1b:
      return {Kind::video, Codec::h264};
    case 0x24:
      return {Kind::video, Codec::hevc};
    case 0x10:  // MPEG-4 part 2
    case 0x21:  // JPEG 2000
    case 0x33:  // VVC
    case 0x42:  // AVS
    case 0xd1:  // Dirac
    case 0xea:  // VC-1
      return {Kind::video, Codec::other};
    case 0x03:
    case 0x04:
      return {Kind::audio, Codec::mpeg_audio};
    case 0x0f:
      return {Kind::audio, Codec::aac};
    case 0x81:
      return {Kind::audio, Codec::ac3};
    case 0x87:
      return {Kind::audio, Codec::eac3};
    case 0x11:  // AAC in LATM
    case 0x82:  // DTS
    case 0x83:  // TrueHD
    case 0x84:  // E-AC-3
    case 0x85:  // DTS-HD
      return {Kind::audio, Codec::other};
    case 0x06:
      return nature_of_private(descriptors);
    default:
      return {Kind::data, Codec::other};
  }
}

// Private sections, DSM-CC, SCTE-35: no PES.
bool has_sections(std::uint8_t type) {
  return type == 0x05 || (type >= 0x08 && type <= 0x0d) || type == 0x86;
}

bool is_current(Bytes section) {
  return (section[5] & 0x01U) != 0;
}

}  // namespace

std::optional<std::uint16_t> read_pat(Bytes section) {
  if (section.size() < table_head + crc_size || section[0] != pat_table) return {};
  if (!is_current(section)) return {};
  Bytes programs = section.subspan(table_head, section.size() - table_head - crc_size);
  for (; programs.size() >= 4; programs = programs.subspan(4)) {
    const bool is_network = programs[0] == 0 && programs[1] == 0;
    if (!is_network) return bits13(programs.subspan(2));
  }
  return {};
}

std::optional<Program> read_pmt(Bytes section) {
  if (section.size() < table_head + 4 + crc_size || section[0] != pmt_table) return {};
  if (!is_current(section)) return {};
  Bytes rest = section.subspan(table_head, section.size() - table_head - crc_size);
  const std::size_t about_program = bits12(rest.subspan(2));
  rest = rest.subspan(4);
  if (about_program > rest.size()) return {};
  Program program;
  const auto descriptors = rest.first(about_program);
  program.descriptors.assign(descriptors.begin(), descriptors.end());
  rest = rest.subspan(about_program);
  while (rest.size() >= 5) {
    const std::size_t about_stream = bits12(rest.subspan(3));
    if (about_stream > rest.size() - 5) return {};
    const Bytes about = rest.subspan(5, about_stream);
    const Nature nature = nature_of(rest[0], about);
    if (has_sections(rest[0]) || program.streams.size() == streams_limit) {
      ++program.left_out;
    } else {
      program.streams.push_back({bits13(rest.subspan(1)), rest[0], nature.kind, nature.codec,
                                 std::vector<std::uint8_t>(about.begin(), about.end())});
    }
    rest = rest.subspan(5 + about_stream);
  }
  return program;
}

}  // namespace recovery::splice
