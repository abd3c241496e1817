#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "recovery/splice/ticks.hpp"

namespace recovery::splice::test {

// What an output's bytes hold, read without the product's own reader.
struct SeenFrame {
  std::uint16_t pid = 0;
  Ticks pts = 0, dts = 0;  // as if the 33 bits never wrapped
  bool is_marked = false;  // random access indicator
  std::vector<std::uint8_t> payload;
};

// Reads one output from its beginning and holds it to the rules: whole packets, counters that never
// jump, no discontinuity flag, PAT and PMT first, DTS strictly up, PTS >= DTS >= PCR, PCR never
// more than 100 ms apart but over a hole of more than 10 s, PES that end as they say.
class OutputCheck {
 public:
  void feed(std::span<const std::uint8_t> bytes);
  // The PES that are still open, too.
  void finish();

  std::vector<std::string> faults;  // the first hundred
  std::vector<SeenFrame> frames;    // in the order of their ends
  bool keeps_frames = true;
  bool allows_jumps = false;  // of an output that fell behind: counters may jump where it says so

  std::vector<SeenFrame> of(std::uint16_t pid) const;

 private:
  struct Stream {
    std::optional<unsigned> continuity;
    std::vector<std::uint8_t> pes;
    bool is_open = false, is_marked = false;
    std::optional<Ticks> dts;
    std::optional<Ticks> pcr;  // when the last packet of it came
  };

  void packet(std::span<const std::uint8_t> packet);
  void adaptation(std::uint16_t pid, std::span<const std::uint8_t> field);
  void close(std::uint16_t pid, Stream& stream);
  void fault(const std::string& what);
  Ticks widen(std::uint64_t stamp);

  std::vector<std::uint8_t> partial_;
  std::map<std::uint16_t, Stream> streams_;
  std::map<std::uint16_t, std::uint8_t> known_;  // pid → type, of the PMT
  bool has_pat_ = false;
  std::optional<Ticks> pcr_;
  std::optional<Ticks> near_;
  std::uint64_t packets_ = 0;
  std::optional<Ticks> tables_pcr_;
};

}  // namespace recovery::splice::test
