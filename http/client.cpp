#include "http/client.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <stdexcept>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "monitor/probes/authorities.hpp"
#include "monitor/probes/name_lookup.hpp"

namespace http {
namespace {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;
using asio::ip::tcp;
using std::chrono::steady_clock;

constexpr std::size_t body_limit = 4 * 1024 * 1024;      // bytes
constexpr std::chrono::milliseconds header_limit{5000};  // of an answer without an end
constexpr const char* lookup_timed_out = "timed out looking up the host";
constexpr const char* untrusted = "certificate verify failed";  // as OpenSSL says it

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

struct Question {
  beast_http::verb verb = beast_http::verb::get;
  Target target;
  std::string token;
};

template <class Stream>
asio::awaitable<void> send(Stream& stream, const Question& question) {
  beast_http::request<beast_http::empty_body> request(question.verb, question.target.path, 11);
  request.set(beast_http::field::host, question.target.host_header);
  request.set(beast_http::field::user_agent, "ffsupervisor/" FFSUPERVISOR_VERSION);
  request.set(beast_http::field::connection, "close");
  if (question.verb == beast_http::verb::post) request.prepare_payload();
  if (!question.token.empty()) {
    request.set(beast_http::field::authorization, "Bearer " + question.token);
  }
  co_await beast_http::async_write(stream, request, asio::use_awaitable);
}

// Reads a whole answer.
struct ReadWhole {
  Answer& answer;

  template <class Stream>
  asio::awaitable<void> operator()(Stream& stream) const {
    boost::beast::flat_buffer buffer;
    beast_http::response_parser<beast_http::string_body> parser;
    parser.body_limit(body_limit);
    co_await beast_http::async_read(stream, buffer, parser, asio::use_awaitable);
    answer = {static_cast<int>(parser.get().result_int()), std::move(parser.get().body())};
  }
};

// Reads an answer as it comes.
struct ReadOn {
  int& status;
  const std::function<bool(std::string_view)>& take;
  const std::function<void()>& on_bytes;

