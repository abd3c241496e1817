#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "http/settings.hpp"

namespace http {

// A listening socket that no child inherits. Throws std::runtime_error whose text names address,
// port and reason.
boost::asio::ip::tcp::acceptor listen_on(boost::asio::io_context& context,
                                         const Settings& settings);

// The next connection of a listener that is ready, or the errno of accept4. Asio's own accept
// leaves a moment in which a fork of the supervising loop would inherit the connection, and a
// scraper would never see it close.
struct Accepted {
  int descriptor = -1;
  int error_number = 0;
};
Accepted accept_one(boost::asio::ip::tcp::acceptor& acceptor);

}  // namespace http
