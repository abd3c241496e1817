#include "supervisor/config/alerts_section.hpp"

#include <algorithm>
#include <string_view>

#include "supervisor/config/duration.hpp"
#include "supervisor/config/secret_value.hpp"
#include "supervisor/config/settings.hpp"
#include "supervisor/config/urls.hpp"
#include "supervisor/config/values.hpp"
#include "supervisor/config/words.hpp"

namespace supervisor {

namespace {

using Kind = YamlNode::Kind;
using recovery::alerts::Template;
using recovery::alerts::WebHook;

constexpr std::size_t receivers_max = 16;  // of a kind

constexpr std::string_view never = "never";
constexpr monitor::Duration after_min = std::chrono::seconds(1);
constexpr monitor::Duration after_max = std::chrono::days(7);

const WordTable<Template> templates{{"generic", Template::generic},
                                    {"slack", Template::slack},
                                    {"discord", Template::discord},
                                    {"telegram", Template::telegram},
                                    {"ntfy", Template::ntfy}};

const std::vector<std::string_view> webhook_keys{"url", "headers", "template"};

// Calls `read(element)` for each element of a list that may be empty.
template <class Read>
void for_each_receiver(const Entry& entry, const std::string& expected, FileReading& reading,
                       Read read) {
  if (!is_empty_list(entry.node) && entry.node.kind != Kind::list) {
    return reading.complain(entry, "found " + found_kind(entry.node) + ", expected " + expected);
  }
  const std::size_t count = entry.node.items.size();
  if (count > receivers_max) {
    return reading.complain(entry, "found " + std::to_string(count) +
                                       " elements, expected at most " +
                                       std::to_string(receivers_max));
  }
  reading.remember_from_file(entry.key, entry.line);
  for (std::size_t i = 0; i < count; ++i) read(entry_of_list(entry, i));
}

void read_template(const Entry& entry, WebHook& hook, FileReading& reading) {
  try {
    hook.body = read_word(entry.node.kind == Kind::scalar ? entry.node.text : "", templates);
    reading.remember_from_file(entry.key, entry.line);
  } catch (const Unexpected& error) {
    reading.complain(entry, error.refusal(found(entry.node)));
  }
}

void read_webhook_key(const Entry& entry, const std::string& name, const Entry& map, WebHook& hook,
                      FileReading& reading) {
  if (name == "url") {
    hook.url = read_text_value(entry, read_http_url, reading).value_or("");
  } else if (name == "headers") {
    read_headers(entry, hook.headers, reading);
  } else if (name == "template") {
    read_template(entry, hook, reading);
  } else {
    reading.complain_unknown(entry.line, map.key + '.', name, webhook_keys);
  }
}

WebHook read_webhook(const Entry& entry, FileReading& reading) {
  WebHook hook;
  if (entry.node.kind != Kind::map) {
    reading.complain(entry, "found " + found_kind(entry.node) + ", expected a map with " +
                                join(webhook_keys, ", "));
    return hook;
  }
  const std::vector<std::string>& keys = entry.node.keys;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    read_webhook_key(entry_of_map(entry, i), keys[i], entry, hook, reading);
  }
  if (std::find(keys.begin(), keys.end(), "url") == keys.end()) {
    reading.complain(entry.line, entry.key + ".url",
                     "missing, expected an http:// or https:// URL, {env: NAME} or {file: PATH}");
  }
  return hook;
}

}  // namespace

void read_alertmanagers(const Entry& entry, Config& config, FileReading& reading) {
  for_each_receiver(entry, "a list of URLs such as [\"http://alertmanager:9093\"]", reading,
                    [&](const Entry& element) {
                      const auto url = read_text_value(element, read_base_url, reading);
                      config.alerts.alertmanager.push_back(url.value_or(""));
                    });
}

void read_webhooks(const Entry& entry, Config& config, FileReading& reading) {
  for_each_receiver(entry, "a list of maps with " + join(webhook_keys, ", "), reading,
                    [&](const Entry& element) {
                      config.alerts.webhooks.push_back(read_webhook(element, reading));
                    });
}

void read_alert_after(const std::string& text, recovery::alerts::Settings& alerts) {
  if (text == never) {
    alerts.after.reset();
    return;
  }
  try {
    alerts.after = read_duration(text, {after_min, after_max});
  } catch (const Unexpected& error) {
    throw Unexpected(std::string(error.what()) + ", or never");
  }
}

std::string print_alert_after(const recovery::alerts::Settings& alerts) {
  return alerts.after ? print_duration(*alerts.after) : std::string(never);
}

std::string print_template(Template body) {
  return print_word(body, templates);
}

}  // namespace supervisor
