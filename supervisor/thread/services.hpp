#pragma once

#include "http/snapshot_store.hpp"
#include "supervisor/log/log.hpp"
#include "supervisor/secrets/secrets.hpp"
#include "supervisor/thread/io_thread.hpp"
#include "supervisor/thread/thread.hpp"

namespace supervisor {

// What nearly every part of the supervising loop uses. The program has one, which outlives all
// those parts; they keep a reference.
struct Services {
  const Thread& loop;
  IoThread& io_thread;
  IoThread& relay_thread;          // of the media of held streams; nothing else runs on it
  Log& log;                        // thread-safe
  const Secrets& secrets;          // used on the loop only
  http::SnapshotStore& snapshots;  // thread-safe
};

}  // namespace supervisor
