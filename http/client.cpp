#include "http/client.hpp"

#include <future>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace http {
namespace {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Parser = beast_http::response_parser<beast_http::string_body>;
using std::chrono::steady_clock;

constexpr std::size_t body_limit = 4 * 1024 * 1024;  // bytes
constexpr std::size_t read_bytes = 16 * 1024;        // at once

struct Target {
  std::string host;  // without the brackets of IPv6
  std::string port;
  bool secure = false;
  std::string host_header;
  std::string path;  // with the query
};

Target parse_target(const std::string& url) {
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed) throw std::runtime_error("it is no URL; expected http://HOST:PORT/PATH or https://");
  const bool secure = parsed->scheme() == "https";
  if (!secure && parsed->scheme() != "http") {
    throw std::runtime_error("only http:// and https:// URLs can be asked");
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

// getaddrinfo cannot be cancelled; a name server that does not answer must not hold the caller for
// longer than was agreed, so it runs beside and is left alone when it takes too long.
std::vector<tcp::endpoint> resolve(const Target& target, steady_clock::time_point deadline) {
  auto task = std::packaged_task<std::vector<tcp::endpoint>()>([target] {
    asio::io_context context;
    std::vector<tcp::endpoint> endpoints;
    for (const auto& entry : tcp::resolver(context).resolve(target.host, target.port)) {
      endpoints.push_back(entry.endpoint());
    }
    return endpoints;
  });
  auto result = task.get_future();
  std::thread(std::move(task)).detach();
  if (result.wait_until(deadline) != std::future_status::ready) {
    throw std::runtime_error("timed out looking up the host");
  }
  return result.get();
}

std::string request_text(const Target& target, const std::string& token) {
  beast_http::request<beast_http::empty_body> request(beast_http::verb::get, target.path, 11);
  request.set(beast_http::field::host, target.host_header);
  request.set(beast_http::field::user_agent, "ffsupervisor/" FFSUPERVISOR_VERSION);
  request.set(beast_http::field::connection, "close");
  if (!token.empty()) request.set(beast_http::field::authorization, "Bearer " + token);
  std::ostringstream text;
  text << request.base();
  return text.str();
}

// Not by Beast's own operations: for two kinds of stream they cost half a minute of compilation.
template <class Stream>
asio::awaitable<Answer> ask(Stream& stream, const Target& target, const std::string& token) {
  const std::string request = request_text(target, token);
  co_await asio::async_write(stream, asio::buffer(request), asio::use_awaitable);

  Parser parser;
  parser.body_limit(body_limit);
  parser.eager(true);
  boost::beast::flat_buffer buffer;
  while (!parser.is_done()) {
    error_code error;
    buffer.commit(co_await stream.async_read_some(
        buffer.prepare(read_bytes), asio::redirect_error(asio::use_awaitable, error)));
    if (error == asio::error::eof) {
      error = {};
      if (!parser.got_some()) error = beast_http::error::end_of_stream;
      if (!error) parser.put_eof(error);
    } else if (!error) {
      buffer.consume(parser.put(buffer.data(), error));
      if (error == beast_http::error::need_more) error = {};
    }
    if (error) throw boost::system::system_error(error);
  }
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

asio::awaitable<Answer> exchange(const Target& target, const std::vector<tcp::endpoint>& endpoints,
                                 const std::string& token) {
  tcp::socket socket(co_await asio::this_coro::executor);
  co_await asio::async_connect(socket, endpoints, asio::use_awaitable);
  if (target.secure) co_return co_await ask_securely(socket, target, token);
  co_return co_await ask(socket, target, token);
}

Answer fetch(const std::string& url, std::chrono::milliseconds timeout, const std::string& token) {
  const auto deadline = steady_clock::now() + timeout;
  const Target target = parse_target(url);
  const auto endpoints = resolve(target, deadline);
  std::optional<Answer> answer;
  std::exception_ptr failure;
  asio::io_context context(1);  // what it still holds at the deadline ends with it
  asio::co_spawn(context, exchange(target, endpoints, token),
                 [&](const std::exception_ptr& error, Answer result) {
                   failure = error;
                   answer = std::move(result);
                 });
  context.run_until(deadline);
  if (failure) std::rethrow_exception(failure);
  if (!answer) throw std::runtime_error("timed out");
  return *answer;
}

// Without what may be a password.
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
                           (untrusted ? "; SSL_CERT_FILE names further authorities" : ""));
} catch (const std::exception& error) {
  throw std::runtime_error("cannot get " + shown(url) + ": " + error.what());
}

}  // namespace http
