#pragma once

#include <string>
#include <string_view>

#include "recovery/alert.hpp"

namespace recovery::alerts {

// What is sent, as JSON. Pure. An alert with `ends_at` is resolved. `instance` names the machine.

// One alert for POST /api/v2/alerts. Alertmanager resolves a firing one at `firing_until` unless it
// is sent again. It deduplicates by the labels: those of the resolution must be those of the
// firing.
std::string alertmanager_body(const Alert& alert, std::string_view instance, WallTime firing_until);

// Everything, under its own name; also what the command gets.
std::string generic_body(const Alert& alert, std::string_view instance);

// Slack's incoming web hooks, and those that take the same (Mattermost, Rocket.Chat).
std::string slack_body(const Alert& alert, std::string_view instance);

std::string discord_body(const Alert& alert, std::string_view instance);

}  // namespace recovery::alerts
