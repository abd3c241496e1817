#include "http/tls.hpp"

#include <optional>
#include <stdexcept>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <sys/stat.h>

#include "monitor/probes/blocking_call.hpp"

namespace http {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

constexpr std::chrono::seconds check_interval{1};

// Follows links: Kubernetes renews a secret by switching a symbolic link.
std::string stamp_of(const std::string& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) return "none";
  return std::to_string(file.st_dev) + '.' + std::to_string(file.st_ino) + '.' +
         std::to_string(file.st_size) + '.' + std::to_string(file.st_mtim.tv_sec) + '.' +
         std::to_string(file.st_mtim.tv_nsec);
}

[[noreturn]] void fail(const char* key, const std::string& path, const error_code& error) {
  throw std::runtime_error(std::string("http.tls.") + key + ": cannot use " + path + ": " +
                           error.message());
}

// A FIFO would hold up who opens it.
void require_file(const char* key, const std::string& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0 || S_ISREG(file.st_mode)) return;
  throw std::runtime_error(std::string("http.tls.") + key + ": cannot use " + path +
                           ": found no regular file, expected one in PEM");
}

TlsIdentity::Context read(const Tls& files) {
  require_file("certificate", files.certificate);
  require_file("private_key", files.private_key);
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context->native_handle(),
                   SSL_MODE_RELEASE_BUFFERS);  // less memory for idle connections
  // OpenSSL's default would prompt on the terminal.
  context->set_password_callback([](std::size_t, auto) { return std::string(); });
  error_code error;
  context->use_certificate_chain_file(files.certificate, error);
  if (error) fail("certificate", files.certificate, error);
  context->use_private_key_file(files.private_key, ssl::context::pem, error);
  if (error) fail("private_key", files.private_key, error);
  return context;  // OpenSSL has compared the key with the certificate
}

std::string stamp_of(const Tls& files) {
  return stamp_of(files.certificate) + ' ' + stamp_of(files.private_key);
}

constexpr std::chrono::seconds first_read_limit{2};
constexpr std::chrono::seconds read_limit{1};
// Of a hung file system one thread is enough.
monitor::probes::BlockingCalls tls_calls{1};
monitor::probes::BlockingCalls first_reads{8};  // a server begins seldom, and waits for its read

}  // namespace

// What one look at the files found.
struct TlsReading {
  std::string stamp;
  TlsIdentity::Context context;  // null: they are unchanged, or cannot be used
  std::string problem;
};

namespace {

TlsReading look(const Tls& files, const std::string& known) {
  TlsReading reading{.stamp = stamp_of(files), .context = nullptr, .problem = {}};
  if (reading.stamp == known) return reading;
  try {
    reading.context = read(files);
  } catch (const std::runtime_error& error) {
    reading.problem = error.what();
  }
  return reading;
}

}  // namespace

TlsIdentity::TlsIdentity(const Tls& files, std::function<void(const std::string&)> warn)
    : files_(files), warn_(std::move(warn)) {
  boost::asio::io_context waiting;
  std::optional<TlsReading> reading;
  auto work = [files] { return look(files, {}); };
  const Instant deadline = std::chrono::steady_clock::now() + first_read_limit;
  boost::asio::co_spawn(waiting,
                        monitor::probes::run_blocking(std::move(work), deadline, first_reads),
                        [&](const std::exception_ptr& failure, std::optional<TlsReading> result) {
                          if (!failure) reading = std::move(result);
                        });
  waiting.run();
  if (!reading) return;
  if (!reading->problem.empty()) throw std::runtime_error(reading->problem);
  take(std::move(*reading));
}

boost::asio::awaitable<TlsIdentity::Context> TlsIdentity::current() {
  const Instant now = std::chrono::steady_clock::now();
  if (now - checked_at_ < check_interval) co_return context_;
  checked_at_ = now;
  std::optional<TlsReading> reading;
  try {
    auto work = [files = files_, known = stamp_] { return look(files, known); };
    reading = co_await monitor::probes::run_blocking(std::move(work), now + read_limit, tls_calls);
  } catch (const boost::system::system_error&) {
    // An earlier look hangs, or there is no thread.
  }
  if (reading) take(std::move(*reading));
  co_return context_;
}

void TlsIdentity::take(TlsReading reading) {
  stamp_ = std::move(reading.stamp);
  if (reading.context) context_ = std::move(reading.context);
  if (reading.problem.empty()) return;
  warn_(reading.problem + (context_ ? "; the previous certificate stays in use" : ""));
}

}  // namespace http
