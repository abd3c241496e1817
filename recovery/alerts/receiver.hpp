#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "recovery/alert.hpp"
#include "recovery/alerts/endpoint.hpp"
#include "recovery/alerts/sender.hpp"
#include "recovery/alerts/settings.hpp"

namespace recovery::alerts {

// One receiver of alerts: its name, its address, the body it takes.
struct Receiver {
  // Under which it is counted: "alertmanager", "command", or the template's name; a second of a
  // kind has its number behind it ("slack_2").
  std::string name;
  std::optional<Endpoint> endpoint;  // empty: the command
  bool forgets = false;              // resolves a firing alert that is not sent again
  std::function<std::string(const Alert&, WallTime now)> body;
};

// All that the settings name. Throws std::runtime_error naming the setting that cannot be used.
std::vector<Receiver> receivers_of(const Settings& settings, const Sender& from);

}  // namespace recovery::alerts
