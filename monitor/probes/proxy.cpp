#include "monitor/probes/proxy.hpp"

#include <algorithm>
#include <cstdlib>

namespace monitor::probes {
namespace {

using std::string_view;

string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

bool covers(string_view domain, string_view host) {
  if (domain == "*") return true;
  if (domain.starts_with('*')) domain.remove_prefix(1);
  if (domain.starts_with('.')) domain.remove_prefix(1);
  if (domain.empty() || !host.ends_with(domain)) return false;
  return host.size() == domain.size() || host[host.size() - domain.size() - 1] == '.';
}

}  // namespace

bool in_no_proxy(string_view no_proxy, string_view host) {
  while (!no_proxy.empty()) {
    const string_view domain = no_proxy.substr(0, no_proxy.find_first_of(", "));
    if (covers(domain, host)) return true;
    no_proxy.remove_prefix(std::min(domain.size() + 1, no_proxy.size()));
  }
  return false;
}

bool goes_through_proxy(string_view host) {
  return environment("http_proxy").starts_with("http://") &&
         !in_no_proxy(environment("no_proxy"), host);
}

}  // namespace monitor::probes
