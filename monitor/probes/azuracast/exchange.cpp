#include "monitor/probes/azuracast/exchange.hpp"

#include <utility>

#include "monitor/probes/http_request.hpp"
#include "monitor/probes/target.hpp"
#include "monitor/text/url.hpp"

namespace monitor::probes {
namespace {

// The same server, or the same host by HTTPS at its usual port, as `http:` is often redirected.
bool may_know_key(const std::string& configured, const std::string& url) {
  const Url own = split_url(configured);
  const Url asked = split_url(url);
  if (own.host != asked.host) return false;
  if (own.scheme == asked.scheme) return port_of(configured) == port_of(url);
  return asked.scheme == "https" && port_of(url) == "443";
}

}  // namespace

std::string azuracast_request(const Azuracast& from, const std::string& url,
                              const std::string& etag, const char* accept) {
  Headers headers{{"User-Agent", "ffsupervisor"}, {"Accept", accept}};
  headers.emplace_back("Icy-MetaData", "0");
  const bool knows_key = may_know_key(from.url, url);
  if (knows_key && !from.api_key.empty()) headers.emplace_back("X-API-Key", from.api_key);
  if (!etag.empty()) headers.emplace_back("If-None-Match", etag);
  return get_request(url, headers, knows_key);
}

boost::asio::awaitable<HttpAnswer> ask_azuracast(Azuracast from, std::string url, std::string etag,
                                                 Instant deadline, std::size_t body_limit) {
  RequestFor request_for = [from = std::move(from), etag = std::move(etag)](const std::string& to) {
    return azuracast_request(from, to, etag);
  };
  return http_get(std::move(url), std::move(request_for), deadline, body_limit);
}

}  // namespace monitor::probes
