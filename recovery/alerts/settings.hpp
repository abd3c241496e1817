#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "monitor/time.hpp"

namespace recovery::alerts {

enum class Template : std::uint8_t { generic, slack, discord, telegram, ntfy };

// One web hook. `url` and the header values are secrets.
struct WebHook {
  std::string url;  // http or https
  Template body = Template::generic;
  std::vector<std::pair<std::string, std::string>> headers;

  bool operator==(const WebHook&) const = default;
};

// The YAML section `alerts`; its defaults: no receiver.
struct Settings {
  std::optional<monitor::Duration> after = std::chrono::minutes(2);  // off air; empty: never
  std::vector<std::string> alertmanager;  // base URLs, API v2; may hold userinfo for Basic auth
  std::vector<WebHook> webhooks;
  std::vector<std::string> command;  // the alert as JSON on its stdin

  bool empty() const { return alertmanager.empty() && webhooks.empty() && command.empty(); }
  bool operator==(const Settings&) const = default;
};

}  // namespace recovery::alerts
