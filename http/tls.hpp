#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/ssl/context.hpp>

#include "http/settings.hpp"

namespace http {

// The server's certificate and key. New connections get what is in the files now; those that are
// open keep what they began with. For one thread.
class TlsIdentity {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  using Context = std::shared_ptr<boost::asio::ssl::context>;

  // `warn` is told of files that cannot be used any more; the ones before stay then.
  // Throws std::runtime_error whose text names the key, the path and the reason.
  TlsIdentity(const Tls& files, std::function<void(const std::string&)> warn);

  // Looks at the files, once a second at most, and reads them where they are others than before.
  Context current(Instant now);

 private:
  std::string stamp() const;

  const Tls files_;
  std::function<void(const std::string&)> warn_;
  std::string stamp_;  // of what was read last, good or bad
  Context context_;
  Instant looked_at_{};
};

}  // namespace http
