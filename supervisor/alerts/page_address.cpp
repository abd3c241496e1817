#include "supervisor/alerts/page_address.hpp"

#include "http/address.hpp"
#include "supervisor/io/host_name.hpp"

namespace supervisor {
namespace {

std::string without_slashes(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

std::string page_address(const http::Settings& http) {
  if (!http.public_url.empty()) return without_slashes(http.public_url);
  if (http.port == 0) return {};
  return http::url_of(http, http::is_any_address(http.address) ? host_name() : http.address);
}

}  // namespace supervisor
