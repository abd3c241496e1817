#include "monitor/probes/connection.hpp"

#include <chrono>
#include <fstream>
#include <iterator>
#include <optional>
#include <vector>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "monitor/probes/authorities.hpp"
#include "monitor/probes/blocking_call.hpp"
#include "monitor/probes/name_lookup.hpp"
#include "monitor/text/url.hpp"

namespace monitor::probes {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::steady_clock;
using Step = ConnectionError::Step;

struct Server {
  std::string host;
  std::string port;
  std::string name() const { return shown_server(host, port); }
};

[[noreturn]] void fail(Step step, const Server& server, error_code code, std::string reason = {}) {
  if (reason.empty()) reason = code == asio::error::timed_out ? "timed out" : code.message();
  switch (step) {
    case Step::name_lookup:
      throw ConnectionError(step, code,
                            "name lookup of " + shown_server(server.host, {}) + ": " + reason);
    case Step::connection:
      throw ConnectionError(step, code, "connection to " + server.name() + ": " + reason);
    case Step::tls_handshake:
      throw ConnectionError(step, code, "TLS handshake with " + server.name() + ": " + reason);
    case Step::exchange:
      break;
  }
  throw ConnectionError(step, code, "exchange with " + server.name() + ": " + reason);
}

asio::awaitable<std::vector<tcp::endpoint>> resolve(Server server, Instant deadline) {
  NameLookup found = co_await look_up_name(server.host, server.port, deadline);
  if (found.error) fail(Step::name_lookup, server, found.error);
  co_return std::move(found.endpoints);
}

constexpr std::size_t tls_file_limit = 1024 * 1024;  // bytes

// Empty where it cannot be read: FFmpeg says so better.
std::string content_of(const std::string& path) {
  if (path.empty()) return {};
  std::ifstream file(path, std::ios::binary);
  std::string content(tls_file_limit, '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<std::size_t>(file.gcount()));
  return content;
}

// Their contents in place of their names. A disk may hang.
asio::awaitable<TlsFiles> read_files(TlsFiles files, Server server, Instant deadline) {
  auto work = [files] {
    return TlsFiles{content_of(files.authorities), content_of(files.certificate),
                    content_of(files.key.empty() ? files.certificate : files.key)};
  };
  auto contents = co_await run_blocking(std::move(work), deadline);
  if (!contents) fail(Step::tls_handshake, server, asio::error::timed_out, "its files: timed out");
  co_return std::move(*contents);
}

void use_files(const TlsFiles& contents, ssl::context& context, error_code& error) {
  if (!contents.authorities.empty())
    context.add_certificate_authority(asio::buffer(contents.authorities), error);
  if (error || contents.certificate.empty()) return;
  context.use_certificate_chain(asio::buffer(contents.certificate), error);
  if (error) return;
  context.use_private_key(asio::buffer(contents.key), ssl::context::pem, error);
}

}  // namespace

struct Connection::State : std::enable_shared_from_this<State> {
  State(const asio::any_io_executor& executor, Server to, Instant until)
      : server(std::move(to)), deadline(until), socket(executor), watchdog(executor) {}

  // At `limit` the socket is closed, which ends whatever waits on it.
  void guard(Instant limit) {
    watchdog.expires_at(limit);
    watchdog.async_wait([weak = weak_from_this()](const error_code& cancelled) {
      const auto state = weak.lock();
      if (!state || cancelled) return;
      const Instant set_for = state->watchdog.expiry();
      if (steady_clock::now() < set_for) return state->guard(set_for);  // set anew, or woken early
      error_code ignored;
      state->socket.close(ignored);
    });
  }

  // Why something failed: what the watchdog ended reads as aborted, or as a bad descriptor.
  error_code reason(error_code error) const {
    return steady_clock::now() >= watchdog.expiry() ? error_code(asio::error::timed_out) : error;
  }

  asio::awaitable<void> connect(std::vector<tcp::endpoint> endpoints);
  asio::awaitable<void> encrypt(bool verify, const TlsFiles* files);
  error_code prepare_tls(bool verify, const TlsFiles& contents);
  std::string why_no_tls(error_code error);

  Server server;
  Instant deadline;
  tcp::socket socket;
  asio::steady_timer watchdog;
  std::optional<ssl::context> tls;
  bool has_authorities = true;
  std::optional<ssl::stream<tcp::socket&>> secure;
};

// Each address has an equal share of the time that is left: one that swallows packets must not hide
// another that answers (FFmpeg 5 tries them side by side).
asio::awaitable<void> Connection::State::connect(std::vector<tcp::endpoint> endpoints) {
  error_code error = asio::error::timed_out;
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    const Instant now = steady_clock::now();
    if (now >= deadline) break;
    error_code ignored;
    socket.close(ignored);
    guard(now + (deadline - now) / static_cast<int>(endpoints.size() - i));
    co_await socket.async_connect(endpoints[i], asio::redirect_error(asio::use_awaitable, error));
    if (!error && socket.is_open()) {
      guard(deadline);
      socket.set_option(tcp::no_delay(true), ignored);
      co_return;
    }
    error = reason(error ? error : error_code(asio::error::timed_out));
  }
  fail(Step::connection, server, error);
}

