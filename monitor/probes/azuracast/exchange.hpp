#pragma once

#include <cstddef>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "monitor/probes/azuracast/azuracast.hpp"
#include "monitor/probes/http_get.hpp"
#include "monitor/time.hpp"

namespace monitor::probes {

// A GET of one of AzuraCast's addresses. `etag` empty: unconditional.
boost::asio::awaitable<HttpAnswer> ask_azuracast(Azuracast from, std::string url, std::string etag,
                                                 Instant deadline, std::size_t body_limit);

// The request's bytes: the key goes to the server of `from.url` only.
std::string azuracast_request(const Azuracast& from, const std::string& url,
                              const std::string& etag, const char* accept = "application/json");

}  // namespace monitor::probes
