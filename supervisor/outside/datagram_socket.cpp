#include "supervisor/outside/datagram_socket.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sys/socket.h>

#include "monitor/probes/aside.hpp"

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

struct Lookup {
  error_code error;
  std::optional<udp::endpoint> endpoint;
};

Lookup look_up(const std::string& host, const std::string& port) {
  Lookup found;
  asio::io_context context;
  const auto entries = udp::resolver(context).resolve(host, port, found.error);
  if (!found.error && !entries.empty()) found.endpoint = entries.begin()->endpoint();
  return found;
}

}  // namespace

struct DatagramSocket::State {
  asio::awaitable<error_code> find(monitor::Instant deadline);
  error_code open(const asio::any_io_executor& executor, const udp::endpoint& endpoint);
  error_code pending() const;
  std::string sentence(const error_code& error) const {
    return "sending to " + address + ": " + error.message();
  }

  std::string address, host, port;
  std::optional<udp::socket> socket;
  udp::endpoint open_to;
};

asio::awaitable<error_code> DatagramSocket::State::find(monitor::Instant deadline) {
  const auto executor = co_await asio::this_coro::executor;
  error_code no_literal;
  const auto literal = asio::ip::make_address(host, no_literal);
  if (!no_literal) {
    co_return open(executor, {literal, static_cast<std::uint16_t>(std::stoul(port))});
  }
  try {
    auto work = [host = host, port = port] { return look_up(host, port); };
    const auto found = co_await monitor::probes::run_aside(std::move(work), deadline);
    if (!found) co_return asio::error::timed_out;
    if (!found->endpoint) co_return found->error ? found->error : asio::error::host_not_found;
    co_return open(executor, *found->endpoint);
  } catch (const boost::system::system_error& too_many) {
    co_return too_many.code();
  }
}

// Connected, so that a refusal is heard of.
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
error_code DatagramSocket::State::pending() const {
  if (!socket) return {};
  int number = 0;
  socklen_t size = sizeof number;
  ::getsockopt(const_cast<udp::socket&>(*socket).native_handle(), SOL_SOCKET, SO_ERROR, &number,
               &size);
  return {number, boost::system::system_category()};
}

DatagramSocket::DatagramSocket(const std::string& address) : state_(std::make_unique<State>()) {
  const std::size_t colon = address.rfind(':');
  state_->address = address;
  state_->host = address.substr(0, colon);
  state_->port = address.substr(colon + 1);
  if (state_->host.starts_with('[')) state_->host = state_->host.substr(1, colon - 2);
}

DatagramSocket::~DatagramSocket() = default;

asio::awaitable<std::string> DatagramSocket::send(const std::vector<std::string>& datagrams,
                                                  monitor::Instant deadline) {
  error_code error = co_await state_->find(deadline);
  if (error) co_return state_->sentence(error);
  state_->pending();  // of the last time: known, see was_refused()
  std::size_t sent = 0;
  while (sent < datagrams.size()) {
    state_->socket->send(asio::buffer(datagrams[sent]), 0, error);
    if (!error) ++sent;
    const bool is_full = error == asio::error::would_block;
    if (error && !is_full) co_return state_->sentence(error);
    if (is_full || sent % burst == 0) co_await pause();
    if (steady_clock::now() >= deadline) co_return state_->sentence(asio::error::timed_out);
  }
  // On this machine the answer is there already.
  error = state_->pending();
  co_return error ? state_->sentence(error) : "";
}

bool DatagramSocket::was_refused() {
  return static_cast<bool>(state_->pending());
}

}  // namespace supervisor
