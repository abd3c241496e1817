#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/system/system_error.hpp>

#include "monitor/probes/tls_files.hpp"
#include "monitor/time.hpp"

namespace monitor::probes {

// Which step failed, and why; what() states both and names host and port only, as in "connection to
// radio:8000: Connection refused". A time-out's code is asio::error::timed_out.
class ConnectionError : public boost::system::system_error {
 public:
  enum class Step : std::uint8_t { name_lookup, connection, tls_handshake, exchange };

  ConnectionError(Step step, boost::system::error_code code, std::string what)
      : system_error(code), step_(step), what_(std::move(what)) {}
  Step step() const { return step_; }
  const char* what() const noexcept override { return what_.c_str(); }

 private:
  Step step_;
  std::string what_;
};

// A connection to a server, plain or TLS (certificate and host name verified against the system's
// authorities, or those of SSL_CERT_FILE), for probes and alerts. Errors are ConnectionErrors.
// One coroutine at a time. Destruction closes at once.
class Connection {
 public:
  // Opens within `timeout`, trying the host's addresses in turn; the same span bounds everything
  // done with it later: a probe or a delivery as a whole has one time-out. `verify` false takes any
  // certificate; `files`, which must live as long as
  // this call, are read beside the system's authorities.
  static boost::asio::awaitable<std::unique_ptr<Connection>> open(std::string host,
                                                                  std::string port, bool tls,
                                                                  Duration timeout,
                                                                  bool verify = true,
                                                                  const TlsFiles* files = nullptr);
  ~Connection();

  // At least one byte; 0 at the end of the stream.
  boost::asio::awaitable<std::size_t> read_some(boost::asio::mutable_buffer into);
  boost::asio::awaitable<void> write(std::string_view bytes);

 private:
  struct State;
  explicit Connection(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace monitor::probes
