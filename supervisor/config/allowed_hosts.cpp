#include "supervisor/config/allowed_hosts.hpp"

#include <algorithm>
#include <string>

#include "http/host_field.hpp"

namespace supervisor {
namespace {

using Kind = YamlNode::Kind;

constexpr std::size_t hosts_max = 64;
constexpr std::size_t host_bytes_max = 253;  // of a name in DNS

bool is_host_name(const std::string& text) {
  const bool is_long = text.size() > host_bytes_max;
  if (text.empty() || is_long || text.find_first_of(":[%*") != std::string::npos) return false;
  return http::host_field(text).has_value();
}

}  // namespace

void read_allowed_hosts(const Entry& entry, Config& config, FileReading& reading) {
  const std::size_t count = entry.node.items.size();
  if (!is_empty_list(entry.node) && entry.node.kind != Kind::list) {
    return reading.complain(entry, "found " + found(entry.node) +
                                       ", expected a list of names such as [radio.example.org]");
  }
  if (count > hosts_max) {
    return reading.complain(entry, "found " + std::to_string(count) + " names, expected at most " +
                                       std::to_string(hosts_max));
  }
  reading.remember_from_file(entry.key, entry.line);
  for (std::size_t i = 0; i < count; ++i) {
    const Entry element = entry_of_list(entry, i);
    const bool is_name = element.node.kind == Kind::scalar && is_host_name(element.node.text);
    if (is_name) {
      config.http.allowed_hosts.push_back(element.node.text);
    } else {
      reading.complain(element, "found " + found(element.node) +
                                    ", expected a name such as radio.example.org, without scheme, "
                                    "port and wildcard");
    }
  }
}

}  // namespace supervisor
