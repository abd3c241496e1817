#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <unordered_set>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "http/eviction.hpp"
#include "http/settings.hpp"

namespace http {

// An open connection. Owned by its session.
struct ConnectionState {
  ConnectionState(boost::asio::ip::tcp::socket connected, std::string of_network)
      : socket(std::move(connected)), network(std::move(of_network)) {}

  boost::asio::ip::tcp::socket socket;
  const std::string network;  // of the peer: network_of()
  ConnectionPhase phase = ConnectionPhase::idle;
  SteadyTime since{};
  SteadyTime deadline{};
  bool timed_out = false;        // in this phase; the pending operation was cancelled
  std::size_t unsent_bytes = 0;  // of the answer being written
  std::size_t body_bytes = 0;    // of the request being read
  bool is_known = false;         // that request brought credentials, and they are right
};

// Enforces the bounds of the open connections: their number, the time in each phase, and the unsent
// bytes of answers. Whoever has most of it gives way (eviction.hpp). One timer for all: one timer
// each would cost more than the request.
class Connections {
 public:
  Connections(boost::asio::io_context& context, const Bounds& bounds);

  // Where the limit is reached, closes the connection that gives way.
  void make_room();
  void close_one();
  // Whether so many closed connections still hold memory that no more may come: their sessions end
  // when the thread gets to them.
  bool is_clearing() const { return closing_ >= closing_max; }
  // At most so many from now on; the excess is closed.
  void set_limit(std::size_t connections);
  // Closes half of them, and holds the number there for some seconds: descriptors for what is more
  // important.
  void yield();
  void close_all();

  void add(ConnectionState& connection);
  void remove(ConnectionState& connection);
  void enter(ConnectionState& connection, ConnectionPhase phase);

  // Cancels I/O with a peer that does not read; the connection is reset when it closes.
  void abort(ConnectionState& connection);

  // Whether an answer of this size fits below the limit of unsent bytes. Who does not read gives
  // way to it: where it must be sent, or its network has its share of the room and no more, at
  // once; else who has read nothing for a second. True for every small one, and for each that must
  // be sent.
  enum class Need : std::uint8_t { can_wait, must_be_sent };
  bool make_room_for(const ConnectionState& connection, std::size_t bytes, Need need);
  void count_unsent(ConnectionState& connection, std::size_t bytes);
  // Counts the body that a connection holds so far; false, and nothing is counted, where it does
  // not fit below the limit of all, or of those without credentials on one network. They give way
  // to who has some.
  bool take_body(ConnectionState& connection, std::size_t bytes);

 private:
  std::chrono::seconds limit_of(ConnectionPhase phase) const;
  void close(ConnectionState& connection);
  std::size_t unsent_of(const std::string& network) const;
  std::size_t bodies_of(const std::string& network) const;
  void forget(ConnectionState& connection);
  void arm(SteadyTime at);
  void sweep();

  std::size_t limit() const;

  static constexpr std::size_t closing_max = 64;

  Bounds bounds_;
  std::size_t yielded_limit_ = 0;  // until yielded_until_
  SteadyTime yielded_until_ = SteadyTime::min();
  boost::asio::steady_timer timer_;
  SteadyTime armed_for_ = SteadyTime::max();
  std::unordered_set<ConnectionState*> connections_;
  ConnectionsByNetwork by_network_;  // the same ones
  std::size_t closing_ = 0;          // closed, and their sessions have not ended
  std::size_t unsent_bytes_ = 0;
  std::size_t body_bytes_ = 0;
};

}  // namespace http
