#pragma once

#include <memory>

#include <boost/asio/any_io_executor.hpp>

namespace supervisor {

// The thread for everything that talks to other machines: probes, alerts. A name lookup that hangs
// or a slow TLS handshake there never delays a restart. What runs on it answers by posting back to
// the supervising loop. Used from that loop only; the thread begins with the first use, so that it
// costs the launch of a stream nothing.
class Outside {
 public:
  Outside() = default;
  // Drops what is under way. Waits at most 200 ms for the thread: one that hangs in the C library's
  // name lookup is left behind, for the end of the process.
  ~Outside();
  Outside(const Outside&) = delete;
  Outside& operator=(const Outside&) = delete;

  boost::asio::any_io_executor executor();

 private:
  struct State;
  static std::shared_ptr<State> begin();
  std::shared_ptr<State> state_;
};

}  // namespace supervisor
