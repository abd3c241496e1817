#include <stdexcept>
#include <utility>

#include "supervisor/alerts/page_address.hpp"
#include "supervisor/app/supervisor.hpp"

namespace supervisor {

std::unique_ptr<Journal> Supervisor::open_journal() {
  if (config_.journal_path.empty()) return nullptr;
  return std::make_unique<Journal>(
      config_.journal_path, config_.journal_max_incidents,
      [this](const std::string& problem) { log_.write(LogLevel::error, "journal", {}, problem); });
}

std::unique_ptr<AlertDispatcher> Supervisor::make_alert_dispatcher() {
  try {
    return std::make_unique<AlertDispatcher>(config_.alerts, services_, page_address(config_.http));
  } catch (const std::runtime_error& error) {
    throw ConfigError(std::string("alerts: ") + error.what());
  }
}

std::unique_ptr<MetricsPusher> Supervisor::make_metrics_pusher() {
  try {
    return std::make_unique<MetricsPusher>(config_.exporters, services_);
  } catch (const std::runtime_error& error) {
    throw ConfigError(std::string("exporters: ") + error.what());
  }
}

std::unique_ptr<DependencyWatch> Supervisor::watch_dependencies() {
  return std::make_unique<DependencyWatch>(config_, services_, dependencies_.get());
}

Streams::Context Supervisor::streams_context() {
  // What ends a stream comes from within its own step: what it leaves behind is published after it.
  const auto later = [this](auto what) { loop_.thread().post(what); };
  return {.services = services_,
          .max_incidents = config_.journal_max_incidents,
          .alerts = *alerts_,
          .journal = journal_.get(),
          .on_all_ended =
              [this, later] {
                later([this] {
                  reloader_.try_again();  // it may have waited for the last one to end
                  if (streams_.all_ended()) leave();
                });
              },
          .on_gave_up =
              [this, later] {
                if (stopping_) return;
                later([this] { stop("A stream gave up, and on_exhausted is exit"); });
              },
          .on_gone = [this] { reloader_.try_again(); },
          .free_descriptors =
              [this](std::function<void()> done) {
                if (!server_) return done();
                server_->yield_descriptors(std::move(done));
              }};
}

Reloader::Handlers Supervisor::reloader_handlers(std::function<Config()> load) {
  return {.load = std::move(load),
          .must_wait = [this](const Config& next) { return must_wait(next); },
          .apply = [this](const Config& next) { return apply(next); }};
}

// What a handler throws (no memory) must not end the supervision of every stream.
void Supervisor::log_exception(const char* thread, std::string_view what) {
  try {
    log_.write(LogLevel::error, "internal_error", {},
               "A handler of the " + std::string(thread) +
                   " threw an exception; the program goes on: " + std::string(what));
  } catch (...) {
    // No memory for the line either.
  }
}

}  // namespace supervisor