  template <class Stream>
  asio::awaitable<void> operator()(Stream& stream) const {
    std::array<char, 16 * 1024> bytes;
    boost::beast::flat_buffer buffer;
    beast_http::response_parser<beast_http::buffer_body> parser;
    parser.body_limit(boost::none);
    co_await beast_http::async_read_header(stream, buffer, parser, asio::use_awaitable);
    on_bytes();
    status = static_cast<int>(parser.get().result_int());
    const std::string_view type = parser.get()[beast_http::field::content_type];
    if (status == 200 && !type.starts_with("text/event-stream")) {
      throw std::runtime_error("the answer is not ffsupervisor's: it is no event stream");
    }
    while (status == 200 && !parser.is_done()) {
      parser.get().body() = {bytes.data(), bytes.size(), true};
      const auto [error, count] = co_await beast_http::async_read_some(
          stream, buffer, parser, asio::as_tuple(asio::use_awaitable));
      on_bytes();
      const std::string_view got(bytes.data(), bytes.size() - parser.get().body().size);
      if (!got.empty() && !take(got)) co_return;
      const bool goes_on = !error || error == beast_http::error::need_buffer;
      if (!goes_on) co_return;  // the server has gone
    }
  }
};

bool is_name(const std::string& host) {
  boost::system::error_code error;
  asio::ip::make_address(host, error);
  return error.failed();
}

bool trust(asio::ssl::context& context) {
  boost::system::error_code error;
  const bool has_authorities = monitor::probes::trust_authorities(context, error);
  if (error) throw boost::system::system_error(error);
  return has_authorities;
}

[[noreturn]] void fail_handshake(boost::system::error_code error, bool has_authorities) {
  if (has_authorities || !error.message().starts_with(untrusted))
    throw boost::system::system_error(error);
  throw std::runtime_error(std::string(untrusted) + ": " + monitor::probes::no_authorities);
}

template <class Read>
asio::awaitable<void> ask_securely(tcp::socket& socket, const Question& question, Read read) {
  const Target& target = question.target;
  asio::ssl::context context(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  // On this machine, the certificate names what others know the server by.
  const bool is_verified = !socket.remote_endpoint().address().is_loopback();
  const bool has_authorities = !is_verified || trust(context);
  asio::ssl::stream<tcp::socket&> stream(socket, context);
  if (is_verified) {
    stream.set_verify_mode(asio::ssl::verify_peer);
    stream.set_verify_callback(asio::ssl::host_name_verification(target.host));
  }
  if (is_name(target.host)) SSL_set_tlsext_host_name(stream.native_handle(), target.host.c_str());
  boost::system::error_code error;
  co_await stream.async_handshake(asio::ssl::stream_base::client,
                                  asio::redirect_error(asio::use_awaitable, error));
  if (error) fail_handshake(error, has_authorities);
  co_await send(stream, question);
  co_await read(stream);
}

template <class Read>
asio::awaitable<void> exchange(const Question& question, steady_clock::time_point deadline,
                               bool& is_looked_up, Read read) {
  const Target& target = question.target;
  const auto found = co_await monitor::probes::look_up_name(target.host, target.port, deadline);
  if (found.error == asio::error::timed_out) throw std::runtime_error(lookup_timed_out);
  if (found.error) throw boost::system::system_error(found.error);
  is_looked_up = true;
  tcp::socket socket(co_await asio::this_coro::executor);
  co_await asio::async_connect(socket, found.endpoints, asio::use_awaitable);
  if (target.secure) {
    co_await ask_securely(socket, question, read);
  } else {
    co_await send(socket, question);
    co_await read(socket);
  }
}

// Until `deadline`, which the reading may put off.
template <class Read>
void run(const Question& question, steady_clock::time_point& deadline, Read read) {
  bool is_looked_up = false, is_done = false;
  std::exception_ptr failure;
  asio::io_context context(1);  // what it still holds at the deadline ends with it
  asio::co_spawn(context, exchange(question, deadline, is_looked_up, read),
                 [&](const std::exception_ptr& error) {
                   failure = error;
                   is_done = true;
                 });
  while (!is_done && steady_clock::now() < deadline) context.run_one_until(deadline);
  if (failure) std::rethrow_exception(failure);
  if (!is_done) throw std::runtime_error(is_looked_up ? "timed out" : lookup_timed_out);
}

Answer fetch(beast_http::verb verb, const std::string& url, std::chrono::milliseconds timeout,
             const std::string& token) {
  auto deadline = steady_clock::now() + timeout;
  Answer answer;
  run({verb, parse_target(url), token}, deadline, ReadWhole{answer});
  return answer;
}

// Without a user name and password.
std::string shown(const std::string& url) {
  const auto at = url.rfind('@', url.find_first_of("?#"));
  const auto scheme = url.find("://");
  if (at == std::string::npos || scheme == std::string::npos || scheme > at) return url;
  return url.substr(0, scheme + 3) + "***" + url.substr(at);
}

[[noreturn]] void fail(const std::string& url) {
  const std::string what = "cannot get " + shown(url) + ": ";
  try {
    throw;
  } catch (const boost::system::system_error& error) {
    const std::string reason = error.code().message();
    const bool refused = error.code() == asio::error::connection_refused;
    throw NotReached(
        what + reason +
        (reason.starts_with(untrusted) ? "; set SSL_CERT_FILE to trust further authorities" : "") +
        (refused ? ". Is ffsupervisor running? Where: --url http://HOST:PORT" : ""));
  } catch (const std::exception& error) {
    throw NotReached(what + error.what());
  }
}

}  // namespace

Answer get(const std::string& url, std::chrono::milliseconds timeout,
           const std::string& token) try {
  return fetch(beast_http::verb::get, url, timeout, token);
} catch (...) {
  fail(url);
}

Answer post(const std::string& url, std::chrono::milliseconds timeout,
            const std::string& token) try {
  return fetch(beast_http::verb::post, url, timeout, token);
} catch (...) {
  fail(url);
}

int follow(const std::string& url, std::chrono::milliseconds silence, const std::string& token,
           const std::function<bool(std::string_view)>& take) try {
  auto deadline = steady_clock::now() + std::min(silence, header_limit);
  const std::function<void()> on_bytes = [&] { deadline = steady_clock::now() + silence; };
  int status = 0;
  run({beast_http::verb::get, parse_target(url), token}, deadline, ReadOn{status, take, on_bytes});
  return status;
} catch (...) {
  fail(url);
}

}  // namespace http
