#include "http/listener.hpp"

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

#include <sys/socket.h>

#include "http/address.hpp"
#include "monitor/text/url.hpp"

namespace http {
namespace {

using boost::asio::ip::tcp;

[[noreturn]] void fail(const Settings& settings, const std::string& reason) {
  throw std::runtime_error("http.listen: cannot listen on " +
                           monitor::host_and_port(settings.address, std::to_string(settings.port)) +
                           ": " + reason);
}

// What was wrong with the last call, and what helps where the address itself is the trouble.
std::string last_error() {
  const int error_number = errno;
  const std::string reason = std::generic_category().message(error_number);
  const bool is_address =
      error_number == EADDRINUSE || error_number == EADDRNOTAVAIL || error_number == EACCES;
  return is_address ? reason + " (another address: --listen 127.0.0.1:9191, or METRICS_PORT)"
                    : reason;
}

// Kernel memory is the machine's. Without a bound each of 512 connections that does not read holds
// megabytes of answers. Every accepted connection inherits these, and the kernel keeps twice as
// much: 64 MB and 16 MB at most for all. So much in flight is 0.5 MB/s over 100 ms.
constexpr int send_buffer_bytes = 64 * 1024;
constexpr int receive_buffer_bytes = 16 * 1024;

// Before listen(): later the window may have grown.
void bound_buffers(tcp::acceptor& acceptor) {
  acceptor.set_option(tcp::acceptor::send_buffer_size(send_buffer_bytes));
  acceptor.set_option(tcp::acceptor::receive_buffer_size(receive_buffer_bytes));
}

tcp::endpoint endpoint_of(const Settings& settings) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(settings.address, error);
  if (error) fail(settings, "\"" + settings.address + "\" is not an IP address");
  return {address, settings.port};
}

}  // namespace

tcp::acceptor listen_on(boost::asio::io_context& context, const Settings& settings) {
  const tcp::endpoint endpoint = endpoint_of(settings);
  const int descriptor = ::socket(endpoint.protocol().family(),
                                  SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
  if (descriptor < 0) fail(settings, last_error());
  tcp::acceptor acceptor(context, endpoint.protocol(), descriptor);
  acceptor.set_option(tcp::acceptor::reuse_address(true));
  bound_buffers(acceptor);
  if (::bind(descriptor, endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0) {
    fail(settings, last_error());
  }
  if (::listen(descriptor, SOMAXCONN) != 0) fail(settings, last_error());
  return acceptor;
}

std::string where_to_look(const Settings& settings, std::uint16_t port) {
  Settings served = settings;
  served.port = port;
  return "Live page, metrics and health: " + local_url(served) + '/' +
         (is_any_address(settings.address) ? ", and at every other address of this machine" : "");
}

std::string who_may(const Settings& settings) {
  const Auth& auth = settings.auth;
  if (auth.protect == Protect::all) return "reading and control need credentials";
  const bool has_credentials = !auth.bearer_token.empty() || !auth.basic_users.empty();
  return has_credentials ? "everybody who reaches it can read, control needs credentials"
                         : "everybody who reaches it can read, nobody can control";
}

Accepted accept_one(tcp::acceptor& acceptor) {
  const int descriptor =
      ::accept4(acceptor.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  return {descriptor, descriptor < 0 ? errno : 0};
}

}  // namespace http
