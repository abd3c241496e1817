#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "http/events/stream_delta.hpp"
#include "http/events/subscription.hpp"
#include "http/snapshot_store.hpp"

namespace http {

// Server-sent events (GET /api/v1/events). Reads the snapshot store ten times a second while a
// client is connected, and sleeps while none is. Never calls the supervising loop and never blocks
// it. For the HTTP thread.
//
// A client gets the present `state` and `history` of each stream, `config`, `incident`s and `log`
// lines, `live`, then each of these as it changes, `progress` of each stream once a second, and a
// comment every 15 s.
class EventHub {
 public:
  // The snapshots and the context must outlive it.
  EventHub(boost::asio::io_context& context, const SnapshotStore& snapshots,
           std::size_t clients_max);

  // Null: `clients_max` clients are connected already, and none gives way. A client without
  // credentials gives way to one with them, and to one of a network that has fewer clients.
  // `with_history` false: without the `history` of each stream.
  std::shared_ptr<Subscription> subscribe(const EventClient& client, bool with_history = true);
  // The last ten minutes of one stream, as in the event `history`; null: there is no such stream.
  boost::json::value history_of(std::string_view name) const;
  // Ends every subscription; subscribe() gives none from now on.
  void stop();

 private:
  using Instant = std::chrono::steady_clock::time_point;
  std::deque<Subscription::Piece> initial_pieces(bool with_history) const;
  std::string initial_state_of(const std::string& name, bool with_history) const;
  void skip_to(const SnapshotStore::View& view, const ClockReading& now);
  void arm();
  void on_timer();
  void poll(const SnapshotStore::View& view, const ClockReading& now);
  void tell_progress(const SnapshotStore::View& view, const ClockReading& now);
  void drop_removed(const SnapshotStore::View& view);
  void broadcast_log();
  void broadcast(const Event& event);
  bool has_clients();
  bool has_room_for(const EventClient& client);

  const SnapshotStore& snapshots_;
  const std::size_t clients_max_;
  boost::asio::steady_timer timer_;
  std::vector<std::weak_ptr<Subscription>> clients_;
  std::map<std::string, StreamDelta> streams_;  // those in the store, by name
  std::uint64_t version_ = 0;                   // of the store, at the last poll
  std::shared_ptr<const ConfigState> config_;   // as last broadcast
  std::uint64_t log_count_ = 0;                 // log lines broadcast so far
  Instant next_progress_at_{};
  Instant next_comment_at_{};
  bool stopped_ = false;
};

}  // namespace http
