#pragma once

#include <string>

#include "supervisor/config/file_reading.hpp"

namespace supervisor {

// The lists below `alerts`, but for `alerts.command`: see arguments.hpp.
void read_alertmanagers(const Entry& entry, Config& config, FileReading& reading);
void read_webhooks(const Entry& entry, Config& config, FileReading& reading);

// `alerts.after`: a duration, or `never`.
void read_alert_after(const std::string& text, recovery::alerts::Settings& alerts);
std::string print_alert_after(const recovery::alerts::Settings& alerts);

std::string print_template(recovery::alerts::Template body);  // "generic"

}  // namespace supervisor
