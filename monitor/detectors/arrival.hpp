#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "monitor/cause.hpp"
#include "monitor/connection_sample.hpp"
#include "monitor/detectors/datagrams.hpp"
#include "monitor/limits.hpp"
#include "monitor/source_look.hpp"
#include "monitor/time.hpp"
#include "monitor/wait_sample.hpp"

namespace monitor {

// What the kernel's counters show of the source now, however short it has lasted.
struct Arrival {
  enum class Trouble : std::uint8_t {
    none,
    unanswered,    // a connection is not taken, or nothing has ever come on it
    silent,        // nothing arrives, and FFmpeg has read all there was
    nothing_new,   // FFmpeg repeats its requests, and no answer gives output
    empty_pipe,    // FFmpeg waits for a pipe or FIFO
    disconnected,  // FFmpeg goes on without the connection it had
  };
  Trouble trouble = Trouble::none;
  Instant since{};
  std::string sentence;  // with its figures; empty for `none`
  // What it has to send can come: it has accepted every connection, or a UDP socket waits for it.
  bool is_connected = false;
  std::string losses = {};  // what the kernel had to drop lately; empty: nothing
};

// Detects that nothing arrives from the source, from the connections that FFmpeg reads from.
//
// A connection on which nothing arrives is a fault only while nothing comes out either: between two
// HLS segments that is normal. Bytes that FFmpeg has not read rule the source out: then FFmpeg
// is slow, or what it writes to is. Repeated requests to one server are polls of an HLS playlist,
// as often as its segments are long: there the fault needs a number of polls as well as the
// time-out.
//
// What comes by UDP is judged by Datagrams; a connection beside it that carries no stream is
// RTSP's, which only controls.
//
// A connection that ends while FFmpeg goes on is usual: a file that was read to its end, the next
// segment from another server. It is a fault (a looped picture with an audio source that died)
// only where no other connection has taken its place and a look at the source since then proves
// that it was live: the source is missing now, or it is there and has no end of its own.
class ArrivalDetector {
 public:
  ArrivalDetector(Duration stall_timeout, Instant launched_at);
  void adjust(const Limits& limits) { stall_timeout_ = limits.source_stall_timeout; }

  void on_connections(const ConnectionSamples& all, Instant now);
  void on_waits(const WaitSample& sample, Instant now);
  // FFmpeg's output advanced.
  void on_advance(Instant now);
  // What a look at the source found.
  void on_look(const SourceLook& look);
  // The process could not run until now: the time that passed counts for no fault.
  void rebase(Instant now);

  // Off air: source_stalled, source_unreachable (nothing ever came), source_ended.
  std::optional<Fault> check(Instant now) const;
  Instant deadline() const;

  // The most severe trouble present.
  Arrival at(Instant now) const;
  // The source has delivered more than FFmpeg has read: the source is not the cause.
  bool has_backlog() const;

 private:
  struct Link {  // one connection that FFmpeg reads from
    ConnectionSample last;
    Instant first_seen_at;
    Instant delivered_at;  // as much as a stream came, or FFmpeg had not read all
    Instant seen_at;
  };
  struct Lost {
    Instant at;
    std::string peer;
    bool was_live = false;  // proven by a look
  };
  struct State {
    Arrival::Trouble trouble = Arrival::Trouble::none;
    Instant since{};
    const Link* link = nullptr;
  };

  struct Asked {  // since the output last advanced
    unsigned times = 0;
    Instant at{};           // the last time
    bool answered = false;  // the last time
    std::string peer;
  };

  static bool has_delivered(const Link& link, const ConnectionSample& sample, Instant now);
  void note_asked(const ConnectionSample& sample, Instant now);
  void note_lost(const std::vector<Link>& present, Instant now);
  bool carries_stream(const Link& link) const;
  const Link* quietest() const;
  State state() const;
  Arrival describe(const State& found, Instant now) const;

  Duration stall_timeout_;
  Instant counted_from_;  // the launch, the last advance, or the last rebase
  bool advanced_ = false;
  std::vector<Link> links_;
  ConnectionSamples inputs_;  // as last seen, the spent ones too
  Asked asked_;
  std::optional<Lost> lost_;
  Datagrams datagrams_;
  std::optional<Instant> pipe_waits_since_;
  std::optional<std::uint64_t> read_bytes_;  // as last seen
};

}  // namespace monitor
