#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "http/settings.hpp"

namespace http {

// A listening socket with close-on-exec. Throws std::runtime_error; its text has address, port and
// reason.
boost::asio::ip::tcp::acceptor listen_on(boost::asio::io_context& context,
                                         const Settings& settings);

// The next connection of a listener that is ready, or the errno of accept4. Asio's own accept sets
// close-on-exec later: a child forked in between would inherit the connection, and the client would
// never see it close.
struct Accepted {
  int descriptor = -1;
  int error_number = 0;
};
Accepted accept_one(boost::asio::ip::tcp::acceptor& acceptor);

// "Live page, metrics and health: http://127.0.0.1:9090/", for who served `settings` on `port`.
std::string where_to_look(const Settings& settings, std::uint16_t port);

// Who can read and who can control: "everybody who reaches it can read, nobody can control".
std::string who_may(const Settings& settings);

}  // namespace http
