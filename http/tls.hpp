#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>

#include "http/settings.hpp"

namespace http {

// The server's certificate and key. New connections use the present content of the files; open ones
// keep theirs. For one thread.
class TlsIdentity {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  using Context = std::shared_ptr<boost::asio::ssl::context>;

  // Reads the files, on a thread of its own: where their file system hangs it has none of them
  // after two seconds, and current() tries again. `warn` is called when changed files cannot be
  // used; the previous certificate stays in use. Throws std::runtime_error for files that cannot be
  // used; its text has the key, the path and the reason.
  TlsIdentity(const Tls& files, std::function<void(const std::string&)> warn);

  // False while the files have not answered yet: there is no certificate to serve with.
  bool is_ready() const { return context_ != nullptr; }

  // Checks the files at most once a second and reads them where they have changed, on a thread of
  // its own: where their file system hangs, the previous certificate is returned after a second.
  // This object must outlive the call.
  boost::asio::awaitable<Context> current();

 private:
  void take(struct TlsReading reading);

  const Tls files_;
  std::function<void(const std::string&)> warn_;
  std::string stamp_;  // of the latest read, successful or not
  Context context_;
  Instant checked_at_{};
};

}  // namespace http
