#include "supervisor/config/config_secrets.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace supervisor {

namespace {

using std::string_view;

constexpr std::size_t shortest_token = 16;  // shorter ones are words of the API: `services`, `v1`

// Behind the host: path and query; empty where there is neither.
std::size_t target_at(string_view url) {
  const std::size_t host = std::min(url.find("://"), url.size());
  return std::min(url.find_first_of("/?#", std::min(host + 3, url.size())), url.size());
}

// An error message may contain the target alone, or one part of it.
void learn_webhook(const std::string& url, Secrets& secrets) {
  secrets.learn(std::vector{url});  // credentials in it by their form
  string_view rest = string_view(url).substr(target_at(url));
  if (rest.size() <= 1) return;
  secrets.learn(string_view(url));
  secrets.learn(rest);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of("/?#&=;"), rest.size());
    if (end >= shortest_token) secrets.learn(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

// `Bearer TOKEN`: the token may turn up alone.
void learn_header(string_view value, Secrets& secrets) {
  secrets.learn(value);
  const std::size_t blank = value.find(' ');
  if (blank != string_view::npos) secrets.learn(value.substr(blank + 1));
}

void learn_alerts(const recovery::alerts::Settings& alerts, Secrets& secrets) {
  secrets.learn(alerts.alertmanager);
  secrets.learn(alerts.command);
  for (const auto& hook : alerts.webhooks) {
    learn_webhook(hook.url, secrets);
    for (const auto& [name, value] : hook.headers) learn_header(value, secrets);
  }
}

void learn_exporters(const http::exporters::Settings& exporters, Secrets& secrets) {
  secrets.learn(std::vector{exporters.pushgateway.url, exporters.otlp.url});
  for (const auto& [name, value] : exporters.pushgateway.headers) learn_header(value, secrets);
  for (const auto& [name, value] : exporters.otlp.headers) learn_header(value, secrets);
}

}  // namespace

void learn_secrets(const Config& config, Secrets& secrets) {
  for (const StreamConfig& stream : config.streams) secrets.show(stream.name);
  for (const StreamConfig& stream : config.streams) {
    secrets.learn(stream.command);
    secrets.learn(stream.fallback);
    for (const OutputSettings& output : stream.outputs) secrets.learn(output.arguments);
    secrets.learn(std::vector{stream.source_url, stream.rtmp_endpoint, stream.sink.url,
                              stream.azuracast.url});
    secrets.learn(std::string_view(stream.azuracast.api_key));
  }
  for (const auto& dependency : config.dependencies) {
    secrets.learn(std::vector{dependency.target});
  }
  learn_alerts(config.alerts, secrets);
  secrets.learn(std::string_view(config.http.auth.bearer_token));
  for (const auto& [name, hash] : config.http.auth.basic_users) {
    secrets.learn(std::string_view(hash));
  }
  learn_exporters(config.exporters, secrets);
  for (const std::string& secret : config.secrets) secrets.learn(std::string_view(secret));
  secrets.learn(std::string_view(config.http.azuracast_password));
}

std::string masked_webhook(const std::string& url) {
  const std::size_t target = target_at(url);
  const std::string shown = Secrets().mask_command({url.substr(0, target)}).front();
  return url.size() - target <= 1 ? shown + url.substr(target) : shown + "/***";
}

}  // namespace supervisor
