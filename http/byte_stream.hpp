#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <tuple>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "http/tls.hpp"

namespace http {

// Completes a co_await with the error beside the result: nothing is thrown.
inline constexpr auto as_result = boost::asio::as_tuple(boost::asio::use_awaitable);

// The byte stream of a connection, plain or TLS. Does not own the socket: its owner cancels and
// closes it, and it outlives this object.
class ByteStream {
 public:
  explicit ByteStream(boost::asio::ip::tcp::socket& socket) : socket_(socket) {}

  using Result = std::tuple<boost::system::error_code, std::size_t>;

  // Server side; from then on everything goes through TLS.
  boost::asio::awaitable<boost::system::error_code> handshake(TlsIdentity::Context context);

  boost::asio::awaitable<Result> read_some(boost::asio::mutable_buffer bytes);
  template <class Buffers>
  boost::asio::awaitable<Result> write(const Buffers& bytes);
  // Shuts down the sending side.
  boost::asio::awaitable<boost::system::error_code> end();

 private:
  boost::asio::ip::tcp::socket& socket_;
  TlsIdentity::Context context_;  // outlives the stream
  std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
};

template <class Buffers>
boost::asio::awaitable<ByteStream::Result> ByteStream::write(const Buffers& bytes) {
  if (tls_) co_return co_await boost::asio::async_write(*tls_, bytes, as_result);
  co_return co_await boost::asio::async_write(socket_, bytes, as_result);
}

}  // namespace http
