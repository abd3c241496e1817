#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "monitor/connection_sample.hpp"
#include "monitor/process_sample.hpp"
#include "monitor/time.hpp"
#include "monitor/wait_sample.hpp"
#include "monitor/window.hpp"

namespace monitor {

// Whether FFmpeg goes on reading its source, and how often it has to wait for it. It finds no
// fault; it tells a standstill that is meant (few frames by design, a long analysis) from one that
// is not, and a slow source from a slow encoder.
class InputFlow {
 public:
  void on_connections(const ConnectionSamples& all, Instant now);
  void on_waits(const WaitSample& sample, Instant now);
  void on_sample(const ProcessSample& sample, Instant now);
  // The process could not run until now.
  void rebase(Instant now);

  // Positive evidence, up to the last moments of a standstill since `stood_since`, that FFmpeg
  // reads its source and that nothing of it piles up. Where no read can be seen (a generated
  // source, a datagram socket) the CPU time that it uses is the evidence.
  bool is_read(Instant stood_since, Instant now) const;
  // … and by reads alone: it has taken in what came, and has had the time to make something of it.
  bool is_taken_in(Instant stood_since, Instant now) const;
  // Positive evidence that since then FFmpeg has worked on its source and not waited for anything
  // else: it has read of a file, or used more CPU time than waiting takes.
  bool is_at_work(Instant since) const;
  // Bytes that FFmpeg has read of its connections since then.
  std::uint64_t read_bytes(Instant stood_since) const;

  // Over the last seconds it has mostly waited for its source.
  bool waits_for_source() const;

 private:
  struct Link {
    std::uint64_t id;
    std::uint64_t taken_bytes;  // arrived, and read by FFmpeg
    bool has_unread;
    Instant taken_at;
  };
  struct Work {
    Instant at;
    Duration cpu_time;
  };
  struct Wait {
    Instant at;
    bool waits;
  };
  struct Taken {
    Instant at;
    std::uint64_t bytes;
  };

  bool piles_up(Instant now) const;
  void note_wait(bool waits, Instant now);

  std::vector<Link> links_;
  bool had_links_ = false;
  std::uint64_t taken_bytes_ = 0;    // of all connections of this life
  Window<Taken> taken_;              // oldest first, at most `points_limit`
  std::optional<Instant> taken_at_;  // … when it last grew
  std::optional<std::uint64_t> file_bytes_;
  std::optional<Instant> file_read_at_;
  Window<Work> work_;  // oldest first, at most `points_limit`
  std::optional<Instant> busy_at_;
  Window<Wait> waits_;  // oldest first, at most `points_limit`
};

}  // namespace monitor
