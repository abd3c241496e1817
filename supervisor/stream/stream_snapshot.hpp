#pragma once

#include <memory>
#include <optional>

#include "http/snapshot.hpp"
#include "monitor/ffmpeg/log_gate.hpp"
#include "recovery/stream_core.hpp"
#include "recovery/stream_recorder.hpp"
#include "recovery/watched_time.hpp"
#include "supervisor/hold/held_outputs.hpp"
#include "supervisor/stream/child_life.hpp"
#include "supervisor/stream/stream_parts.hpp"
#include "supervisor/tracks/stream_tracks.hpp"

namespace supervisor {

// Of what a stream's snapshot is made.
struct SnapshotSources {
  const StreamParts& parts;
  const recovery::StreamCore& core;
  const recovery::StreamRecorder& recorder;
  const HeldOutputs* held;  // null: none is held
  const ChildLife* life;    // the present or last; null: there was none
  const StreamTracks& tracks;
  const monitor::LogGate& log_gate;
  std::optional<recovery::WallTime> last_progress_at;
  std::optional<recovery::WallTime> launched_at;
  const recovery::WatchedTime& watched;
};

// What may be shown of a stream at this moment. Reads only.
std::shared_ptr<const http::StreamSnapshot> make_snapshot(const SnapshotSources& from,
                                                          monitor::Instant now);

}  // namespace supervisor
