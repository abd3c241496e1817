#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "recovery/splice/packet_ring.hpp"
#include "recovery/splice/program.hpp"
#include "recovery/splice/queue_limits.hpp"
#include "recovery/splice/ticks.hpp"

namespace recovery::splice {

enum class OutputId : std::uint32_t {};

struct OutputState {
  std::size_t queued_bytes = 0;
  std::uint64_t dropped_bytes = 0;
  std::uint64_t times_full = 0;
  bool awaits_key_frame = false;  // nothing to read before that
  bool is_over =
      false;  // all was read of a programme that has changed: end this output, attach anew
};

// The continuity counters of PAT, PMT and each track, as they stood before a chunk.
using Continuity = std::array<std::uint8_t, streams_limit + 2>;

// What waits for the outputs. All read the same packets, each at its own pace; so ten outputs hold
// no more than one. One that falls behind goes on at the newest key frame, never inside a frame.
class OutputQueues {
 public:
  using Limits = QueueLimits;

  // `limits`: of what is kept for outputs that join, and of each that names no others.
  explicit OutputQueues(const Limits& limits)
      : usual_(limits), limits_(limits), ring_(limits.bytes / packet_size) {}

  // --- what is written

  // From here on another programme, of these PIDs: PAT, PMT, tracks. Who reads the old one ends.
  void begin_epoch(std::vector<std::uint16_t> pids);
  // So many are held at most.
  std::size_t packet_limit() const { return ring_.limit(); }
  // Begins a chunk: a frame, with what stands before it. False: so many packets are never held.
  bool begin_chunk(std::size_t packets_at_most, bool is_entry, const Continuity& before,
                   Instant now);
  std::span<std::uint8_t, packet_size> append() { return ring_.append(); }
  void end_chunk();
  // No output may begin at the newest key frame any more; the next is waited for.
  void forget_entry() { newest_entry_.reset(); }
  void forget_old(Instant now);

  // --- who reads

  // Begins at the newest key frame, else at the next.
  OutputId attach() { return attach(usual_); }
  OutputId attach(const Limits& limits);
  // From now on.
  void limit(OutputId output, const Limits& limits);
  void detach(OutputId output);
  // The next bytes to write, as few pieces as there are; returns how many were filled in. Valid
  // until the splicer is called for anything else.
  std::size_t gather(OutputId output, std::span<Bytes> pieces) const;
  void written(OutputId output, std::size_t bytes);
  OutputState state(OutputId output) const;
  // Those that fell behind since the last call.
  std::vector<OutputId> take_full();

 private:
  struct Chunk {
    std::uint64_t first = 0, last = 0;  // packets
    Instant at{};
    bool is_entry = false;
    Continuity before{};
  };
  struct Reader {
    OutputId id{};
    Limits limits;
    std::uint64_t chunk = 0;          // the next, by its number since the beginning
    std::size_t offset = 0;           // … bytes of it that were written
    std::vector<std::uint8_t> ahead;  // goes before it: the end of a frame, marks of a jump
    std::size_t ahead_offset = 0;
    std::size_t marks_at = 0;  // where in `ahead` the marks begin
    bool awaits_entry = false, has_read = false, is_behind = false, is_of_old_epoch = false;
    std::uint64_t last_chunk = 0;  // of the old epoch
    OutputState counts;
  };

  Reader* find(OutputId output);
  const Reader* find(OutputId output) const;
  const Chunk& chunk(std::uint64_t number) const {
    return chunks_[static_cast<std::size_t>(number - first_chunk_)];
  }
  std::uint64_t end_chunk_number() const { return first_chunk_ + chunks_.size(); }
  std::uint64_t readable_end(const Reader& reader) const;
  std::size_t bytes_between(std::uint64_t first, std::uint64_t last) const;
  void allow(const Limits& limits);
  void hold_to_limits(Instant now);
  bool exceeds_limits(const Reader& reader, Instant now) const;
  void drop_oldest();
  void fall_behind(Reader& reader);
  void release_read();
  void jump(Reader& reader, std::uint64_t dropped);
  void mark_jump(Reader& reader, const Continuity& before);

  const Limits usual_;
  Limits limits_;  // the widest of any output
  PacketRing ring_;
  std::deque<Chunk> chunks_;
  std::uint64_t first_chunk_ = 0;
  std::optional<std::uint64_t> newest_entry_;  // number of a chunk, of this epoch
  std::vector<std::uint16_t> pids_;
  std::vector<Reader> readers_;
  std::vector<OutputId> full_;
  std::uint32_t next_id_ = 1;
};

}  // namespace recovery::splice
