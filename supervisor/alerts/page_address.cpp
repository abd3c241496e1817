#include "supervisor/alerts/page_address.hpp"

#include "monitor/text/url.hpp"
#include "supervisor/io/host_name.hpp"

namespace supervisor {
namespace {

bool is_every_address(const std::string& address) {
  return address.empty() || address == "0.0.0.0" || address == "::";
}

std::string without_slashes(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

std::string page_address(const http::Settings& http) {
  if (!http.public_url.empty()) return without_slashes(http.public_url);
  if (http.port == 0) return {};
  const std::string scheme = http.tls.certificate.empty() ? "http://" : "https://";
  std::string host = is_every_address(http.address) ? host_name() : http.address;
  if (host.find(':') != std::string::npos) host = '[' + host + ']';
  return scheme + host + ':' + std::to_string(http.port);
}

}  // namespace supervisor
