#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "monitor/observation.hpp"
#include "monitor/probes/attention.hpp"
#include "monitor/probes/executor.hpp"
#include "monitor/time.hpp"
#include "supervisor/ffmpeg/ffmpeg_command.hpp"
#include "supervisor/stream/stream_parts.hpp"

namespace supervisor {

// Two tables of what is asked about a child beside FFmpeg itself. A further witness is a row in one
// of them; monitor/observation.hpp says what else belongs to it.

// One that answers at once: the kernel, the control group. It is read on the loop.
struct Reading {
  // Empty: nothing was to be seen this time.
  std::function<std::optional<monitor::Observation>(monitor::Instant, monitor::probes::Attention)>
      read;
  // Why nothing can be seen, in one sentence; empty while it works.
  std::function<std::string()> trouble;
  // Read once more when the process is gone: it still tells of it.
  bool outlives_process = false;
};

// One that may take its time: a disk, a server. It is asked elsewhere, and never twice at once.
struct Inquiry {
  using Answer = std::function<void(monitor::Observation)>;
  using Executor = boost::asio::any_io_executor;
  std::function<bool()> is_wanted;  // by the present configuration
  // Gives one answer, from the executor.
  std::function<void(const Executor&, Answer)> ask;
};

// Of one process, in the order in which they are read. `progress_pipe` as of
// monitor::probes::pipe_number().
std::vector<Reading> readings_of(pid_t ffmpeg, const monitor::Endpoints& endpoints,
                                 std::uint64_t progress_pipe);
// Of a child with this command. `parts` must outlive them: what a reload changes holds from the
// next question on.
std::vector<Inquiry> inquiries_of(const FfmpegCommand& command, const StreamParts& parts);

}  // namespace supervisor
