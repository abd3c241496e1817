#pragma once

#include <memory>

#include <boost/asio/any_io_executor.hpp>

namespace supervisor {

// The thread for everything that talks to other machines: probes, alerts. A name lookup that hangs
// or a slow TLS handshake there never delays a restart. What runs on it answers by posting back to
// the supervising loop. Used from that loop only; the thread begins with the first use, so that it
// costs the launch of a stream nothing.
class IoThread {
 public:
  IoThread() = default;
  // Drops what is under way. Waits at most 200 ms for the thread: one that hangs in the C library's
  // name lookup is left behind, for the end of the process.
  ~IoThread();
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  boost::asio::any_io_executor executor();

 private:
  struct State;
  static std::shared_ptr<State> begin();
  std::shared_ptr<State> state_;
};

}  // namespace supervisor
