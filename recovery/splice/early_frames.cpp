#include "recovery/splice/early_frames.hpp"

#include <utility>

namespace recovery::splice {

void EarlyFrames::add(EarlyFrame frame) {
  if (frame.track >= tracks_.size()) tracks_.resize(frame.track + 1);
  bytes_ += frame.payload.size();
  tracks_[frame.track].push_back(std::move(frame));
}

std::optional<Ticks> EarlyFrames::next() const {
  const auto track = next_track();
  if (!track) return {};
  return tracks_[*track].front().dts;
}

EarlyFrame EarlyFrames::take() {
  auto& track = tracks_[*next_track()];
  EarlyFrame frame = std::move(track.front());
  track.pop_front();
  bytes_ -= frame.payload.size();
  return frame;
}

std::optional<std::size_t> EarlyFrames::next_track() const {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    if (tracks_[i].empty()) continue;
    if (!found || tracks_[i].front().dts < tracks_[*found].front().dts) found = i;
  }
  return found;
}

}  // namespace recovery::splice
