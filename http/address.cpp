#include "http/address.hpp"

#include "monitor/text/url.hpp"

namespace http {

bool is_any_address(const std::string& address) {
  return address.empty() || address == "0.0.0.0" || address == "::";
}

std::string url_of(const Settings& settings, const std::string& host) {
  const std::string scheme = settings.tls.certificate.empty() ? "http://" : "https://";
  return scheme + monitor::host_and_port(host, std::to_string(settings.port));
}

std::string local_url(const Settings& settings) {
  if (!is_any_address(settings.address)) return url_of(settings, settings.address);
  return url_of(settings, settings.address == "::" ? "::1" : "127.0.0.1");
}

}  // namespace http
