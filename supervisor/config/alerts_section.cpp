#include "supervisor/config/alerts_section.hpp"

#include <algorithm>
#include <string_view>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

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

// Services that take nothing else than their own template, by the URL's host.
constexpr std::pair<std::string_view, Template> services[] = {
    {"hooks.slack.com", Template::slack},
    {"discord.com", Template::discord},
    {"discordapp.com", Template::discord},
    {"api.telegram.org", Template::telegram},
    {"ntfy.sh", Template::ntfy}};

const std::vector<std::string_view> webhook_keys{"url", "headers", "template"};
constexpr const char* webhook_expected = "a URL, or a map with url, headers, template";

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

void read_webhook_url(const Entry& entry, WebHook& hook, FileReading& reading) {
  hook.url = read_text_value(entry, read_http_url, reading).value_or("");
}

void read_template(const Entry& entry, WebHook& hook, FileReading& reading) {
  try {
    hook.body = read_word(entry.node.kind == Kind::scalar ? entry.node.text : "", templates);
    reading.remember_from_file(entry.key, entry.line);
  } catch (const Unexpected& error) {
    reading.complain(entry, error.refusal(found(entry.node)));
  }
}

Template template_of(const std::string& url) {
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed) return Template::generic;  // the error is reported
  const std::string host = parsed->host();
  for (const auto& [service, body] : services) {
    if (host == service || host.ends_with('.' + std::string(service))) return body;
  }
  return Template::generic;
}

// `https://…`, or in its place `{env: NAME}` or `{file: PATH}`.
bool is_url_alone(const YamlNode& node) {
  const bool is_reference = node.kind == Kind::map && node.keys.size() == 1 &&
                            (node.keys.front() == "env" || node.keys.front() == "file");
  return node.kind == Kind::scalar || is_reference;
}

void read_webhook_key(const Entry& entry, const std::string& name, const Entry& map, WebHook& hook,
                      FileReading& reading) {
  if (name == "url") {
    read_webhook_url(entry, hook, reading);
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
  if (is_url_alone(entry.node)) {
    read_webhook_url({entry.key + ".url", entry.line, entry.node}, hook, reading);
    hook.body = template_of(hook.url);
    return hook;
  }
  if (entry.node.kind != Kind::map) {
    reading.complain(entry, "found " + found_kind(entry.node) + ", expected " + webhook_expected);
    return hook;
  }
  const std::vector<std::string>& keys = entry.node.keys;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    read_webhook_key(entry_of_map(entry, i), keys[i], entry, hook, reading);
  }
  const auto has = [&](const char* key) { return std::ranges::find(keys, key) != keys.end(); };
  if (!has("template")) hook.body = template_of(hook.url);
  if (!has("url")) {
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
  for_each_receiver(entry, std::string("a list; each element is ") + webhook_expected, reading,
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
