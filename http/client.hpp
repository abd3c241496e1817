#pragma once

#include <chrono>
#include <string>

namespace http {

struct Answer {
  int status = 0;
  std::string body;
};

// One GET of an http:// or https:// URL, for `status` and `healthcheck`. Blocking, bounded by
// `timeout` as a whole and by 4 MiB of body. `token` is sent as a bearer token; empty: none.
//
// The server's certificate is verified against the system's authorities (or SSL_CERT_FILE and
// SSL_CERT_DIR) and the host name. On loopback it is not verified: the certificate names the public
// host, and no third party can intercept the connection.
//
// Throws std::runtime_error; its text has the URL and the reason.
Answer get(const std::string& url, std::chrono::milliseconds timeout,
           const std::string& token = {});

}  // namespace http
