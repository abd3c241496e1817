#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "monitor/cause.hpp"
#include "monitor/limits.hpp"
#include "monitor/sink_report.hpp"
#include "monitor/time.hpp"

namespace monitor {

// Detects from the receiving server's own statistics that the stream does not reach it, while
// FFmpeg puts it out: no publisher is there, or what it has received does not grow.
//
// Statistics can show another process's view (nginx after a reload, one of several workers),
// another name (a redirected publisher) or old counts (Icecast and SRS update theirs every few
// seconds). So they are proof of nothing by themselves:
//  - of a publisher that they have not shown since the launch they prove nothing at all;
//  - while the kernel counts acknowledged bytes, the kernel is right;
//  - off air needs both: they miss the publisher, and the kernel has seen no acknowledged byte for
//    the time-out. Where the kernel shows no connection, it is possible, not proven.
// A count stands still once it has not grown for longer than it usually takes to grow.
//
// Statistics that do not answer are no evidence: they may be another server. But one that has
// answered, and now takes the connection and is silent, is suspected to hang.
class ReceptionDetector {
 public:
  explicit ReceptionDetector(Duration stall_timeout);
  // The statistics may be another server's from now on: begins anew.
  void adjust(const Limits& limits) { *this = ReceptionDetector(limits.sink_stall_timeout); }

  // Reports come every few seconds; two that agree are needed for a fault.
  void on_report(const SinkReport& report, Instant now);
  // FFmpeg's output advanced.
  void on_advance(Instant now);
  // The kernel's count of what the servers have acknowledged; `grew`: since the call before, or
  // nothing is left to be acknowledged.
  void on_acknowledged(bool grew, Instant now);
  // The process could not run until now: the time that passed counts for no fault.
  void rebase();

  // sink_stalled, or sink_lost (no publisher).
  std::optional<Fault> check(Instant now) const;
  Instant deadline() const;

  // Growing bytes, or not; empty while nothing is known, and for a publisher that was never shown.
  std::optional<bool> is_receiving() const { return is_receiving_; }
  const std::optional<SinkReport>& last() const { return last_; }
  // The publisher's bytes have grown, and are not due to grow again before then; empty: they do
  // not.
  std::optional<Instant> receives_until() const;
  // Since when the server is suspected to hang.
  std::optional<Instant> silent_since() const { return silent_since_; }

 private:
  void note_silence(const SinkReport& report, Instant now);
  void note_growth(Instant now);
  void note_good();
  Duration longest_usual() const;
  bool stands(Instant now) const;

  Duration stall_timeout_;
  std::optional<SinkReport> last_;
  std::optional<bool> is_receiving_;
  std::optional<Instant> advanced_at_;
  Instant advancing_since_{};             // without a break
  std::optional<Instant> missing_since_;  // what should be there is not
  unsigned bad_reports_ = 0;
  bool was_shown_ = false;                  // the publisher, since the launch
  std::optional<Instant> grew_at_;          // the count of received bytes
  Duration longest_gap_{};                  // … from one growth to the next
  std::optional<Instant> acknowledged_at_;  // by the kernel; empty: it has shown no connection
  bool ever_answered_ = false;
  std::optional<Instant> silent_since_;
};

}  // namespace monitor
