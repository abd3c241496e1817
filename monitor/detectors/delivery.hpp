#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "monitor/cause.hpp"
#include "monitor/connection_sample.hpp"
#include "monitor/detectors/delivery_link.hpp"
#include "monitor/limits.hpp"
#include "monitor/time.hpp"
#include "monitor/window.hpp"

namespace monitor {

// What the kernel's counters show of the sink now, however short it has lasted.
struct Delivery {
  DeliveryTrouble trouble = DeliveryTrouble::none;
  Instant since{};               // of `none`: no meaning
  std::string sentence;          // with its figures; empty for `none`
  bool send_queue_held = false;  // something has waited to be sent for seconds
  std::uint64_t connection = 0;  // its id, where it is there
};

// Detects that the receiving server takes nothing, from the connections that FFmpeg writes to.
//
// FFmpeg's own progress is no proof: the send buffer takes some 3 MB before a write blocks, 216 s
// of a radio stream. The signs here come within seconds: the peer's window is shut, or shrinks by
// what is sent. A network that loses packets usually recovers by itself, and no restart repairs it:
// for that `silence_timeout` applies.
class DeliveryDetector {
 public:
  DeliveryDetector(Duration stall_timeout, Duration silence_timeout);
  void adjust(const Limits& limits) {
    stall_timeout_ = limits.sink_stall_timeout;
    silence_timeout_ = std::max(limits.sink_stall_timeout, limits.freeze_timeout);
  }

  // `advanced`: FFmpeg has put out something in this life.
  void on_connections(const ConnectionSamples& all, bool advanced, Instant now);
  // That a connection is gone is judged elsewhere.
  void leave_losses() { judges_losses_ = false; }
  // Since when the receiving server is suspected to hang, for other reasons; empty: it is not.
  void suspect(std::optional<Instant> since);
  // FFmpeg waits for the server's answer before its first output, or not.
  void await_answer(bool waits, Instant now);
  // The receiving server itself counts more bytes up to then: what is not read yet will be.
  void acquit(std::optional<Instant> until) { acquitted_until_ = until; }
  // The process could not run until now: the time that passed counts for no fault.
  void rebase(Instant now);

  // Off air: sink_stalled, sink_unreachable, sink_lost. A warning, sink_stalled: less is taken than
  // is put out; sink_lost: one of several connections is gone.
  std::optional<Fault> check(Instant now) const;
  Instant deadline() const;

  // The most severe trouble present.
  Delivery at(Instant now) const;
  // A connection is there, and nothing is wrong with any. Empty where the sink has no connection of
  // its own (a file), or none is known.
  std::optional<bool> is_taking() const;
  // The program of each server reads (not its kernel alone). Empty without a connection.
  std::optional<bool> server_app_reads() const;
  // By all connections of this life, those that are gone too; empty where there was none.
  std::optional<std::uint64_t> acknowledged_bytes() const;
  // All that FFmpeg has written is with the servers. False without a connection.
  bool has_sent_all() const;
  // Over all of them, over the last seconds; empty until measured.
  std::optional<double> bps() const;

 private:
  struct Point {
    Instant at;
    std::uint64_t acked_bytes;
  };
  struct Lost {
    Instant at;
    std::string peer;
  };

  void note_lost(const std::vector<DeliveryLink>& present, Instant now);
  void measure(Instant now);
  DeliveryLink::State gravest(const DeliveryLink** link) const;
  Duration patience(DeliveryTrouble trouble) const;
  Instant link_deadline() const;
  bool is_lost() const { return lost_ && advanced_; }
  Instant loss_deadline() const;
  Delivery at_lost(Instant now) const;
  bool send_queue_held() const;

  Duration stall_timeout_;
  Duration silence_timeout_;
  bool judges_losses_ = true;
  bool advanced_ = false;
  std::optional<Instant> suspected_since_;
  std::optional<Instant> awaited_since_;
  std::optional<Instant> acquitted_until_;
  Instant seen_at_{};
  std::vector<DeliveryLink> links_;
  std::uint64_t acked_bytes_ = 0;  // of all connections of this life
  Window<Point> points_;           // oldest first, at most `points_limit`
  std::optional<Lost> lost_;       // a long-lived connection, while none takes its place
};

}  // namespace monitor
