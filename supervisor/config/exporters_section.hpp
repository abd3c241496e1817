#pragma once

#include <string>

#include "supervisor/config/file_reading.hpp"

namespace supervisor {

// The keys below `exporters` whose values may be secrets or are maps; the others are in
// settings.hpp.
void read_pushgateway_url(const Entry& entry, Config& config, FileReading& reading);
void read_pushgateway_headers(const Entry& entry, Config& config, FileReading& reading);
void read_statsd_address(const Entry& entry, Config& config, FileReading& reading);
void read_otlp_url(const Entry& entry, Config& config, FileReading& reading);
void read_otlp_headers(const Entry& entry, Config& config, FileReading& reading);

// What the receivers call a job, a service or an instance: up to 128 bytes of one line. Empty only
// where that means something.
std::string read_export_name(const std::string& text, bool may_be_empty);
// Of StatsD's names: up to 128 of A-Z a-z 0-9 _ . -, or empty.
std::string read_statsd_prefix(const std::string& text);

}  // namespace supervisor
