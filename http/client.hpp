#pragma once

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace http {

struct Answer {
  int status = 0;
  std::string body;
};

// Nothing took the connection, or what did gave no whole answer in time. The text has the URL and
// the reason.
class NotReached : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// One GET of an http:// or https:// URL, for `status` and its like. Blocking, bounded by
// `timeout` as a whole and by 4 MiB of body. `token` is sent as a bearer token; empty: none.
//
// The server's certificate is verified against the system's authorities (or SSL_CERT_FILE and
// SSL_CERT_DIR) and the host name. On loopback it is not verified: the certificate names the public
// host, and no third party can intercept the connection.
//
// Throws NotReached.
Answer get(const std::string& url, std::chrono::milliseconds timeout,
           const std::string& token = {});
// The same with a POST, without a body.
Answer post(const std::string& url, std::chrono::milliseconds timeout, const std::string& token);

// Receives the events of an answer that has no end by itself (text/event-stream; else NotReached).
// `take` gets its bytes as they come, and returns false when it wants no more. Ends, too, when the
// server ends the answer. Returns the status; the bytes of any but 200 are left out.
//
// `silence`: the longest time without a byte; for the header at most 5 s, from the look-up of the
// host on. Throws NotReached.
int follow(const std::string& url, std::chrono::milliseconds silence, const std::string& token,
           const std::function<bool(std::string_view bytes)>& take);

}  // namespace http
