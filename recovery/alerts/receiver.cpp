#include "recovery/alerts/receiver.hpp"

#include <map>
#include <stdexcept>

#include "recovery/alerts/bodies.hpp"
#include "recovery/alerts/phone_bodies.hpp"

namespace recovery::alerts {
namespace {

using namespace std::chrono_literals;

constexpr auto firing_for = 5min;  // Alertmanager's own default; outlasts several lost reminders

using Body = std::function<std::string(const Alert&, WallTime now)>;

Receiver alertmanager(const std::string& url, const Sender& from) {
  return {.name = "alertmanager",
          .endpoint = parse_endpoint(url, "/api/v2/alerts"),
          .forgets = true,
          .body = [from](const Alert& alert, WallTime now) {
            return alertmanager_body(alert, from, now + firing_for);
          }};
}

template <class Make>
Body body_by(Make make, const Sender& from) {
  return [make, from](const Alert& alert, WallTime) { return make(alert, from); };
}

// The name, the body, and where it goes: for some a part of the URL belongs into the body.
Receiver by_template(const WebHook& hook, const Sender& from) {
  Endpoint endpoint = parse_endpoint(hook.url);
  switch (hook.body) {
    case Template::slack:
      return {.name = "slack", .endpoint = endpoint, .body = body_by(slack_body, from)};
    case Template::discord:
      return {.name = "discord", .endpoint = endpoint, .body = body_by(discord_body, from)};
    case Template::telegram: {
      const auto body = [chat = take_telegram_chat(endpoint)](const Alert& alert,
                                                              const Sender& to) {
        return telegram_body(alert, to, chat);
      };
      return {.name = "telegram", .endpoint = endpoint, .body = body_by(body, from)};
    }
    case Template::ntfy: {
      const auto body = [topic = take_ntfy_topic(endpoint)](const Alert& alert, const Sender& to) {
        return ntfy_body(alert, to, topic);
      };
      return {.name = "ntfy", .endpoint = endpoint, .body = body_by(body, from)};
    }
    case Template::generic:
      break;
  }
  return {.name = "generic", .endpoint = endpoint, .body = body_by(generic_body, from)};
}

Receiver web_hook(const WebHook& hook, const Sender& from) {
  Receiver receiver = by_template(hook, from);
  check_headers(hook.headers);
  Headers& headers = receiver.endpoint->headers;
  headers.insert(headers.end(), hook.headers.begin(), hook.headers.end());
  return receiver;
}

Receiver command(const Sender& from) {
  return {.name = "command", .endpoint = {}, .body = body_by(generic_body, from)};
}

std::string item(std::string_view list, std::size_t index) {
  return "alerts." + std::string(list) + "[" + std::to_string(index) + "]: ";
}

template <class Setting, class Make>
void add(const std::vector<Setting>& settings, std::string_view list, Make make,
         std::vector<Receiver>& receivers) {
  for (std::size_t i = 0; i < settings.size(); ++i) {
    try {
      receivers.push_back(make(settings[i]));
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(item(list, i) + error.what());
    }
  }
}

// A second of a kind has its number behind it.
void number(std::vector<Receiver>& receivers) {
  std::map<std::string, int> counts;
  for (Receiver& receiver : receivers) {
    const int count = ++counts[receiver.name];
    if (count > 1) receiver.name += "_" + std::to_string(count);
  }
}

}  // namespace

std::vector<Receiver> receivers_of(const Settings& settings, const Sender& from) {
  std::vector<Receiver> receivers;
  add(
      settings.alertmanager, "alertmanager",
      [&](const std::string& url) { return alertmanager(url, from); }, receivers);
  add(
      settings.webhooks, "webhooks", [&](const WebHook& hook) { return web_hook(hook, from); },
      receivers);
  if (!settings.command.empty()) receivers.push_back(command(from));
  number(receivers);
  return receivers;
}

}  // namespace recovery::alerts
