#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "monitor/observation.hpp"
#include "monitor/probes/ffmpeg_process.hpp"
#include "monitor/probes/host.hpp"
#include "monitor/probes/process.hpp"
#include "monitor/probes/sockets.hpp"
#include "monitor/time.hpp"
#include "supervisor/ffmpeg/ffmpeg_command.hpp"
#include "supervisor/stream/stream_parts.hpp"
#include "supervisor/thread/services.hpp"

namespace supervisor {

// What is asked about one child beside FFmpeg itself. The kernel and the control group answer at
// once and are read on the loop; the disk and the receiving server may take their time: they are
// probed elsewhere, one probe of each at a time. Pending answers end with the child; a later child
// is probed anew. For the loop's thread.
class ChildProbes {
 public:
  // Called with each observation: from within check(), or from the loop with an answer. Never after
  // destruction; may destroy this object.
  using Observe = std::function<void(monitor::Observation)>;

  // Of a child that runs; `finder` knows which process is FFmpeg. `parts` are the stream's present
  // ones: what a reload changes holds from the next look on. All references must outlive it.
  ChildProbes(monitor::probes::FfmpegFinder& finder, const FfmpegCommand& command,
              const StreamParts& parts, const Services& services, Observe observe);

  // When check() is due next.
  monitor::Instant deadline() const;
  // Reads and asks whatever is due. `is_starting`: until it is on air there is much to learn in
  // little time.
  void check(monitor::Instant now, bool is_starting);
  // Closely, from now on: it was asked to end.
  void watch_end();
  // The intervals may have changed: what is due later than they allow comes sooner.
  void adjust_intervals(monitor::Instant now);
  // Beside the schedule; also of a child that is gone: the kernel counts those it killed out of
  // memory.
  void read_host();

  // The latest of each.
  const std::optional<monitor::ProcessSample>& process() const { return last_process_; }
  const std::optional<monitor::HostSample>& host() const { return last_host_; }
  const monitor::ConnectionSamples& connections() const { return last_connections_; }
  // Why the connections cannot be read; empty while they can.
  const std::string& connections_trouble() const { return sockets_.trouble(); }

 private:
  struct Question;

  void follow(pid_t ffmpeg);
  void sample(monitor::Instant now);
  void ask_sink();
  void ask_space();
  monitor::probes::SinkStatistics sink_statistics() const;
  std::function<void(monitor::Observation)> answer_to(const std::shared_ptr<Question>& question);

  const StreamParts& parts_;
  const Services& services_;
  const Observe observe_;
  monitor::probes::FfmpegFinder& finder_;
  const monitor::Endpoints endpoints_;
  const std::vector<std::string> folders_;  // that the child writes files to

  pid_t ffmpeg_;  // that the next three read
  monitor::probes::ProcessProbe process_;
  monitor::probes::SocketsProbe sockets_;
  monitor::probes::HostProbe host_;
  std::optional<monitor::ProcessSample> last_process_;
  std::optional<monitor::HostSample> last_host_;
  monitor::ConnectionSamples last_connections_;

  bool is_ending_ = false;
  std::shared_ptr<Question> sink_;
  std::shared_ptr<Question> space_;
  monitor::Instant next_sample_at_ = monitor::Instant::min();
  monitor::Instant next_look_at_ = monitor::Instant::min();
};

}  // namespace supervisor
