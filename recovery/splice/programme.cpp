#include "recovery/splice/programme.hpp"

#include <algorithm>

namespace recovery::splice {

void Programme::begin(const Program& source) {
  layout_ = make_layout(source);
  ++layout_number_;
  entry_ = entry_stream(layout_);
  last_entry_ = reached_ - Muxer::repeat_every;
  tracks_.clear();
  for (std::size_t i = 0; i < layout_.streams.size(); ++i) {
    const ProgramStream& stream = layout_.streams[i];
    tracks_.emplace_back(stream, StreamName{stream.kind, order_of(layout_, i)});
  }
  muxer_.set_layout(layout_, queues_);
}

bool Programme::put(std::size_t track, const FrameTimes& times, const SourceFrame& frame,
                    Instant now) {
  if (muxer_.pcr() && times.dts < *muxer_.pcr()) {
    ++late_frames_;
    return false;
  }
  const bool may_begin = is_entry(track, frame, times.dts);
  const bool is_key = frame.kind == Kind::video && frame.is_key;
  if (!muxer_.write(
          {track, times.pts, times.dts, frame.stream_id, is_key, may_begin, frame.payload},
          earliest_dts(track, times.dts, now), now, queues_)) {
    return false;
  }
  if (may_begin) last_entry_ = times.dts;
  const bool begins = !tracks_[track].has_begun() && frame.kind != Kind::data;
  if (begins && times.dts - last_entry_ > probed) queues_.forget_entry();
  tracks_[track].note(times, frame.duration, now);
  if (!frame.is_made_up) tracks_[track].cover.note(layout_.streams[track], frame, times.dts);
  if (frame.kind != Kind::data) {
    reached_ = std::max({reached_, times.pts + frame.duration, tracks_[track].end()});
  }
  ++frames_;
  return true;
}

bool Programme::knows_parameters() const {
  return std::all_of(tracks_.begin(), tracks_.end(), [](const Track& each) {
    return each.kind() == Kind::data || each.parameters.has_value();
  });
}

// Data may lie anywhere and holds nothing back.
Ticks Programme::earliest_dts(std::size_t track, Ticks dts, Instant now) const {
  Ticks earliest = dts;
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    const Track& each = tracks_[i];
    const Duration usual = std::min(to_duration(2 * each.longest_step()), slow_active_within);
    const bool counts = each.kind() != Kind::data && each.has_begun() && i != track &&
                        now - each.last_at() <= std::max(active_within, usual);
    if (counts) earliest = std::min(earliest, each.last_dts());
  }
  return earliest;
}

bool Programme::is_entry(std::size_t track, const SourceFrame& frame, Ticks dts) {
  if (track != entry_ || !frame.is_key) return false;
  return frame.kind == Kind::video || dts - last_entry_ >= Muxer::repeat_every;
}

}  // namespace recovery::splice
