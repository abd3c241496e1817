#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "recovery/splice/ticks.hpp"

namespace recovery::splice {

struct SourceFrame;

// A copy of a frame.
struct KeptFrame {
  std::size_t stream = 0;
  Ticks pts = 0, dts = 0, duration = 0;
  std::uint8_t stream_id = 0;
  bool is_first = false;
  Instant arrival{};
  std::vector<std::uint8_t> payload;
};

// The newest sound of a source that is not on air yet: it fills the programme's sound up to where
// the source's own goes on. At most `limit` frames, none large; no memory is taken in the long run.
class KeptFrames {
 public:
  static constexpr std::size_t limit = 128;
  static constexpr std::size_t size_limit = 16 << 10;  // bytes

  void add(const SourceFrame& frame);
  void clear() { count_ = 0; }

  // Oldest first.
  template <class Take>
  void each(Take take) const {
    for (std::size_t i = 0; i < count_; ++i) take(frames_[(next_ + limit - count_ + i) % limit]);
  }

 private:
  std::array<KeptFrame, limit> frames_;
  std::size_t next_ = 0;
  std::size_t count_ = 0;
};

}  // namespace recovery::splice
