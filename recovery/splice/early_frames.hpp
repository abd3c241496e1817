#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "recovery/splice/program.hpp"
#include "recovery/splice/ticks.hpp"

namespace recovery::splice {

// A copy of a frame of the programme.
struct EarlyFrame {
  std::size_t track = 0;
  Ticks pts = 0, dts = 0;
  std::uint8_t stream_id = 0;
  bool is_key = false;
  std::vector<std::uint8_t> payload;
};

// Frames of the programme that came before their time, until it is there. Taken in the order in
// which they are decoded, whatever the order in which they came; those of one track as they came.
class EarlyFrames {
 public:
  void add(EarlyFrame frame);
  // DTS of the next.
  std::optional<Ticks> next() const;
  // There is one.
  EarlyFrame take();
  std::size_t bytes() const { return bytes_; }

 private:
  std::optional<std::size_t> next_track() const;

  std::vector<std::deque<EarlyFrame>> tracks_;
  std::size_t bytes_ = 0;
};

}  // namespace recovery::splice
