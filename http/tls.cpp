#include "http/tls.hpp"

#include <stdexcept>

#include <sys/stat.h>

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

TlsIdentity::Context read(const Tls& files) {
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

}  // namespace

TlsIdentity::TlsIdentity(const Tls& files, std::function<void(const std::string&)> warn)
    : files_(files), warn_(std::move(warn)), stamp_(stamp()), context_(read(files)) {
}

TlsIdentity::Context TlsIdentity::current(Instant now) {
  if (now - checked_at_ < check_interval) return context_;
  checked_at_ = now;
  std::string seen = stamp();
  if (seen == stamp_) return context_;
  stamp_ = std::move(seen);
  try {
    context_ = read(files_);
  } catch (const std::runtime_error& error) {
    warn_(std::string(error.what()) + "; the previous certificate stays in use");
  }
  return context_;
}

std::string TlsIdentity::stamp() const {
  return stamp_of(files_.certificate) + ' ' + stamp_of(files_.private_key);
}

}  // namespace http
