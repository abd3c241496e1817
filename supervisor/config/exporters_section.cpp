#include "supervisor/config/exporters_section.hpp"

#include <algorithm>

#include "monitor/text/utf8.hpp"
#include "supervisor/config/secret_value.hpp"
#include "supervisor/config/settings.hpp"
#include "supervisor/config/urls.hpp"
#include "supervisor/config/values.hpp"

namespace supervisor {

namespace {

using Kind = YamlNode::Kind;

constexpr std::size_t name_bytes_max = 128;

// As OpenTelemetry's own variables have it: the path of the signal is added.
std::string read_otlp_base(const std::string& text) {
  std::string url = read_exporter_url(text);
  while (url.ends_with('/')) url.pop_back();
  if (!url.ends_with("/v1/metrics")) return url;
  throw Unexpected::whole(
      "found a URL that ends in /v1/metrics, expected it without: that is added");
}

// Its text may be a secret in the wrong place.
std::string read_address(const std::string& text) {
  try {
    return read_host_and_port(text);
  } catch (const Unexpected& error) {
    throw Unexpected::whole(error.refusal("a text that is none"));
  }
}

// Empty: the exporter is off.
template <class Check>
void read_target(const Entry& entry, std::string& target, Check check, FileReading& reading) {
  const bool is_off = asks_nothing(entry.node) && entry.node.items.empty();
  if (is_off) return reading.remember_from_file(entry.key, entry.line);
  target = read_text_value(entry, check, reading).value_or("");
}

bool is_one_line(const std::string& text) {
  const bool has_control = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < ' ' || c == 0x7F;
  });
  return !has_control && monitor::valid_utf8(text) == text;
}

}  // namespace

void read_pushgateway_url(const Entry& entry, Config& config, FileReading& reading) {
  read_target(entry, config.exporters.pushgateway.url, read_exporter_url, reading);
}

void read_pushgateway_headers(const Entry& entry, Config& config, FileReading& reading) {
  read_headers(entry, config.exporters.pushgateway.headers, reading);
}

void read_statsd_address(const Entry& entry, Config& config, FileReading& reading) {
  read_target(entry, config.exporters.statsd.address, read_address, reading);
}

void read_otlp_url(const Entry& entry, Config& config, FileReading& reading) {
  read_target(entry, config.exporters.otlp.url, read_otlp_base, reading);
}

void read_otlp_headers(const Entry& entry, Config& config, FileReading& reading) {
  read_headers(entry, config.exporters.otlp.headers, reading);
}

std::string read_export_name(const std::string& text, bool may_be_empty) {
  const bool fits = text.size() <= name_bytes_max && is_one_line(text);
  if (fits && (may_be_empty || !text.empty())) return text;
  throw Unexpected("expected a name of " + std::string(may_be_empty ? "up to" : "1 to") +
                   " 128 bytes in one line");
}

std::string read_statsd_prefix(const std::string& text) {
  const bool fits = std::all_of(text.begin(), text.end(), [](char c) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return is_letter || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
  });
  if (fits && text.size() <= name_bytes_max) return text;
  throw Unexpected("expected up to 128 of A-Z a-z 0-9 _ . -");
}

}  // namespace supervisor
