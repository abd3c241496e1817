#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "recovery/splice/output_queues.hpp"
#include "recovery/splice/program.hpp"
#include "recovery/splice/ticks.hpp"

namespace recovery::splice {

// A frame on the programme's clock, or what else one PES holds.
struct Frame {
  std::size_t track = 0;  // index of the layout's stream
  Ticks pts = 0, dts = 0;
  std::uint8_t stream_id = 0;
  bool is_key = false;    // of a video: marked with the random access indicator
  bool is_entry = false;  // outputs may begin with it
  Bytes payload;
};

// Frames to MPEG-TS packets: PAT, PMT and PCR where they are due, continuity counters that never
// jump, no discontinuity flag, as if one encoder wrote all of it.
class Muxer {
 public:
  // Of what goes before each frame at most: in media time.
  static constexpr Ticks repeat_every = ticks_per_second / 1000 * 90;
  // A hole longer than this is jumped over by PCR, a shorter one filled with it.
  static constexpr Ticks filled_hole = 10 * ticks_per_second;
  // How far PCR lies before what is written.
  static constexpr Ticks reserve = ticks_per_second / 2;

  // The same PIDs go on with their counters.
  void set_layout(const Program& layout, OutputQueues& queues);

  // `earliest`: no frame will be written whose DTS lies before. False: too big for the queues.
  bool write(const Frame& frame, Ticks earliest, Instant now, OutputQueues& queues);

  // Whether so large a frame can be written at any time.
  bool takes(std::size_t payload_bytes, const OutputQueues& queues) const;
  // A frame whose DTS lies before comes too late.
  std::optional<Ticks> pcr() const { return pcr_; }

 private:
  static constexpr std::size_t pat_index = 0, pmt_index = 1, first_track = 2;

  void count_up_to(Ticks target, OutputQueues& queues);
  void write_tables(Ticks target, Instant now, OutputQueues& queues);
  void write_section(std::size_t index, std::uint16_t pid, Bytes section, OutputQueues& queues);
  void write_pcr_alone(OutputQueues& queues);
  void write_pes(const Frame& frame, bool with_pcr, OutputQueues& queues);
  std::size_t packets_at_most(std::size_t payload_bytes, Ticks hole) const;
  std::uint8_t next_continuity(std::size_t index);

  std::vector<std::uint16_t> pids_;  // of the tracks
  std::size_t pcr_track_ = 0;
  std::vector<std::uint8_t> pat_, pmt_;  // sections
  std::uint8_t version_ = 31;            // of the PMT
  Continuity continuity_{};              // the next of PAT, PMT and the tracks of this layout
  std::array<std::uint8_t, 3 * streams_limit> by_pid_{};  // … of each PID that a layout may use
  std::optional<Ticks> pcr_;
  Ticks tables_at_ = 0;
  std::optional<Instant> tables_written_;
};

}  // namespace recovery::splice
