#pragma once

#include <cstddef>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "monitor/probes/azuracast.hpp"
#include "monitor/time.hpp"

namespace monitor::probes {

struct AzuracastAnswer {
  int status = 0;  // 0: no answer in HTTP
  std::string body;
  bool cut = false;  // there is more of it
  std::string etag;
  std::string trouble;  // one sentence, where not all of it came; names host and port only
};

// A GET of one of AzuraCast's addresses. `etag` empty: unconditional.
boost::asio::awaitable<AzuracastAnswer> ask_azuracast(Azuracast from, std::string url,
                                                      std::string etag, Instant deadline,
                                                      std::size_t body_limit);

// The request's bytes: the key goes to the server of `from.url` only.
std::string azuracast_request(const Azuracast& from, const std::string& url,
                              const std::string& etag, const char* accept = "application/json");

}  // namespace monitor::probes
