#include "monitor/probes/origin_headers.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "monitor/text/ascii.hpp"

namespace monitor::probes {
namespace {

using std::string_view;

string_view known_port(const Url& url) {
  return url.port.empty() ? default_port(lowered(url.scheme)) : url.port;
}

// Say what is asked for and by what program, and nothing of who asks.
bool says_nothing_of_who_asks(string_view name) {
  constexpr auto names =
      std::to_array<string_view>({"User-Agent", "Accept", "Icy-MetaData", "Range"});
  return std::ranges::any_of(
      names, [name](string_view known) { return equal_ignoring_case(known, name); });
}

// `b.com` of a.b.com and b.com, not of ab.com (RFC 6265, 5.1.3).
bool is_within_domain(string_view host, string_view domain) {
  if (domain.starts_with('.')) domain.remove_prefix(1);
  if (equal_ignoring_case(host, domain)) return true;
  return host.size() > domain.size() && host[host.size() - domain.size() - 1] == '.' &&
         equal_ignoring_case(host.substr(host.size() - domain.size()), domain);
}

// RFC 6265, 5.1.4
bool is_within_path(string_view path, string_view within) {
  path = path.substr(0, path.find('?'));
  if (path.empty()) path = "/";
  if (within.empty() || path == within) return true;
  return path.starts_with(within) && (within.ends_with('/') || path[within.size()] == '/');
}

bool may_have(const Url& url, const Cookie& cookie, bool is_own) {
  const bool fits = cookie.domain.empty() ? is_own : is_within_domain(url.host, cookie.domain);
  return fits && is_within_path(url.path, cookie.path) &&
         (!cookie.is_secure || equal_ignoring_case(url.scheme, "https"));
}

std::string cookies_for(const Target& target, const Url& url, bool is_own) {
  std::string all;
  for (const Cookie& cookie : target.cookies) {
    if (!may_have(url, cookie, is_own)) continue;
    all += (all.empty() ? "" : "; ") + cookie.pair;
  }
  return all;
}

}  // namespace

bool is_same_origin(const Url& left, const Url& right) {
  return equal_ignoring_case(left.scheme, right.scheme) &&
         equal_ignoring_case(left.host, right.host) && known_port(left) == known_port(right);
}

Headers headers_for(const Target& target, string_view url) {
  const Url asked = split_url(url);
  const bool is_own = is_same_origin(split_url(target.url), asked);
  Headers headers;
  for (const auto& header : target.headers) {
    if (is_own || says_nothing_of_who_asks(header.first)) headers.push_back(header);
  }
  const std::string cookies = cookies_for(target, asked, is_own);
  if (!cookies.empty()) headers.emplace_back("Cookie", cookies);
  return headers;
}

}  // namespace monitor::probes
