#pragma once

#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include "monitor/time.hpp"

namespace monitor::probes {

// The addresses of a name. `error` set: none; timed_out where no answer came until the deadline.
struct NameLookup {
  boost::system::error_code error;
  std::vector<boost::asio::ip::tcp::endpoint>
      endpoints;  // at most 16, the system's first one first
};

// Asks the system's resolver on a thread of its own, since getaddrinfo cannot be cancelled; an
// address needs neither. `port` is a number. Never throws for a resolver's error.
boost::asio::awaitable<NameLookup> look_up_name(std::string host, std::string port,
                                                Instant deadline);

}  // namespace monitor::probes
