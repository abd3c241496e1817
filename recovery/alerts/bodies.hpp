#pragma once

#include <string>

#include "recovery/alert.hpp"
#include "recovery/alerts/sender.hpp"

namespace recovery::alerts {

// What is sent, as JSON. Pure. An alert with `ends_at` is resolved.

// One alert for POST /api/v2/alerts. Alertmanager resolves a firing one at `firing_until` unless it
// is sent again. It deduplicates by the labels: those of the resolution must be those of the
// firing.
std::string alertmanager_body(const Alert& alert, const Sender& from, WallTime firing_until);

// Everything, under its own name; also what the command gets.
std::string generic_body(const Alert& alert, const Sender& from);

// Slack's incoming web hooks, and those that take the same (Mattermost, Rocket.Chat).
std::string slack_body(const Alert& alert, const Sender& from);

std::string discord_body(const Alert& alert, const Sender& from);

}  // namespace recovery::alerts
