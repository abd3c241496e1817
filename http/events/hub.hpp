#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "http/events/samples.hpp"
#include "http/events/stream_news.hpp"
#include "http/events/subscription.hpp"
#include "http/snapshot.hpp"

namespace http {

// Server-sent events (GET /api/v1/events). Reads the snapshots like everybody else: once a second
// for the charts, ten times a second while somebody listens; the supervising loop is never asked
// and never waits. For the HTTP thread.
//
// A client gets `state` and `history` of each stream, `incident`s and `log` lines as they are, then
// each of these as it changes, `progress` of each stream once a second, and a comment every 15 s.
class EventHub {
 public:
  // The snapshots and the context must outlive it.
  EventHub(boost::asio::io_context& context, const SnapshotStore& snapshots,
           std::size_t clients_max);

  // Null: there are `clients_max` already.
  std::shared_ptr<Subscription> subscribe();
  // Ends every subscription; none is given any more.
  void stop();

 private:
  using Instant = std::chrono::steady_clock::time_point;
  struct Followed {
    Samples samples;
    StreamNews news;
  };
  std::deque<Subscription::Piece> greeting() const;
  std::string greeting_of(const std::string& name) const;
  void catch_up(const SnapshotStore::View& view, const ClockReading& now);
  void arm();
  void on_timer();
  void look(const SnapshotStore::View& view, const ClockReading& now);
  void sample(const SnapshotStore::View& view, const ClockReading& now);
  void forget_gone(const SnapshotStore::View& view);
  void tell_log();
  void tell(const Event& event);
  bool has_listeners();

  const SnapshotStore& snapshots_;
  const std::size_t clients_max_;
  boost::asio::steady_timer timer_;
  std::vector<std::weak_ptr<Subscription>> clients_;
  std::map<std::string, Followed, std::less<>> streams_;  // those on the snapshots, by name
  std::uint64_t version_ = 0;                             // of the snapshots, when last looked at
  std::uint64_t log_count_ = 0;                           // of its log lines, as far as told
  Instant next_sample_at_{};
  Instant next_comment_at_{};
  bool stopped_ = false;
};

}  // namespace http
