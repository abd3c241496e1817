#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "monitor/observation.hpp"
#include "monitor/probes/ffmpeg_process.hpp"
#include "monitor/time.hpp"
#include "supervisor/ffmpeg/ffmpeg_command.hpp"
#include "supervisor/stream/stream_parts.hpp"
#include "supervisor/stream/witnesses.hpp"
#include "supervisor/thread/services.hpp"

namespace supervisor {

// Reads and asks the witnesses of one child, those of witnesses.hpp, when they are due. Pending
// answers end with the child; a later child is probed anew. For the loop's thread.
class ChildProbes {
 public:
  // What the core knows of the child.
  struct Progress {
    bool is_starting = false;  // until it is on air there is much to learn in little time
    bool is_well = false;      // on air, and no fault is open
    monitor::Instant last_advance{};
  };

  // Called with each observation: from within check(), or from the loop with an answer. Never after
  // destruction; may destroy this object.
  using Observe = std::function<void(monitor::Observation)>;

  // Of a child that runs; `finder` knows which process is FFmpeg. `parts` are the stream's present
  // ones: what a reload changes holds from the next look on. All references must outlive it.
  ChildProbes(monitor::probes::FfmpegFinder& finder, const FfmpegCommand& command,
              const StreamParts& parts, const Services& services, Observe observe);

  // When check() is due next.
  monitor::Instant deadline(const Progress& progress) const;
  // Reads and asks whatever is due.
  void check(monitor::Instant now, const Progress& progress);
  // A block of progress has come, and was told: what is due about now is read at once, which saves
  // a wake-up of its own.
  void on_block(monitor::Instant now, const Progress& progress);
  // Closely, from now on: it was asked to end. Not before it has had a moment to.
  void watch_end(monitor::Instant now);
  // The intervals may have changed: what is due later than they allow comes sooner.
  void adjust_intervals(monitor::Instant now);
  // The child is gone: what still tells of it, once more.
  void read_end(monitor::Instant now);

  // The latest of it.
  const std::optional<monitor::ProcessSample>& process() const { return last_process_; }
  // Why one of the readings sees nothing; empty while all do.
  std::string trouble() const;

 private:
  struct Question;

  monitor::Duration late_after() const;
  bool advances(const Progress& progress, monitor::Instant now) const;
  void sample_at(monitor::Instant now, const Progress& progress);
  void follow(pid_t ffmpeg);
  void sample(monitor::Instant now, monitor::probes::Attention attention);
  void inquire();
  std::function<void(monitor::Observation)> answer_to(const std::shared_ptr<Question>& question);

  const StreamParts& parts_;
  const Services& services_;
  const Observe observe_;
  monitor::probes::FfmpegFinder& finder_;
  const monitor::Endpoints endpoints_;

  pid_t ffmpeg_;  // that the readings are of
  std::vector<Reading> readings_;
  std::optional<monitor::ProcessSample> last_process_;

  bool is_ending_ = false;
  std::vector<std::shared_ptr<Question>> questions_;
  std::shared_ptr<int> alive_;  // gone with this object
  monitor::Instant next_sample_at_ = monitor::Instant::min();
  monitor::Instant next_look_at_ = monitor::Instant::min();
};

}  // namespace supervisor
