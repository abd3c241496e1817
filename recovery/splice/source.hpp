#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "recovery/splice/demuxer.hpp"
#include "recovery/splice/drift.hpp"
#include "recovery/splice/kept_frames.hpp"
#include "recovery/splice/parameters.hpp"
#include "recovery/splice/source_clock.hpp"

namespace recovery::splice {

enum class SourceId : std::uint32_t {};

// What a source may do to the programme.
enum class Role : std::uint8_t {
  encoder,  // the programme is as it is: where its parameters change, the outputs begin anew
  cover,    // stands in: what does not fit the programme is left out
};

// A frame of a source, or what else one PES holds.
struct SourceFrame {
  std::size_t stream = 0;
  Kind kind = Kind::data;
  Ticks pts = 0, dts = 0, duration = 0;  // on the source's own clock
  std::uint8_t stream_id = 0;
  bool is_key = false;
  bool is_first = false;    // of this stream
  bool after_loss = false;  // one before it, which it may refer to, is missing
  bool is_made_up = false;  // for a stream that gets nothing: its last picture, silence
  std::optional<Parameters> parameters;
  Bytes payload;
  Instant arrival{};
};

// When a frame is decoded and shown.
struct FrameTimes {
  Ticks pts = 0, dts = 0;
};

struct SourceStream {
  std::optional<Parameters> parameters;
  std::uint64_t frames = 0;
  Ticks last_dts = 0, step = 0;  // of its last frame, on the source's clock
  bool is_silent = false;
  bool has_lost = false;  // a frame, since the last one that was given
  // Beside the source's shift: of one that lags behind the source's others for good.
  Ticks lag = 0;
};

// One encoder, fallback or cover, as its MPEG-TS tells of it.
class Source {
 public:
  Source(SourceId id, Role role) : id_(id), role_(role) {}

  SourceId id() const { return id_; }
  Role role() const { return role_; }

  // The next frame; takes from `bytes` what it used. Nothing: all bytes were taken.
  std::optional<SourceFrame> next(Bytes& bytes, Instant now, const ProgrammeClock& programme);
  // Nothing more will come. What is whole of its last frames, one each call.
  std::optional<SourceFrame> finish(const ProgrammeClock& programme);
  bool has_ended() const { return has_ended_; }

  const Program& program() const { return demuxer_.program(); }
  const std::vector<SourceStream>& streams() const { return streams_; }
  std::vector<SourceStream>& streams() { return streams_; }
  // Counts programs; a new one has new streams.
  std::uint64_t program_number() const { return demuxer_.counts().program_changes; }
  const DemuxerCounts& counts() const { return demuxer_.counts(); }
  std::size_t held_bytes() const { return demuxer_.held_bytes(); }
  std::uint64_t bad_frames() const { return bad_frames_; }  // of impossible times

  SourceClock& clock() { return clock_; }
  const SourceClock& clock() const { return clock_; }
  Drift& drift() { return drift_; }
  // Of its frame, on the programme's clock.
  FrameTimes times_of(const SourceFrame& frame) const {
    const Ticks shift = clock_.shift(frame.dts) + streams_[frame.stream].lag;
    return {frame.pts + shift, frame.dts + shift};
  }
  // A stream of sound or picture gives nothing.
  bool lacks_stream() const;
  // Whether the programme can go over to it at this frame.
  bool is_entry(const SourceFrame& frame) const;
  // How far its frames lie before the wall.
  Ticks lead(Instant now, const ProgrammeClock& programme) const;
  // When the stream has nothing more to show, if nothing more comes.
  Instant lasts_until(std::size_t stream, const ProgrammeClock& programme) const;
  // When its next key frame should come, by the last two.
  std::optional<Instant> next_key() const;
  // Between its last two key frames, within reason.
  Ticks group_length() const { return group_length_; }

  // Sound that may be wanted once its picture's key frame has come.
  KeptFrames& kept() { return kept_; }

  // Since when its frames have lain behind the programme while they are wanted, and how far behind
  // the wall then.
  struct Behind {
    Instant since{};
    Ticks by = 0;
  };
  std::optional<Behind> behind;
  std::optional<Instant> waits_since;  // … since when it waits for its key frame
  bool is_retiring = false;
  bool was_refused = false, has_shown_frame = false, has_shown_key = false;  // said once
  // Where its streams go; of `tracks_program`, in the layout `tracks_layout`.
  std::vector<std::optional<std::size_t>> tracks;
  std::uint64_t tracks_program = 0, tracks_layout = 0;
  bool fits_layout = false;

 private:
  std::optional<SourceFrame> next_of_pes(const ProgrammeClock& programme);
  bool set_times(const ReadPes& pes, const ProgrammeClock& programme, SourceFrame& frame);
  void follow_program();
  void note(SourceFrame& frame);

  SourceId id_;
  Role role_;
  Demuxer demuxer_;
  SourceClock clock_;
  Drift drift_;
  std::vector<SourceStream> streams_;
  std::uint64_t streams_program_ = 0;
  std::optional<ReadPes> pes_;  // what is left of it: sound may have several frames
  std::uint64_t samples_ = 0;   // … of it that were given
  bool has_ended_ = false;
  std::uint64_t bad_frames_ = 0;
  std::optional<Ticks> last_key_;
  Instant last_key_arrival_{};
  bool has_group_ = false;  // two key frames on one time line
  Ticks group_length_ = ticks_per_second;
  KeptFrames kept_;
};

}  // namespace recovery::splice
