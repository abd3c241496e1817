#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "http/connections.hpp"
#include "http/routes.hpp"
#include "http/server.hpp"
#include "http/settings.hpp"
#include "http/tls.hpp"

namespace http {

// Shared by all connections of a server; outlives them.
struct Shared {
  const Bounds& bounds;
  Connections& connections;
  Routes& routes;
  const Server::Log& log;
  TlsIdentity* tls;  // null: plain HTTP
};

// Serves one connection until either side closes it: requests one after the other, also pipelined
// ones.
boost::asio::awaitable<void> serve_connection(boost::asio::ip::tcp::socket socket, Shared shared);

}  // namespace http
