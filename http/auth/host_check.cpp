#include "http/auth/host_check.hpp"

#include <algorithm>

#include <boost/asio/ip/host_name.hpp>

#include "http/host_field.hpp"
#include "monitor/text/ascii.hpp"
#include "monitor/text/url.hpp"

namespace http {
namespace {

// Names that nobody can register (RFC 6761, RFC 6762; ICANN has set `.internal` aside).
constexpr std::string_view local_endings[] = {".local", ".internal", ".localhost"};

std::string comparable(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return monitor::lowered(name);
}

bool is_local(std::string_view name) {
  const bool is_encoded = name.find('%') != std::string_view::npos;  // may hide a dot
  if (name.find('.') == std::string_view::npos) return !is_encoded;
  return std::ranges::any_of(local_endings,
                             [&](std::string_view ending) { return name.ends_with(ending); });
}

}  // namespace

HostCheck::HostCheck(const Settings& settings) {
  for (const std::string& name : settings.allowed_hosts) names_.push_back(comparable(name));
  if (!settings.public_url.empty()) {
    names_.push_back(comparable(monitor::split_url(settings.public_url).host));
  }
  boost::system::error_code unknown;
  const std::string own = boost::asio::ip::host_name(unknown);  // stands in the links of alerts
  if (!unknown) names_.push_back(comparable(own));
}

bool HostCheck::takes(std::string_view host) const {
  const auto field = host_field(host);
  if (!field) return false;
  if (field->host.empty() || field->is_address) return true;
  const std::string name = comparable(field->host);
  return is_local(name) || std::ranges::find(names_, name) != names_.end();
}

}  // namespace http
