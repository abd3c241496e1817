#include "recovery/alerts/receiver.hpp"

#include <map>
#include <stdexcept>

#include "recovery/alerts/bodies.hpp"

namespace recovery::alerts {
namespace {

using namespace std::chrono_literals;

constexpr auto firing_for = 5min;  // Alertmanager's own default; outlasts several lost reminders

using Body = std::string (*)(const Alert&, std::string_view instance);

struct Kind {
  std::string_view name;
  Body body;
};

Kind kind_of(Template body) {
  switch (body) {
    case Template::slack:
      return {"slack", slack_body};
    case Template::discord:
      return {"discord", discord_body};
    case Template::generic:
      break;
  }
  return {"generic", generic_body};
}

Receiver alertmanager(const std::string& url, const std::string& instance) {
  return {.name = "alertmanager",
          .endpoint = parse_endpoint(url, "/api/v2/alerts"),
          .forgets = true,
          .body = [instance](const Alert& alert, WallTime now) {
            return alertmanager_body(alert, instance, now + firing_for);
          }};
}

Receiver web_hook(const WebHook& hook, const std::string& instance) {
  const Kind kind = kind_of(hook.body);
  Receiver receiver{.name = std::string(kind.name),
                    .endpoint = parse_endpoint(hook.url),
                    .body = [instance, body = kind.body](const Alert& alert, WallTime) {
                      return body(alert, instance);
                    }};
  check_headers(hook.headers);
  Headers& headers = receiver.endpoint->headers;
  headers.insert(headers.end(), hook.headers.begin(), hook.headers.end());
  return receiver;
}

Receiver command(const std::string& instance) {
  return {.name = "command", .endpoint = {}, .body = [instance](const Alert& alert, WallTime) {
            return generic_body(alert, instance);
          }};
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

std::vector<Receiver> receivers_of(const Settings& settings, const std::string& instance) {
  std::vector<Receiver> receivers;
  add(
      settings.alertmanager, "alertmanager",
      [&](const std::string& url) { return alertmanager(url, instance); }, receivers);
  add(
      settings.webhooks, "webhooks", [&](const WebHook& hook) { return web_hook(hook, instance); },
      receivers);
  if (!settings.command.empty()) receivers.push_back(command(instance));
  number(receivers);
  return receivers;
}

}  // namespace recovery::alerts
