#include "recovery/splice/kept_frames.hpp"

#include <algorithm>

#include "recovery/splice/source.hpp"

namespace recovery::splice {

void KeptFrames::add(const SourceFrame& frame) {
  if (frame.payload.size() > size_limit) return;
  KeptFrame& kept = frames_[next_];
  kept.stream = frame.stream;
  kept.pts = frame.pts;
  kept.dts = frame.dts;
  kept.duration = frame.duration;
  kept.stream_id = frame.stream_id;
  kept.is_first = frame.is_first;
  kept.arrival = frame.arrival;
  kept.payload.assign(frame.payload.begin(), frame.payload.end());
  next_ = (next_ + 1) % limit;
  count_ = std::min(count_ + 1, limit);
}

}  // namespace recovery::splice
