#include "supervisor/exporters/datagram_socket.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sys/socket.h>

#include "monitor/probes/name_lookup.hpp"

namespace supervisor {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;
using boost::system::error_code;
using std::chrono::steady_clock;

// Receivers keep some hundred datagrams that they have not read yet, and drop what is more.
constexpr std::size_t burst = 16;
constexpr auto pause_length = std::chrono::milliseconds(1);

asio::awaitable<void> pause() {
  asio::steady_timer timer(co_await asio::this_coro::executor, pause_length);
  error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

}  // namespace

struct DatagramSocket::State {
  error_code open(const asio::any_io_executor& executor, const udp::endpoint& endpoint);
  asio::awaitable<error_code> send_to(udp::endpoint endpoint,
                                      const std::vector<std::string>& datagrams,
                                      monitor::Instant deadline);
  error_code pending();
  std::string sentence(const error_code& error) const {
    return "sending to " + address + ": " + error.message();
  }

  std::string address, host, port;
  std::optional<udp::socket> socket;
  udp::endpoint open_to;
};

// Connected, so that the kernel reports a refusal (ICMP).
error_code DatagramSocket::State::open(const asio::any_io_executor& executor,
                                       const udp::endpoint& endpoint) {
  if (socket && open_to == endpoint) return {};
  error_code error;
  socket.emplace(executor);
  socket->open(endpoint.protocol(), error);
  if (!error) socket->non_blocking(true, error);
  if (!error) socket->connect(endpoint, error);
  open_to = endpoint;
  if (error) socket.reset();
  return error;
}

// Reading it takes it away.
error_code DatagramSocket::State::pending() {
  if (!socket) return {};
  int number = 0;
  socklen_t size = sizeof number;
  ::getsockopt(socket->native_handle(), SOL_SOCKET, SO_ERROR, &number, &size);
  return {number, boost::system::system_category()};
}

asio::awaitable<error_code> DatagramSocket::State::send_to(
    udp::endpoint endpoint, const std::vector<std::string>& datagrams, monitor::Instant deadline) {
  error_code error = open(co_await asio::this_coro::executor, endpoint);
  if (error) co_return error;
  pending();  // of the last time: known, see was_refused()
  std::size_t sent = 0;
  while (sent < datagrams.size()) {
    socket->send(asio::buffer(datagrams[sent]), 0, error);
    if (!error) ++sent;
    const bool is_full = error == asio::error::would_block;
    if (error && !is_full) co_return error;
    if (is_full || sent % burst == 0) co_await pause();
    if (steady_clock::now() >= deadline) co_return asio::error::timed_out;
  }
  co_return pending();  // on this machine the answer is there already
}

DatagramSocket::DatagramSocket(const std::string& address) : state_(std::make_unique<State>()) {
  const std::size_t colon = address.rfind(':');
  state_->address = address;
  state_->host = address.substr(0, colon);
  state_->port = address.substr(colon + 1);
  if (state_->host.starts_with('[')) state_->host = state_->host.substr(1, colon - 2);
}

DatagramSocket::~DatagramSocket() = default;

// The address that took the last ones comes first, where it is still among them.
asio::awaitable<std::string> DatagramSocket::send(const std::vector<std::string>& datagrams,
                                                  monitor::Instant deadline) {
  const auto found = co_await monitor::probes::look_up_name(state_->host, state_->port, deadline);
  std::vector<udp::endpoint> endpoints;
  for (const auto& each : found.endpoints) endpoints.emplace_back(each.address(), each.port());
  const auto same = std::ranges::find(endpoints, state_->open_to);
  if (same != endpoints.end()) std::swap(*same, endpoints.front());
  error_code error = found.error;
  for (const udp::endpoint& endpoint : endpoints) {
    error = co_await state_->send_to(endpoint, datagrams, deadline);
    if (!error) break;
  }
  co_return error ? state_->sentence(error) : "";
}

bool DatagramSocket::was_refused() {
  return static_cast<bool>(state_->pending());
}

}  // namespace supervisor
