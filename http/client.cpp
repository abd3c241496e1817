#include "http/client.hpp"

#include <optional>
#include <stdexcept>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "monitor/probes/name_lookup.hpp"

namespace http {
namespace {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;
using asio::ip::tcp;
using std::chrono::steady_clock;

constexpr std::size_t body_limit = 4 * 1024 * 1024;  // bytes
constexpr const char* lookup_timed_out = "timed out looking up the host";

struct Target {
  std::string host;  // without the brackets of IPv6
  std::string port;
  bool secure = false;
  std::string host_header;
  std::string path;  // with the query
};

Target parse_target(const std::string& url) {
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed) throw std::runtime_error("not a URL; expected http://HOST:PORT/PATH or https://");
  const bool secure = parsed->scheme() == "https";
  if (!secure && parsed->scheme() != "http") {
    throw std::runtime_error("only http:// and https:// URLs are supported");
  }
  if (parsed->has_userinfo()) throw std::runtime_error("credentials in the URL are not supported");
  if (parsed->encoded_host().empty()) throw std::runtime_error("the URL has no host");
  Target target;
  target.host = parsed->host_address();
  target.secure = secure;
  target.port = secure ? "443" : "80";
  if (!parsed->port().empty()) target.port = parsed->port();
  target.host_header = parsed->encoded_host_and_port();
  target.path = parsed->encoded_resource();
  if (!target.path.starts_with('/')) target.path.insert(0, "/");
  if (const auto mark = target.path.find('#'); mark != std::string::npos) target.path.resize(mark);
  return target;
}

template <class Stream>
asio::awaitable<Answer> ask(Stream& stream, const Target& target, const std::string& token) {
  beast_http::request<beast_http::empty_body> request(beast_http::verb::get, target.path, 11);
  request.set(beast_http::field::host, target.host_header);
  request.set(beast_http::field::user_agent, "ffsupervisor/" FFSUPERVISOR_VERSION);
  request.set(beast_http::field::connection, "close");
  if (!token.empty()) request.set(beast_http::field::authorization, "Bearer " + token);
  co_await beast_http::async_write(stream, request, asio::use_awaitable);

  boost::beast::flat_buffer buffer;
  beast_http::response_parser<beast_http::string_body> parser;
  parser.body_limit(body_limit);
  co_await beast_http::async_read(stream, buffer, parser, asio::use_awaitable);
  co_return Answer{static_cast<int>(parser.get().result_int()), std::move(parser.get().body())};
}

bool is_name(const std::string& host) {
  boost::system::error_code error;
  asio::ip::make_address(host, error);
  return error.failed();
}

asio::awaitable<Answer> ask_securely(tcp::socket& socket, const Target& target,
                                     const std::string& token) {
  asio::ssl::context context(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  asio::ssl::stream<tcp::socket&> stream(socket, context);
  if (!socket.remote_endpoint().address().is_loopback()) {
    context.set_default_verify_paths();
    stream.set_verify_mode(asio::ssl::verify_peer);
    stream.set_verify_callback(asio::ssl::host_name_verification(target.host));
  }
  if (is_name(target.host)) SSL_set_tlsext_host_name(stream.native_handle(), target.host.c_str());
  co_await stream.async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);
  co_return co_await ask(stream, target, token);
}

asio::awaitable<Answer> exchange(const Target& target, steady_clock::time_point deadline,
                                 const std::string& token, bool& is_looked_up) {
  const auto found = co_await monitor::probes::look_up_name(target.host, target.port, deadline);
  if (found.error == asio::error::timed_out) throw std::runtime_error(lookup_timed_out);
  if (found.error) throw boost::system::system_error(found.error);
  is_looked_up = true;
  tcp::socket socket(co_await asio::this_coro::executor);
  co_await asio::async_connect(socket, found.endpoints, asio::use_awaitable);
  if (target.secure) co_return co_await ask_securely(socket, target, token);
  co_return co_await ask(socket, target, token);
}

Answer fetch(const std::string& url, std::chrono::milliseconds timeout, const std::string& token) {
  const auto deadline = steady_clock::now() + timeout;
  const Target target = parse_target(url);
  bool is_looked_up = false;
  std::optional<Answer> answer;
  std::exception_ptr failure;
  asio::io_context context(1);  // what it still holds at the deadline ends with it
  asio::co_spawn(context, exchange(target, deadline, token, is_looked_up),
                 [&](const std::exception_ptr& error, Answer result) {
                   failure = error;
                   answer = std::move(result);
                 });
  context.run_until(deadline);
  if (failure) std::rethrow_exception(failure);
  if (!answer) throw std::runtime_error(is_looked_up ? "timed out" : lookup_timed_out);
  return *answer;
}

// Without a user name and password.
std::string shown(const std::string& url) {
  const auto at = url.rfind('@', url.find_first_of("?#"));
  const auto scheme = url.find("://");
  if (at == std::string::npos || scheme == std::string::npos || scheme > at) return url;
  return url.substr(0, scheme + 3) + "***" + url.substr(at);
}

}  // namespace

Answer get(const std::string& url, std::chrono::milliseconds timeout,
           const std::string& token) try {
  return fetch(url, timeout, token);
} catch (const boost::system::system_error& error) {
  const bool untrusted = error.code().message().starts_with("certificate verify failed");
  throw std::runtime_error("cannot get " + shown(url) + ": " + error.code().message() +
                           (untrusted ? "; set SSL_CERT_FILE to trust further authorities" : ""));
} catch (const std::exception& error) {
  throw std::runtime_error("cannot get " + shown(url) + ": " + error.what());
}

}  // namespace http
