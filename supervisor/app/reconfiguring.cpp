#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "supervisor/app/supervisor.hpp"
#include "supervisor/child/child_environment.hpp"
#include "supervisor/child/descriptor_limit.hpp"
#include "supervisor/config/config_secrets.hpp"
#include "supervisor/reload/config_changes.hpp"

namespace supervisor {

namespace {

// Configurations whose secrets are kept out of the log: what is being stopped may still name those
// of an earlier one.
constexpr std::size_t known_limit = 16;

}  // namespace

Secrets Supervisor::secrets_of(const std::deque<Config>& configs) {
  Secrets secrets;
  for (const Config& config : configs) learn_secrets(config, secrets);
  for (const char* name : own_secret_variables) {
    if (const char* value = std::getenv(name)) secrets.learn(std::string_view(value));
  }
  return secrets;
}

// Before anything of it can be logged.
void Supervisor::learn(const Config& config) {
  if (compare(known_.empty() ? config_ : known_.back(), config).empty()) return;
  if (known_.empty()) known_.push_back(config_);
  known_.push_back(config);
  if (known_.size() > known_limit) known_.pop_front();
  std::deque<Config> all = known_;
  all.push_back(config_);
  secrets_ = secrets_of(all);
  log_.reconfigure(config_.log, secrets_);
}

std::vector<StreamParts> Supervisor::parts_of(const std::vector<StreamConfig>& streams) const {
  std::vector<StreamParts> parts;
  for (const StreamConfig& stream : streams) {
    parts.push_back(make_stream_parts(stream, inherited_, secrets_));
  }
  return parts;
}

void Supervisor::log_warnings(const Config& config, const std::vector<StreamParts>& parts) {
  for (const std::string& warning : config.warnings) {
    log_.write(LogLevel::warning, "config_loaded", {}, warning);
  }
  for (const StreamParts& stream : parts) {
    for (const std::string& warning : stream.warnings()) {
      log_.write(LogLevel::warning, "config_loaded", stream.config.name, warning);
    }
  }
}

void Supervisor::warn_of_few_descriptors() {
  const auto warning =
      descriptor_warning(descriptor_limit(), streams_.size(), streams_.children_at_most());
  if (warning) log_.write(LogLevel::warning, "config_loaded", {}, *warning);
}

// Two of one name would be two publishers to one sink.
bool Supervisor::must_wait(const Config& next) const {
  return std::any_of(next.streams.begin(), next.streams.end(), [this](const StreamConfig& stream) {
    return streams_.is_leaving(stream.name);
  });
}

void Supervisor::set_receivers(const recovery::alerts::Settings& settings) {
  try {
    alerts_->reconfigure(settings);
  } catch (const std::runtime_error& error) {
    throw ConfigError(std::string("alerts: ") + error.what());
  }
}

// All that may be refused comes before the first thing that changes.
std::string Supervisor::apply(const Config& read) {
  learn(read);
  const ConfigChanges changes = compare(config_, read);
  std::vector<StreamParts> parts = parts_of(touched_streams(changes, read));
  if (changes.alerts) set_receivers(read.alerts);
  config_ = effective(config_, read);
  if (changes.log) log_.reconfigure(config_.log, secrets_);
  log_warnings(config_, parts);
  streams_.change(changes, std::move(parts), config_);
  warn_of_few_descriptors();
  if (server_) server_->limit_connections(connections_limit());
  if (changes.dependencies) dependencies_ = watch_dependencies();
  return describe(changes);
}

}  // namespace supervisor
