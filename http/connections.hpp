#pragma once

#include <chrono>
#include <cstddef>
#include <unordered_set>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "http/settings.hpp"

namespace http {

using SteadyTime = std::chrono::steady_clock::time_point;

// What a connection is doing. Each phase except `answering` and `streaming` has a time limit.
enum class ConnectionPhase : std::uint8_t {
  idle,       // between requests
  reading,    // a request has begun
  answering,  // in Routes, which limits itself
  streaming,  // an event stream with nothing to send at present
  writing,
  lingering,  // our side has shut down; the peer may still be reading the last answer
};

// An open connection. Owned by its session.
struct ConnectionState {
  explicit ConnectionState(boost::asio::ip::tcp::socket connected) : socket(std::move(connected)) {}

  boost::asio::ip::tcp::socket socket;
  ConnectionPhase phase = ConnectionPhase::idle;
  SteadyTime since{};
  SteadyTime deadline{};
  bool timed_out = false;        // in this phase; the pending operation was cancelled
  std::size_t unsent_bytes = 0;  // of the answer being written
  std::size_t body_bytes = 0;    // of the request being read
};

// Enforces the bounds of the open connections: their number, the time in each phase, and the unsent
// bytes of answers. One timer for all: one timer each would cost more than the request.
class Connections {
 public:
  Connections(boost::asio::io_context& context, const Bounds& bounds);

  // Where the limit is reached, closes the connection that has been idle the longest; where none is
  // idle, the one longest in its phase.
  void make_room();
  void close_longest_idle();
  // At most so many from now on; the excess is closed.
  void set_limit(std::size_t connections);
  // Closes the half that has been idle the longest, and holds the number there for some seconds:
  // descriptors for what is more important.
  void yield();
  void close_all();

  void add(ConnectionState& connection);
  void remove(ConnectionState& connection);
  void enter(ConnectionState& connection, ConnectionPhase phase);

  // Cancels I/O with a peer that does not read; the connection is reset when it closes.
  void abort(ConnectionState& connection);

  // Whether an answer of this size fits below the limit of unsent bytes.
  bool has_room_for(std::size_t bytes) const;
  void count_unsent(ConnectionState& connection, std::size_t bytes);
  // Counts the body that a connection holds or is to read; false, and nothing is counted, where it
  // does not fit below the limit of all.
  bool take_body(ConnectionState& connection, std::size_t bytes);

 private:
  std::chrono::seconds limit_of(ConnectionPhase phase) const;
  void close(ConnectionState& connection);
  void arm(SteadyTime at);
  void sweep();

  std::size_t limit() const;

  Bounds bounds_;
  std::size_t yielded_limit_ = 0;  // until yielded_until_
  SteadyTime yielded_until_ = SteadyTime::min();
  boost::asio::steady_timer timer_;
  SteadyTime armed_for_ = SteadyTime::max();
  std::unordered_set<ConnectionState*> connections_;
  std::size_t unsent_bytes_ = 0;
  std::size_t body_bytes_ = 0;
};

}  // namespace http
