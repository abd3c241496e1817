#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "monitor/time.hpp"

namespace monitor::probes {

// What a GET gave.
struct HttpAnswer {
  int status = 0;       // 0: no answer in HTTP
  std::string body;     // at most as many bytes as were asked for
  bool cut = false;     // there may be more of it
  bool silent = false;  // the connection was taken, and not even a status came on it in time
  std::string etag;     // as served, at most 256 bytes; empty: none
  std::string trouble;  // one sentence, where not all of it came; names host and port only
};

// Gets a document within the time until `deadline`. Follows up to 5 redirects; user and password of
// the URL go with it (Basic), to its own server only. TLS certificates are verified. Proxies are
// not used. `body_limit` 0: only the status is wanted.
boost::asio::awaitable<HttpAnswer> http_get(std::string url, Instant deadline,
                                            std::size_t body_limit);

// The same with a request of the caller's own: `request_for` gives its bytes for a URL, and alone
// decides which secrets go to which server. It is asked again for each redirect. A 304 is an
// answer.
using RequestFor = std::function<std::string(const std::string& url)>;
boost::asio::awaitable<HttpAnswer> http_get(std::string url, RequestFor request_for,
                                            Instant deadline, std::size_t body_limit);

}  // namespace monitor::probes