error_code Connection::State::prepare_tls(bool verify, const TlsFiles& contents) {
  error_code error;
  tls.emplace(ssl::context::tls_client);
  has_authorities = trust_authorities(*tls, error) || !contents.authorities.empty();
  if (!error) use_files(contents, *tls, error);
  if (error) return error;
  secure.emplace(socket, *tls);
  if (verify) {
    secure->set_verify_mode(ssl::verify_peer, error);
    if (!error) secure->set_verify_callback(ssl::host_name_verification(server.host), error);
    if (error) return error;
  }
  asio::ip::make_address(server.host, error);
  const bool is_name = error.failed();  // RFC 6066 has no addresses in SNI
  error.clear();
  if (is_name && SSL_set_tlsext_host_name(secure->native_handle(), server.host.c_str()) != 1)
    error = asio::error::invalid_argument;
  return error;
}

// OpenSSL's own error is only "certificate verify failed".
std::string Connection::State::why_no_tls(error_code error) {
  if (error == asio::error::timed_out || !secure) return {};
  const long result = SSL_get_verify_result(secure->native_handle());
  if (error.category() != asio::error::get_ssl_category()) return {};
  const bool by_certificate =
      ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_CERTIFICATE_VERIFY_FAILED;
  if (!by_certificate) return error.message();
  // Our own check of the name gives no reason of its own.
  if (result == X509_V_OK || result == X509_V_ERR_UNSPECIFIED)
    return "the certificate is not for this host";
  if (!has_authorities) return std::string("the certificate is not accepted: ") + no_authorities;
  return std::string("the certificate is not accepted: ") + X509_verify_cert_error_string(result);
}

asio::awaitable<void> Connection::State::encrypt(bool verify, const TlsFiles* files) {
  TlsFiles contents;
  if (files != nullptr && !files->empty()) contents = co_await read_files(*files, server, deadline);
  error_code error = prepare_tls(verify, contents);
  if (!error)
    co_await secure->async_handshake(ssl::stream_base::client,
                                     asio::redirect_error(asio::use_awaitable, error));
  if (!error) co_return;
  error = reason(error);
  fail(Step::tls_handshake, server, error, why_no_tls(error));
}

Connection::Connection(std::shared_ptr<State> state) : state_(std::move(state)) {
}

Connection::~Connection() = default;

asio::awaitable<std::unique_ptr<Connection>> Connection::open(std::string host, std::string port,
                                                              bool tls, Duration timeout,
                                                              bool verify, const TlsFiles* files) {
  const Instant deadline = steady_clock::now() + timeout;
  const auto executor = co_await asio::this_coro::executor;
  Server server{std::move(host), std::move(port)};
  auto endpoints = co_await resolve(server, deadline);
  const auto state = std::make_shared<State>(executor, std::move(server), deadline);
  co_await state->connect(std::move(endpoints));
  if (tls) co_await state->encrypt(verify, files);
  std::unique_ptr<Connection> connection(new Connection(state));
  co_return connection;
}

asio::awaitable<std::size_t> Connection::read_some(asio::mutable_buffer into) {
  State& state = *state_;
  error_code error = state.reason({});
  std::size_t count = 0;
  if (error) fail(Step::exchange, state.server, error);
  if (state.secure) {
    count = co_await state.secure->async_read_some(
        into, asio::redirect_error(asio::use_awaitable, error));
  } else {
    count = co_await state.socket.async_read_some(into,
                                                  asio::redirect_error(asio::use_awaitable, error));
  }
  // Many servers end TLS without close_notify.
  if (error == asio::error::eof || error == ssl::error::stream_truncated) co_return 0;
  if (error) fail(Step::exchange, state.server, state.reason(error));
  co_return count;
}

asio::awaitable<void> Connection::write(std::string_view bytes) {
  State& state = *state_;
  error_code error = state.reason({});
  if (error) fail(Step::exchange, state.server, error);
  const auto from = asio::buffer(bytes);
  if (state.secure) {
    co_await asio::async_write(*state.secure, from,
                               asio::redirect_error(asio::use_awaitable, error));
  } else {
    co_await asio::async_write(state.socket, from,
                               asio::redirect_error(asio::use_awaitable, error));
  }
  if (error) fail(Step::exchange, state.server, state.reason(error));
}

}  // namespace monitor::probes
