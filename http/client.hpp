#pragma once

#include <chrono>
#include <string>

namespace http {

struct Answer {
  int status = 0;
  std::string body;
};

// One GET of an http:// URL, for `status` and `healthcheck`. Blocking, bounded by `timeout` as a
// whole and by 4 MiB of body. Throws std::runtime_error whose text names the URL and the reason.
Answer get(const std::string& url, std::chrono::milliseconds timeout);

}  // namespace http
