#include "monitor/probes/http_exchange.hpp"

#include <array>
#include <chrono>
#include <utility>

#include <boost/asio/buffer.hpp>

#include "monitor/probes/connection.hpp"
#include "monitor/text/url.hpp"

namespace monitor::probes {

boost::asio::awaitable<void> exchange_http(HttpExchange exchange, HttpReply& reply,
                                           std::function<bool()> is_enough) {
  const Url parts = split_url(exchange.url);
  const bool tls = parts.scheme == "https";
  std::string host(parts.host);
  std::string port(port_of(exchange.url));
  const auto connection = co_await Connection::open(
      std::move(host), std::move(port), tls, exchange.deadline - std::chrono::steady_clock::now(),
      exchange.verify_tls, &exchange.tls);
  co_await connection->write(exchange.request);
  std::array<char, 16 * 1024> buffer;
  for (std::size_t taken = 0; taken < exchange.read_limit && !is_enough();) {
    const std::size_t count = co_await connection->read_some(boost::asio::buffer(buffer));
    if (count == 0) break;
    taken += count;
    reply.feed({buffer.data(), count});
  }
}

}  // namespace monitor::probes
