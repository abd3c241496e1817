#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "monitor/connection_sample.hpp"
#include "monitor/detectors/hold_timer.hpp"
#include "monitor/time.hpp"

namespace monitor {

// What may be wrong with the delivery of what FFmpeg sends, the most severe last.
enum class DeliveryTrouble : std::uint8_t {
  none,
  too_slow,      // less is taken than is put out: it piles up
  path_silent,   // nothing that is sent is acknowledged any more
  mute,          // the server has answered once, and FFmpeg waits for more before its first output
  unanswered,    // a connection is not taken, or the server never sends anything on it
  not_read,      // the server's program does not read what its kernel takes
  disconnected,  // FFmpeg goes on without the connection it had
};

// A window that falls and never rises: what is sent is not read. Linux offers as much as ever with
// each acknowledgement while the program reads. Under a stopped nginx-rtmp at 128 kbit/s it was
// seen falling by 0.6 to 4.5 kB/s, long before anything else shows.
class ShrinkingWindow {
 public:
  void observe(const ConnectionSample& sample, Instant now);
  void rebase() { last_.reset(); }
  // `suspected_since`: the server is suspected to hang for other reasons, so less evidence is
  // enough.
  std::optional<Instant> since(std::optional<Instant> suspected_since) const;

 private:
  bool is_told(std::uint64_t fall, std::uint64_t taken) const;

  struct Point {
    std::uint64_t window_bytes;
    std::uint64_t acked_bytes;
    std::uint32_t retransmits;
  };
  std::optional<Point> last_;
  Point from_{};
  Instant since_{};  // without the time in which nothing was sent
  Instant fell_at_{};
  Instant seen_at_{};
  bool idle_ = false;  // nothing was sent, and nothing waits
  unsigned falls_ = 0;
  // Since `from_`: the most that was taken from one sample to the next, and whether there were
  // pauses.
  std::uint64_t largest_burst_ = 0;
  bool paused_ = false;
};

// One connection that FFmpeg writes to, over its life.
class DeliveryLink {
 public:
  DeliveryLink(const ConnectionSample& first, Instant now);

  // `bps`: what is taken of all that is sent, where it is known.
  void update(const ConnectionSample& sample, std::optional<double> bps, Instant now);
  void rebase(Instant now);
  // Since when the server is suspected to hang; empty: it is not.
  void suspect(std::optional<Instant> since) { suspected_since_ = since; }

  struct State {
    DeliveryTrouble trouble = DeliveryTrouble::none;
    Instant since{};
  };
  // `advanced`: FFmpeg has put something out. `awaited_since`: it waits for the server's answer.
  State state(bool advanced, std::optional<Instant> awaited_since) const;
  // Every sample has shown unsent data, for so long that no burst explains it. Alone it is no
  // trouble; of a stream that is too slow it is the reason.
  bool send_queue_held() const;
  // The server's program, not its kernel alone, is at work on it.
  bool server_app_reads() const;
  std::string sentence(DeliveryTrouble trouble, std::optional<double> bps, Instant now) const;

  const ConnectionSample& last() const { return last_; }
  Instant first_seen_at() const { return first_seen_at_; }

 private:
  bool window_is_shut() const;
  bool is_backlog(const ConnectionSample& sample, std::optional<double> bps) const;
  void observe_backlog(const ConnectionSample& sample, std::optional<double> bps, Instant now);

  ConnectionSample last_;
  Instant first_seen_at_;
  Instant counted_from_;  // first_seen_at_, or the last rebase
  Instant taken_at_;      // acked_bytes last grew, or nothing waited
  Instant received_at_;   // received_bytes last grew
  Duration limited_when_taken_{};
  std::uint64_t widest_window_ = 0;  // bytes
  Instant updated_at_;
  std::optional<Instant> suspected_since_;
  ShrinkingWindow window_;
  HoldTimer backlog_{Duration::zero()};
  std::uint64_t first_backlog_bytes_ = 0;  // bytes
  HoldTimer send_queue_;
};

}  // namespace monitor
