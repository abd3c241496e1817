#include "supervisor/first_config/private_host.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>

#include "monitor/text/ascii.hpp"

namespace supervisor {

namespace {

namespace ip = boost::asio::ip;

// RFC 1918, RFC 6598, RFC 3927, and the machine itself.
bool is_private_address(const ip::address_v4& address) {
  constexpr auto networks = std::to_array({"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
                                           "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8"});
  return std::ranges::any_of(networks, [&](const char* text) {
    const ip::network_v4 network = ip::make_network_v4(text);
    return ip::network_v4(address, network.prefix_length()).canonical() == network;
  });
}

// RFC 4193, RFC 4291.
bool is_private_address(const ip::address_v6& address) {
  constexpr unsigned char unique_local = 0xfc, of_two = 0xfe;
  return address.is_loopback() || address.is_link_local() ||
         (address.to_bytes()[0] & of_two) == unique_local;
}

// RFC 6761, RFC 6762, RFC 8375; `.lan` is what most routers give.
bool is_private_name(const std::string& name) {
  constexpr auto endings =
      std::to_array<std::string_view>({".local", ".localhost", ".internal", ".home.arpa", ".lan"});
  if (name.find('.') == std::string::npos) return true;
  return std::ranges::any_of(endings, [&](auto ending) { return name.ends_with(ending); });
}

}  // namespace

bool is_private_host(std::string_view host) {
  if (host.empty()) return false;
  boost::system::error_code no_address;
  const ip::address address = ip::make_address(std::string(host), no_address);
  if (no_address) return is_private_name(monitor::lowered(host));
  return address.is_v4() ? is_private_address(address.to_v4())
                         : is_private_address(address.to_v6());
}

}  // namespace supervisor
