#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "monitor/probes/http_reply.hpp"
#include "monitor/probes/tls_files.hpp"
#include "monitor/time.hpp"

namespace monitor::probes {

// One request and its reply, on a connection of its own.
struct HttpExchange {
  std::string url;      // http or https: the server to connect to
  std::string request;  // its bytes
  bool verify_tls = true;
  TlsFiles tls = {};
  Instant deadline{};          // of it all
  std::size_t read_limit = 0;  // bytes: chunk by chunk of one byte, or with a thousand interim
                               // replies, it ends, too
};

// Feeds `reply` until `is_enough`, asked after each piece that came, is true, the server ends the
// connection, or the limit is reached. Throws ConnectionError; `reply` has what came before.
// `reply` must live until the end.
boost::asio::awaitable<void> exchange_http(HttpExchange exchange, HttpReply& reply,
                                           std::function<bool()> is_enough);

}  // namespace monitor::probes
