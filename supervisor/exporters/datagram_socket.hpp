#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "monitor/time.hpp"

namespace supervisor {

// Sends UDP datagrams to a server by its name, which is looked up anew each time: a server that
// moved is followed. For one thread, one send at a time. Never blocks it.
class DatagramSocket {
 public:
  // `address`: HOST:PORT, [ADDR6]:PORT.
  explicit DatagramSocket(const std::string& address);
  ~DatagramSocket();

  // Sends all of them until `deadline`, to the first of the server's addresses that does not refuse
  // them. Empty, or the error: a datagram could not be sent, or the port is closed, as far as
  // that is known already.
  boost::asio::awaitable<std::string> send(const std::vector<std::string>& datagrams,
                                           monitor::Instant deadline);

  // Whether the server's machine has refused, since the last send, what was sent (ICMP).
  bool was_refused();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace supervisor
