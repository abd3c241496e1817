#include "supervisor/config/print.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/config/alerts_section.hpp"
#include "supervisor/config/config_secrets.hpp"
#include "supervisor/config/dependencies_section.hpp"
#include "supervisor/config/load.hpp"
#include "supervisor/config/outputs_section.hpp"
#include "supervisor/config/printer.hpp"
#include "supervisor/config/settings.hpp"
#include "supervisor/secrets/secrets.hpp"

namespace supervisor {

namespace {

constexpr const char* token_key = "http.auth.bearer_token";

using monitor::probes::Dependency;
using recovery::alerts::WebHook;

std::string masked(const std::string& text) {
  return Secrets().mask_command({text}).front();
}

// A command whose secrets may stand elsewhere in it without their usual form.
std::string masked_arguments(const std::vector<std::string>& arguments, const Config& config) {
  Secrets secrets;
  secrets.learn(arguments);
  for (const std::string& secret : config.secrets) secrets.learn(std::string_view(secret));
  return yaml_list(secrets.mask_command(arguments));
}

void print_headers(const http::exporters::Headers& headers, const std::string& indent,
                   const std::string& key, Printer& printer) {
  if (!headers.empty()) printer.line(indent + "headers:");
  for (const auto& [name, value] : headers) {
    printer.value(indent + "  " + yaml_text(name) + ':', "\"***\"", key + ".headers." + name);
  }
}

void print_webhook(const WebHook& hook, const std::string& key, Printer& printer) {
  printer.value("    - url:", yaml_text(masked_webhook(hook.url)), key + ".url");
  printer.value("      template:", print_template(hook.body), key + ".template");
  print_headers(hook.headers, "      ", key, printer);
}

// Each element has an origin of its own; an empty list the list's.
template <class Element, class Print>
void print_list(const std::vector<Element>& elements, const std::string& name, Printer& printer,
                Print print) {
  const std::string key = "alerts." + name;
  if (elements.empty()) return printer.value("  " + name + ':', "[]", key);
  printer.line("  " + name + ':');
  for (std::size_t i = 0; i < elements.size(); ++i) {
    print(elements[i], key + '[' + std::to_string(i) + ']');
  }
}

void print_alerts(const Config& config, Printer& printer) {
  const recovery::alerts::Settings& alerts = config.alerts;
  printer.line("alerts:");
  printer.value("  after:", print_alert_after(alerts), "alerts.after");
  print_list(alerts.alertmanager, "alertmanager", printer,
             [&](const std::string& url, const std::string& key) {
               printer.value("    -", yaml_text(masked(url)), key);
             });
  print_list(
      alerts.webhooks, "webhooks", printer,
      [&](const WebHook& hook, const std::string& key) { print_webhook(hook, key, printer); });
  printer.value("  command:", masked_arguments(alerts.command, config), "alerts.command");
}

void print_dependencies(const std::vector<Dependency>& dependencies, Printer& printer) {
  const std::string name = "dependencies";
  if (dependencies.empty()) return printer.value(name + ':', "[]", name);
  printer.line(name + ':');
  for (std::size_t i = 0; i < dependencies.size(); ++i) {
    const std::string key = name + '[' + std::to_string(i) + "].";
    const std::string kind(name_of(dependencies[i].kind));
    printer.value("  - name:", yaml_text(dependencies[i].name), key + "name");
    printer.value("    " + kind + ':', yaml_text(masked(dependencies[i].target)), key + kind);
  }
}

// Behind the settings of `http.auth`, which are the last of `http`.
void print_basic_users(const Config& config, Printer& printer) {
  const std::string key = "http.auth.basic_users";
  const http::Auth& auth = config.http.auth;
  if (auth.basic_users.empty()) return printer.value("    basic_users:", "{}", key);
  printer.line("    basic_users:");
  for (const auto& [name, hash] : auth.basic_users) {
    printer.value("      " + yaml_text(name) + ':', "\"***\"", key + '.' + name);
  }
}

void print_program(const Config& config, Printer& printer) {
  std::vector<Setting<Config>> http = program_settings(), others = http;
  const auto is_http = [](const auto& setting) { return setting.key.starts_with("http."); };
  std::erase_if(http, std::not_fn(is_http));
  std::erase_if(others, [&](const auto& setting) {
    return is_http(setting) || setting.key.starts_with("exporters.") ||
           setting.key.starts_with("alerts.");
  });
  printer.settings(http, config, "", "");
  print_basic_users(config, printer);
  if (config.origins.contains(token_key)) {  // a comment: the file has no key for it
    printer.value("    # FFSUPERVISOR_TOKEN:", "\"***\"", token_key);
  }
  printer.value("  allowed_hosts:", yaml_list(config.http.allowed_hosts), "http.allowed_hosts");
  printer.settings(others, config, "", "");
}

// `target`: where it sends to, the key and the masked value; off where that is empty.
struct Target {
  std::string key, shown;
};
void print_exporter(const Config& config, const std::string& name, const Target& target,
                    const http::exporters::Headers& headers, Printer& printer) {
  const std::string key = "exporters." + name;
  printer.line("  " + name + ':');
  printer.value("    " + target.key + ':', yaml_text(target.shown), key + '.' + target.key);
  for (const auto& setting : exporter_settings()) {
    if (!setting.key.starts_with(key + '.')) continue;
    const std::string last(setting.key.substr(key.size() + 1));
    printer.value("    " + last + ':', yaml_text(setting.print(config)), key + '.' + last);
  }
  print_headers(headers, "    ", key, printer);
}

void print_exporters(const Config& config, Printer& printer) {
  const auto& [instance, pushgateway, statsd, otlp] = config.exporters;
  printer.line("exporters:");
  printer.value("  instance:", yaml_text(instance), "exporters.instance");
  print_exporter(config, "pushgateway", {"url", masked(pushgateway.url)}, pushgateway.headers,
                 printer);
  print_exporter(config, "statsd", {"address", masked(statsd.address)}, {}, printer);
  print_exporter(config, "otlp", {"url", masked(otlp.url)}, otlp.headers, printer);
}

void print_outputs(const Config& config, std::size_t index, Printer& printer) {
  const std::string key = stream_prefix(index) + "outputs";
  const StreamConfig& stream = config.streams[index];
  if (stream.outputs.empty()) return printer.value("    outputs:", "{}", key);
  printer.line("    outputs:");
  for (const OutputSettings& output : stream.outputs) {
    const std::string own = key + '.' + output.name;
    printer.line("      " + yaml_text(output.name) + ':');
    const auto args = config.origins.contains(own + ".args") ? own + ".args" : own;
    printer.value("        args:", masked_arguments(output.arguments, config), args);
    printer.value("        required:", output.required ? "true" : "false", own + ".required");
    printer.value("        buffer:", print_buffer(output.buffer), own + ".buffer");
  }
}

void print_stream(const Config& config, std::size_t index, Printer& printer) {
  const StreamConfig& stream = config.streams[index];
  const std::string prefix = stream_prefix(index);
  printer.value("  - name:", yaml_text(stream.name), prefix + "name");
  printer.value("    command:", masked_arguments(stream.command, config), prefix + "command");
  printer.value("    fallback:", masked_arguments(stream.fallback, config), prefix + "fallback");
  print_outputs(config, index, printer);
  std::vector<Setting<StreamConfig>> others = stream_settings();
  std::erase_if(others, [](const auto& setting) { return setting.key == "name"; });
  printer.settings(others, stream, "    ", prefix);
  if (stream.rtmp_endpoint.empty()) return;
  // A comment: the file has no key for it.
  printer.value("    # RTMP_ENDPOINT:", yaml_text(masked(stream.rtmp_endpoint)),
                prefix + "rtmp_endpoint");
}

}  // namespace

namespace {

std::string print(const Config& config, Values values) {
  Printer printer(config, values);
  print_program(config, printer);
  if (!config.http.azuracast_password.empty()) {
    // A comment: the file has no key for it.
    printer.value("# AZURACAST_WEBHOOK_PASSWORD:", "\"***\"", "http.azuracast_password");
  }
  print_alerts(config, printer);
  print_dependencies(config.dependencies, printer);
  print_exporters(config, printer);
  printer.line("streams:");
  for (std::size_t i = 0; i < config.streams.size(); ++i) print_stream(config, i, printer);
  return printer.take();
}

}  // namespace

std::string print_config(const Config& config) {
  return print(config, Values::all);
}

std::string print_changes(const Config& config) {
  return print(config, Values::changed);
}

}  // namespace supervisor
