#pragma once

#include <chrono>
#include <cstddef>
#include <unordered_set>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "http/settings.hpp"

namespace http {

using SteadyTime = std::chrono::steady_clock::time_point;

// What a connection is at. Each phase but `answering` and `following` has
// its own time limit.
enum class Phase : std::uint8_t {
  idle,       // between requests
  reading,    // a request has begun
  answering,  // the routes have it: they bound themselves
  following,  // events: there are none to send just now
  writing,
  lingering,  // closed from our side; the peer may still be reading the last answer
};

// A connection as its writer sees it.
struct ConnectionState {
  explicit ConnectionState(boost::asio::ip::tcp::socket connected) : socket(std::move(connected)) {}

  boost::asio::ip::tcp::socket socket;
  Phase phase = Phase::idle;
  SteadyTime since{};
  SteadyTime deadline{};
  bool timed_out = false;        // in this phase: what was waited for has been cancelled
  std::size_t unsent_bytes = 0;  // of the answer being written
};

// Keeps the open connections within their bounds: how many, how long in each phase, and how many
// bytes of answers may lie unsent. One timer for all: a timer each would cost more than the
// request.
class Connections {
 public:
  Connections(boost::asio::io_context& context, const Bounds& bounds);

  // Closes the connection that has been idle the longest where there is no room for one more; where
  // none is idle, the one longest in its phase.
  void make_room();
  void close_longest_idle();
  void close_all();

  void add(ConnectionState& link);
  void remove(ConnectionState& link);
  void enter(ConnectionState& link, Phase phase);

  // Gives up on a peer that does not read.
  void cut(ConnectionState& link);

  // Whether an answer of this size may be written now.
  bool has_room_for(std::size_t bytes) const;
  void count_unsent(ConnectionState& link, std::size_t bytes);

 private:
  std::chrono::seconds limit_of(Phase phase) const;
  void close(ConnectionState& link);
  void arm(SteadyTime at);
  void sweep();

  Bounds bounds_;
  boost::asio::steady_timer timer_;
  SteadyTime armed_for_ = SteadyTime::max();
  std::unordered_set<ConnectionState*> links_;
  std::size_t unsent_bytes_ = 0;
};

}  // namespace http
