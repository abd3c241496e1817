#include "supervisor/config/alerts_section.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "supervisor/config/settings.hpp"
#include "supervisor/config/text_value.hpp"
#include "supervisor/config/urls.hpp"
#include "supervisor/config/words.hpp"

namespace supervisor {

namespace {

using Kind = YamlNode::Kind;
using recovery::alerts::Template;
using recovery::alerts::WebHook;

constexpr std::size_t receivers_max = 16;  // of a kind
constexpr std::size_t headers_max = 32;
constexpr std::size_t header_name_max = 128;        // bytes
constexpr std::size_t header_value_max = 8 * 1024;  // bytes; servers take no more

const Words<Template> templates{
    {"generic", Template::generic}, {"slack", Template::slack}, {"discord", Template::discord}};

const std::vector<std::string_view> webhook_keys{"url", "headers", "template"};

// They frame the request, or say what is in it: set by whoever sends it.
constexpr std::array<std::string_view, 9> framing_headers{
    {"connection", "content-length", "content-type", "expect", "host", "te", "trailer",
     "transfer-encoding", "upgrade"}};

std::string lowered(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

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

// RFC 9110, 5.6.2.
bool is_token(std::string_view text) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return is_letter || (c >= '0' && c <= '9') || others.find(c) != std::string_view::npos;
  });
}

// A line end in a value would begin a header, or a request, of its own.
std::string read_header_value(const std::string& text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; };
  if (text.empty()) throw Unexpected::whole("found an empty text, expected a header's value");
  if (std::any_of(text.begin(), text.end(), is_control)) {
    throw Unexpected::whole("found a line end or another control character, expected one line");
  }
  if (text.size() <= header_value_max) return text;
  throw Unexpected::whole("found " + std::to_string(text.size()) + " bytes, expected at most " +
                          std::to_string(header_value_max));
}

std::string wrong_header_name(const std::string& name, const WebHook& hook) {
  if (!is_token(name) || name.size() > header_name_max) {
    return "expected the name of a header: 1 to 128 letters, digits or !#$%&'*+-.^_`|~";
  }
  const std::string low = lowered(name);
  if (std::find(framing_headers.begin(), framing_headers.end(), low) != framing_headers.end()) {
    return "this header is set by the program itself, expected another";
  }
  for (const auto& [other, value] : hook.headers) {
    if (lowered(other) == low) return "this header is given twice, expected it once";
  }
  return {};
}

void read_header(const Entry& entry, const std::string& name, WebHook& hook, FileReading& reading) {
  const std::string wrong = wrong_header_name(name, hook);
  if (!wrong.empty()) {
    // The name is no part of the key: it may be anything, a secret in the wrong place too.
    const std::string map = entry.key.substr(0, entry.key.size() - name.size() - 1);
    return reading.complain(entry.line, map, "found " + shown(name) + ", " + wrong);
  }
  const auto value = read_text_value(entry, read_header_value, reading);
  hook.headers.emplace_back(name, value.value_or(""));
}

void read_headers(const Entry& entry, WebHook& hook, FileReading& reading) {
  if (entry.node.kind == Kind::null) return;
  if (entry.node.kind != Kind::map) {
    return reading.complain(entry, "found " + found_kind(entry.node) +
                                       ", expected a map such as {Authorization: Bearer TOKEN}");
  }
  const std::size_t count = entry.node.items.size();
  if (count > headers_max) {
    return reading.complain(entry, "found " + std::to_string(count) +
                                       " headers, expected at most " + std::to_string(headers_max));
  }
  for (std::size_t i = 0; i < count; ++i) {
    read_header(entry_of_map(entry, i), entry.node.keys[i], hook, reading);
  }
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
    read_headers(entry, hook, reading);
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

std::string print_template(Template body) {
  return print_word(body, templates);
}

}  // namespace supervisor
