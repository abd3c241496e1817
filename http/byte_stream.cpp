#include "http/byte_stream.hpp"

#include <utility>

namespace http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

}  // namespace

asio::awaitable<error_code> ByteStream::handshake(TlsIdentity::Context context) {
  context_ = std::move(context);
  tls_.emplace(socket_, *context_);
  const auto [error] = co_await tls_->async_handshake(asio::ssl::stream_base::server, as_result);
  co_return error;
}

asio::awaitable<ByteStream::Result> ByteStream::read_some(asio::mutable_buffer bytes) {
  if (tls_) co_return co_await tls_->async_read_some(bytes, as_result);
  co_return co_await socket_.async_read_some(bytes, as_result);
}

asio::awaitable<error_code> ByteStream::end() {
  if (tls_) co_await tls_->async_shutdown(as_result);  // waits for the peer's close_notify
  error_code error;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
  co_return error;
}

}  // namespace http
