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
// A server's certificate is verified by the system's authorities (SSL_CERT_FILE and SSL_CERT_DIR
// name others) and by the host's name; not that of one on loopback: its certificate is made out to
// the name that others know it by, and nobody is in between.
//
// Throws std::runtime_error whose text names the URL and the reason.
Answer get(const std::string& url, std::chrono::milliseconds timeout,
           const std::string& token = {});

}  // namespace http
