#include "recovery/splice/source.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "recovery/splice/layout.hpp"

namespace recovery::splice {

namespace {

constexpr Ticks shortest_group = ticks_per_second / 2;
constexpr Ticks longest_group = 5 * ticks_per_second;
constexpr Ticks longest_picture = 10 * ticks_per_second;  // believed to be shown so long

}  // namespace

std::optional<SourceFrame> Source::next(Bytes& bytes, Instant now,
                                        const ProgrammeClock& programme) {
  do {
    while (pes_) {
      if (auto frame = next_of_pes(programme)) return frame;
    }
    pes_ = demuxer_.next(bytes, now);
    follow_program();
  } while (pes_);
  return {};
}

std::optional<SourceFrame> Source::finish(const ProgrammeClock& programme) {
  has_ended_ = true;
  do {
    while (pes_) {
      if (auto frame = next_of_pes(programme)) return frame;
    }
    pes_ = demuxer_.finish();
  } while (pes_);
  return {};
}

bool Source::is_entry(const SourceFrame& frame) const {
  return frame.is_key && frame.stream == entry_stream(program());
}

bool Source::lacks_stream() const {
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    if (program().streams[i].kind != Kind::data && streams_[i].is_silent) return true;
  }
  return false;
}

Ticks Source::lead(Instant now, const ProgrammeClock& programme) const {
  const Ticks latest = clock_.latest();
  const bool has_frames = std::any_of(streams_.begin(), streams_.end(),
                                      [](const SourceStream& each) { return each.frames > 0; });
  return has_frames ? latest + clock_.shift(latest) - programme.at(now) : 0;
}

Instant Source::lasts_until(std::size_t stream, const ProgrammeClock& programme) const {
  const SourceStream& state = streams_[stream];
  const Instant arrived = demuxer_.last_packet(stream) + to_duration(state.step);
  const Ticks end = state.last_dts + state.step;
  return std::max(arrived, programme.when(end + clock_.shift(end)));
}

std::optional<Instant> Source::next_key() const {
  if (!has_group_) return {};
  return last_key_arrival_ + to_duration(group_length_);
}

void Source::follow_program() {
  if (streams_program_ == program_number()) return;
  streams_program_ = program_number();
  streams_.assign(program().streams.size(), {});
  kept_.clear();
}

std::optional<SourceFrame> Source::next_of_pes(const ProgrammeClock& programme) {
  const ProgramStream& stream = program().streams[pes_->stream];
  SourceStream& state = streams_[pes_->stream];
  SourceFrame frame;
  frame.stream = pes_->stream;
  frame.kind = stream.kind;
  frame.stream_id = pes_->head.stream_id;
  frame.arrival = pes_->arrival;
  frame.after_loss = demuxer_.take_loss(pes_->stream) || std::exchange(state.has_lost, false);
  const Inspection found = inspect(stream, pes_->payload, pes_->random_access);
  const bool is_frame = stream.kind != Kind::audio || found.is_key;
  if (!is_frame || !set_times(*pes_, programme, frame)) {
    ++bad_frames_;
    state.has_lost = true;
    pes_.reset();
    samples_ = 0;
    return {};
  }
  frame.is_key = found.is_key;
  frame.parameters = found.parameters;
  frame.payload = pes_->payload.first(found.size);
  pes_->payload = pes_->payload.subspan(found.size);
  if (found.rate > 0) {
    const Ticks before = static_cast<Ticks>(samples_) * ticks_per_second / found.rate;
    samples_ += found.samples;
    frame.duration = static_cast<Ticks>(samples_) * ticks_per_second / found.rate - before;
    frame.pts += before;
    frame.dts += before;
  }
  if (pes_->payload.empty()) {
    pes_.reset();
    samples_ = 0;
  }
  note(frame);
  return frame;
}

// Sound and picture without a PTS cannot be placed; DTS may be missing where it is the same.
bool Source::set_times(const ReadPes& pes, const ProgrammeClock& programme, SourceFrame& frame) {
  const bool is_data = frame.kind == Kind::data;
  if (is_data) {
    const Ticks now = clock_.latest();
    frame.pts = pes.head.pts ? unwrapped(*pes.head.pts, now) : now;
    frame.dts = frame.pts;
    return std::abs(frame.pts - now) < SourceClock::longest_step;
  }
  if (!pes.head.pts) return false;
  const std::uint64_t dts = pes.head.dts.value_or(*pes.head.pts);
  const Ticks ahead = unwrapped(*pes.head.pts, static_cast<Ticks>(dts)) - static_cast<Ticks>(dts);
  if (ahead < 0 || ahead > SourceClock::longest_step) return false;
  const std::uint64_t line = clock_.line();
  frame.dts = clock_.read(dts, pes.arrival, programme);
  frame.pts = frame.dts + ahead;
  if (clock_.line() != line) {
    kept_.clear();
    drift_.restart();
    for (SourceStream& each : streams_) each.lag = 0;
  }
  return true;
}

void Source::note(SourceFrame& frame) {
  SourceStream& stream = streams_[frame.stream];
  frame.is_first = stream.frames++ == 0;
  if (frame.parameters) stream.parameters = frame.parameters;
  // The first is shown, as far as is known, until the next began to come.
  const Ticks step = frame.is_first ? to_ticks(demuxer_.last_packet(frame.stream) - frame.arrival)
                                    : frame.dts - stream.last_dts;
  stream.step = frame.duration > 0 ? frame.duration : std::clamp<Ticks>(step, 0, longest_picture);
  stream.last_dts = frame.dts;
  if (frame.kind != Kind::video || !frame.is_key) return;
  const Ticks group = last_key_ ? frame.dts - *last_key_ : 0;
  group_length_ = std::clamp(group, shortest_group, longest_group);
  has_group_ = group > 0 && group <= longest_group;
  last_key_arrival_ = frame.arrival;
  last_key_ = frame.dts;
}

}  // namespace recovery::splice
