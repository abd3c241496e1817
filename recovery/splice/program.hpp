#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "recovery/splice/packet.hpp"

namespace recovery::splice {

enum class Kind : std::uint8_t { video, audio, data };  // data: subtitles, too

// Those whose frames can be looked into; the others are passed as they are.
enum class Codec : std::uint8_t {
  h264,
  hevc,
  mpeg2_video,
  aac,
  mpeg_audio,
  ac3,
  eac3,
  opus,
  other
};

// A stream of a source or of the programme: the second audio is {audio, 1}.
struct StreamName {
  Kind kind = Kind::video;
  std::size_t order = 0;

  bool operator==(const StreamName&) const = default;
};

struct ProgramStream {
  std::uint16_t pid = null_pid;
  std::uint8_t type = 0;  // ISO/IEC 13818-1, stream_type
  Kind kind = Kind::data;
  Codec codec = Codec::other;
  std::vector<std::uint8_t> descriptors;  // as they stand in the PMT

  bool operator==(const ProgramStream&) const = default;
};

// What a PMT says.
struct Program {
  std::vector<std::uint8_t> descriptors;
  std::vector<ProgramStream> streams;  // in its order
  std::size_t left_out = 0;            // streams: of no PES, or more than can be carried

  bool operator==(const Program&) const = default;
};

inline constexpr std::size_t streams_limit = 32;

// The PID of the first program's PMT.
std::optional<std::uint16_t> read_pat(Bytes section);

std::optional<Program> read_pmt(Bytes section);

}  // namespace recovery::splice
