#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "monitor/connection_sample.hpp"
#include "monitor/time.hpp"
#include "monitor/wait_sample.hpp"

namespace monitor {

// What arrives from a source by UDP. The kernel counts no bytes of it, so silence is proven by what
// does not happen:
//  - a thread of FFmpeg's that only receives (udp://, SRT) has not woken; it empties the queue
//    whatever the rest of FFmpeg does, so an empty queue proves nothing there;
//  - without such a thread (RTP, RTSP) the receive queue was empty each time: FFmpeg has read all
//    that came.
// A queue that is not empty, or datagrams that the kernel had to drop, show that the source
// delivers and FFmpeg does not read.
class Datagrams {
 public:
  void on_connections(const ConnectionSamples& all, Instant now);
  void on_waits(const WaitSample& sample, Instant now);
  // The process could not run until now: the time that passed counts for nothing.
  void rebase(Instant now);

  bool is_used() const { return !sockets_.empty(); }
  // Of several the one that has been silent for longest holds up the others. Empty: datagrams come,
  // or it is not known.
  std::optional<Instant> silent_since() const;
  // It waits to be read, or was dropped since the last reading.
  bool has_backlog() const { return has_backlog_; }

  // With their figures. `since`: the silence that counts. Empty: nothing was dropped lately.
  std::string sentence_of_silence(Instant since, Instant now) const;
  std::string sentence_of_drops(Instant now) const;

 private:
  struct Thread {
    WaitSample::Receiver last;
    Instant silent_since;
  };
  struct Drops {
    std::uint64_t count = 0;
    Instant first{};
    Instant last{};
  };

  void note_drops(std::uint64_t count, Instant now);
  std::optional<Instant> threads_silent_since() const;

  ConnectionSamples sockets_;  // of the inputs, as last seen
  std::vector<Thread> threads_;
  std::optional<Instant> empty_since_;  // the queues; empty where that proves nothing
  bool queues_tell_ = false;            // there is no thread that empties them
  bool has_backlog_ = false;
  std::optional<Drops> drops_;
};

}  // namespace monitor
