#include "recovery/splice/programme.hpp"

#include <algorithm>

namespace recovery::splice {

namespace {

// The outputs get a frame so long before it is decoded.
constexpr Ticks ahead = ticks_per_second / 10;
// … or so much less, to wake up for several.
constexpr Duration wake_up_later = std::chrono::milliseconds(60);

}  // namespace

void Programme::begin(const Program& source, Instant now) {
  give_all(now);
  layout_ = make_layout(source);
  ++layout_number_;
  entry_ = entry_stream(layout_);
  last_entry_ = reached_ - Muxer::repeat_every;
  tracks_.clear();
  for (std::size_t i = 0; i < layout_.streams.size(); ++i) {
    const ProgramStream& stream = layout_.streams[i];
    tracks_.emplace_back(stream, StreamName{stream.kind, order_of(layout_, i)});
  }
  given_.assign(tracks_.size(), {});
  muxer_.set_layout(layout_, queues_);
}

bool Programme::put(std::size_t track, const FrameTimes& times, const SourceFrame& frame,
                    Instant now) {
  give_due(now);
  if (muxer_.pcr() && times.dts < *muxer_.pcr()) {
    ++late_frames_;
    return false;
  }
  if (!is_early(times.dts, now)) {
    if (!give(track, times, frame.stream_id, frame.is_key, frame.payload, now)) return false;
  } else {
    if (!muxer_.takes(frame.payload.size(), queues_)) return false;
    early_.add({track,
                times.pts,
                times.dts,
                frame.stream_id,
                frame.is_key,
                {frame.payload.begin(), frame.payload.end()}});
  }
  tracks_[track].note(times, frame.duration, !frame.is_made_up, now);
  if (!frame.is_made_up) tracks_[track].cover.note(layout_.streams[track], frame, times.dts);
  if (frame.kind != Kind::data) {
    reached_ = std::max({reached_, times.pts + frame.duration, tracks_[track].end()});
  }
  ++frames_;
  return true;
}

void Programme::give_due(Instant now) {
  for (auto dts = early_.next(); dts && !is_early(*dts, now); dts = early_.next()) give_next(now);
}

Instant Programme::next_due() const {
  const auto dts = early_.next();
  return dts ? clock_.when(*dts - ahead) + wake_up_later : monitor::never;
}

void Programme::stop_pacing(Instant now) {
  is_paced_ = false;
  give_all(now);
}

bool Programme::is_early(Ticks dts, Instant now) const {
  return is_paced_ && dts > clock_.at(now) + ahead;
}

void Programme::give_all(Instant now) {
  while (early_.next()) give_next(now);
}

void Programme::give_next(Instant now) {
  const EarlyFrame frame = early_.take();
  give(frame.track, {frame.pts, frame.dts}, frame.stream_id, frame.is_key, frame.payload, now);
}

bool Programme::give(std::size_t track, const FrameTimes& times, std::uint8_t stream_id,
                     bool is_key, Bytes payload, Instant now) {
  const Kind kind = tracks_[track].kind();
  const bool may_begin = is_entry(track, is_key, times.dts);
  const bool marks_key = kind == Kind::video && is_key;
  if (!muxer_.write({track, times.pts, times.dts, stream_id, marks_key, may_begin, payload},
                    earliest_dts(track, times.dts, now), now, queues_)) {
    return false;
  }
  if (may_begin) last_entry_ = times.dts;
  Given& given = given_[track];
  const bool begins = !given.has_begun && kind != Kind::data;
  if (begins && times.dts - last_entry_ > probed) queues_.forget_entry();
  given = {true, times.dts, now};
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
    const Given& given = given_[i];
    const Duration usual = std::min(to_duration(2 * each.longest_step()), slow_active_within);
    const bool counts = each.kind() != Kind::data && given.has_begun && i != track &&
                        now - given.at <= std::max(active_within, usual);
    if (counts) earliest = std::min(earliest, given.dts);
  }
  return earliest;
}

bool Programme::is_entry(std::size_t track, bool is_key, Ticks dts) const {
  if (track != entry_ || !is_key) return false;
  return tracks_[track].kind() == Kind::video || dts - last_entry_ >= Muxer::repeat_every;
}

}  // namespace recovery::splice
