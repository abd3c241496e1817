#pragma once

#include <vector>

#include "monitor/limits.hpp"
#include "monitor/output.hpp"
#include "recovery/own_end.hpp"
#include "recovery/policy.hpp"

namespace recovery {

// What is known of a stream's commands.
struct CommandFacts {
  bool reports_progress = true;  // false: not FFmpeg; on air as soon as it runs
  // FFmpeg waits for a connection itself: it listens for its source, or for a receiver.
  bool source_listens = false;
  bool sink_listens = false;
  // FFmpeg's own fifo muxer reconnects a lost output (`-attempt_recovery`).
  bool recovers_output = false;
  // FFmpeg may put out without any connection: on air needs one that the kernel shows.
  bool connects_output = false;
  bool source_can_be_probed = false;  // … from outside
  bool advance_proves_source = true;  // the only input: what comes out went in
  bool sink_can_be_probed = false;
  bool has_fallback = false;
  bool fallback_reports_progress = true;
  OwnEnd own_end = {};
  std::vector<monitor::Output> outputs = {}, fallback_outputs = {};
};

// All of a stream's configuration that the core uses. A value.
struct Setup {
  Policy policy;
  monitor::Limits limits;
  CommandFacts command;
};

}  // namespace recovery
