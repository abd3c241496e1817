#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "recovery/splice/packet.hpp"
#include "recovery/splice/packet_reader.hpp"
#include "recovery/splice/pes.hpp"
#include "recovery/splice/program.hpp"
#include "recovery/splice/section.hpp"

namespace recovery::splice {

// One whole PES, as its sender wrote it.
struct ReadPes {
  std::size_t stream = 0;  // index in Program::streams
  PesHead head;
  Bytes payload;  // valid until the next call of the demuxer
  bool random_access = false;
  Instant arrival{};  // of its first packet
};

struct DemuxerCounts {
  std::uint64_t skipped_bytes = 0;    // between packets
  std::uint64_t bad_packets = 0;      // contradict themselves, damaged, encrypted
  std::uint64_t dropped_pes = 0;      // torn, over-long, without a head
  std::uint64_t program_changes = 0;  // PMTs that differ from the one before
};

// The bytes of one MPEG-TS to its PES, each given only when it is whole: a sender that is killed
// leaves nothing torn behind. Holds at most `held_limit` bytes, whatever comes.
class Demuxer {
 public:
  static constexpr std::size_t pes_limit = 4 << 20;    // bytes; of video
  static constexpr std::size_t held_limit = 16 << 20;  // of all PIDs together

  // The next whole PES; takes from `bytes` what it used. Nothing: all bytes were taken.
  std::optional<ReadPes> next(Bytes& bytes, Instant now);

  // Nothing more will come. What is whole of the last PES, one each call.
  std::optional<ReadPes> finish();

  // Of the last PMT. Streams may be of no use, or none be there.
  const Program& program() const { return program_; }
  // A PES of this stream was lost since the last call.
  bool take_loss(std::size_t stream);
  // When the last packet of this stream came.
  Instant last_packet(std::size_t stream) const { return assemblies_[stream].last_packet; }
  const DemuxerCounts& counts() const;
  std::size_t held_bytes() const;

 private:
  // The PES that is coming in on one PID. Video may have no length: it ends where the next begins.
  struct Assembly {
    std::vector<std::uint8_t> filling, done;
    std::optional<std::uint8_t> continuity;
    bool is_inside = false, is_stuffed = false, random_access = false, was_lost = false;
    Instant arrival{}, last_packet{};
  };

  std::optional<ReadPes> take_packet(PacketBytes bytes, Instant now);
  void take_pat(const Packet& packet);
  void take_pmt(const Packet& packet);
  void take_program(Program program);
  std::optional<ReadPes> take_media(std::size_t stream, const Packet& packet, Instant now);
  bool follows(Assembly& assembly, const Packet& packet);
  void append(Assembly& assembly, Kind kind, Bytes payload);
  static bool is_whole(const Assembly& assembly);
  std::optional<ReadPes> complete(std::size_t stream);
  void lose(Assembly& assembly);

  PacketReader reader_;
  SectionReader pat_, pmt_;
  std::optional<std::uint16_t> pmt_pid_;
  std::vector<std::uint8_t> pmt_seen_;  // the last section: it comes ten times a second
  Program program_;
  std::vector<Assembly> assemblies_;       // as program_.streams
  std::optional<std::size_t> whole_next_;  // this stream's, too, is whole by the same packet
  mutable DemuxerCounts counts_;
};

}  // namespace recovery::splice
