#include "http/listener.hpp"

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

#include <sys/socket.h>

namespace http {
namespace {

using boost::asio::ip::tcp;

std::string host_and_port(const Settings& settings) {
  const bool v6 = settings.address.find(':') != std::string::npos;
  return (v6 ? "[" + settings.address + "]" : settings.address) + ":" +
         std::to_string(settings.port);
}

[[noreturn]] void fail(const Settings& settings, const std::string& reason) {
  throw std::runtime_error("http.listen: cannot listen on " + host_and_port(settings) + ": " +
                           reason);
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
  const auto last_error = [] { return std::generic_category().message(errno); };
  const int descriptor = ::socket(endpoint.protocol().family(),
                                  SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
  if (descriptor < 0) fail(settings, last_error());
  tcp::acceptor acceptor(context, endpoint.protocol(), descriptor);
  acceptor.set_option(tcp::acceptor::reuse_address(true));
  if (::bind(descriptor, endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0) {
    fail(settings, last_error());
  }
  if (::listen(descriptor, SOMAXCONN) != 0) fail(settings, last_error());
  return acceptor;
}

Accepted accept_one(tcp::acceptor& acceptor) {
  const int descriptor =
      ::accept4(acceptor.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  return {descriptor, descriptor < 0 ? errno : 0};
}

}  // namespace http
