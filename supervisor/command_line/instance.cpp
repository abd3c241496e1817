#include "supervisor/command_line/instance.hpp"

#include "http/address.hpp"
#include "supervisor/command_line/running_instance.hpp"
#include "supervisor/config/auth_section.hpp"
#include "supervisor/config/bounded_file.hpp"
#include "supervisor/config/overrides.hpp"
#include "supervisor/config/problems.hpp"

namespace supervisor {

namespace {

std::string url_by(const Options& options, const Environment& environment) {
  Config config;
  Problems problems;
  if (options.config_file) read_yaml_file(*options.config_file, config);
  apply_metrics_port(environment, config, problems);
  apply_flags(options, config, problems);
  problems.throw_if_any();
  return http::local_url(config.http);
}

// The configuration that the instance was started with.
std::optional<std::string> config_file_of(const Options& options, const std::string& proc) {
  if (options.config_file) return options.config_file;
  if (options.url || options.listen) return std::nullopt;  // perhaps another instance
  const auto running = find_running_instance(proc);
  return running ? running->options.config_file : std::nullopt;
}

std::string token_in(const std::string& path, const std::string& whose) {
  try {
    return read_token_file(path);
  } catch (const Unreadable& error) {
    throw ConfigError(whose + ": " + shown(path) + ' ' + error.what());
  }
}

std::string token_by_file(const std::string& config_file) {
  Config config;
  read_yaml_file(config_file, config);
  const std::string& path = config.http.auth.bearer_token_file;
  return path.empty() ? std::string() : token_in(path, "http.auth.bearer_token_file");
}

std::string token_of(const Options& options, const Environment& environment, bool is_for_reading,
                     const std::string& proc) {
  if (options.token_file) return token_in(*options.token_file, "--token-file");
  const std::string token = environment("FFSUPERVISOR_TOKEN").value_or("");
  if (!token.empty()) return token;
  const std::optional<std::string> file = config_file_of(options, proc);
  if (!file) return {};
  try {
    return token_by_file(*file);
  } catch (const ConfigError&) {
    if (!is_for_reading) throw;
    return {};  // reading mostly needs none
  }
}

}  // namespace

Instance find_instance(const Options& options, const Environment& environment, bool is_for_reading,
                       const std::string& proc) {
  return {instance_url(options, environment, proc),
          token_of(options, environment, is_for_reading, proc)};
}

std::string instance_url(const Options& options, const Environment& environment,
                         const std::string& proc) {
  if (options.url) {
    std::string url = *options.url;
    while (url.ends_with('/')) url.pop_back();
    return url.find("://") == std::string::npos ? "http://" + url : url;
  }
  if (!options.listen) {
    const auto running = find_running_instance(proc);
    if (running) return url_by(running->options, running->environment);
  }
  return url_by(options, environment);
}

}  // namespace supervisor
