#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>

#include "monitor/time.hpp"

namespace monitor::probes {

// A connection to a server, plain or TLS (certificate and host name verified against the system's
// authorities), for probes and alerts. Errors are boost::system::system_error whose what() says in
// words which step failed (name lookup, connection, TLS handshake) and names host and port only.
// One coroutine at a time. Destruction closes at once.
class Connection {
 public:
  // Opens within what is left of `timeout`; the same span bounds everything done with it later: a
  // probe or a delivery as a whole has one time-out.
  static boost::asio::awaitable<std::unique_ptr<Connection>> open(std::string host,
                                                                  std::string port, bool tls,
                                                                  Duration timeout);
  ~Connection();

  // At least one byte; 0 at the end of the stream.
  boost::asio::awaitable<std::size_t> read_some(boost::asio::mutable_buffer into);
  boost::asio::awaitable<void> write(std::string_view bytes);

 private:
  struct State;
  explicit Connection(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace monitor::probes
