#include "supervisor/app/supervisor.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include <unistd.h>

#include "http/listener.hpp"
#include "supervisor/app/loop_tick.hpp"
#include "supervisor/child/guard.hpp"
#include "supervisor/init.hpp"
#include "supervisor/watchdog.hpp"

namespace supervisor {

namespace {

// For alerts under way when everything has ended: of a supervisor that gives up, and of one that
// was asked to stop and must be gone within its grace.
constexpr auto final_alerts_limit = std::chrono::seconds(5);
constexpr auto stopped_alerts_limit = std::chrono::milliseconds(500);
constexpr auto final_export_limit = std::chrono::seconds(2);  // … of what the grace has left

}  // namespace

Supervisor::Supervisor(Config config, const std::vector<int>& inherited,
                       std::function<Config()> load)
    : config_(std::move(config)),
      inherited_(inherited),
      secrets_(secrets_of({config_})),
      log_(config_.log, secrets_, STDERR_FILENO, &snapshots_.log),
      loop_([this](std::string_view what) { log_exception("supervising loop", what); }),
      io_thread_([this](std::string_view what) { log_exception("I/O thread", what); }),
      relay_thread_([this](std::string_view what) { log_exception("relay thread", what); },
                    "relay thread"),
      services_{loop_.thread(), io_thread_, relay_thread_, log_, secrets_, snapshots_},
      journal_(open_journal()),
      alerts_(make_alert_dispatcher()),
      exports_(make_metrics_pusher()),
      streams_(streams_context()),
      reloader_(services_, reloader_handlers(std::move(load))) {
}

int Supervisor::run() {
  std::vector<StreamParts> parts = parts_of(config_.streams);
  streams_.add(parts);
  // First: a stop that is asked for meanwhile is carried out as soon as the loop runs.
  const Init init(loop_.executor(), {.on_stop = [this] { stop("Asked to stop"); },
                                     .on_force_stop = [this] { kill(); },
                                     .on_hangup = [this] { reloader_.request({}); }});
  // A port that is required may refuse the start, and one that the kernel chooses is told first.
  // Else nothing of HTTP comes before the launch of the streams.
  if (config_.http.required || config_.http.port == 0) server_ = serve();
  log_.hold();
  log_start();
  log_warnings(config_, parts);
  warn_of_few_descriptors();
  parts = {};  // each stream has its own
  streams_.start();
  if (!server_) server_ = serve();
  log_listening();
  log_.release();
  dependencies_ = watch_dependencies();
  exports_->start();
  notify_service_manager("READY=1");
  const Watchdog watchdog(loop_.executor());
  const LoopTick loop_tick(services_);
  loop_.run();
  // These end beside what is destroyed here.
  io_thread_.stop();
  release_guard();
  return streams_.exit_code();
}

void Supervisor::log_start() {
  const std::uint16_t port = server_ && server_->port() != 0 ? server_->port() : config_.http.port;
  log_.write(LogLevel::info, "supervisor_started", {}, "ffsupervisor " FFSUPERVISOR_VERSION,
             {{"version", std::string_view(FFSUPERVISOR_VERSION)},
              {"address", std::string_view(config_.http.address)},
              {"port", std::int64_t{port}},
              {"streams", static_cast<std::int64_t>(streams_.size())}});
}

void Supervisor::log_listening() {
  if (server_->port() == 0) return;  // why is told already
  log_.write(LogLevel::info, "http_listen", {},
             http::where_to_look(config_.http, server_->port()) + " (" +
                 http::who_may(config_.http) + ')');
}

void Supervisor::stop(const char* why) {
  stopping_ = true;
  stop_by_ = std::chrono::steady_clock::now();
  for (const StreamConfig& stream : config_.streams) {
    stop_by_ = std::max(stop_by_, std::chrono::steady_clock::now() + stream.recovery.stop_grace);
  }
  log_.write(LogLevel::info, "supervisor_stopping", {}, why);
  notify_service_manager("STOPPING=1");
  reloader_.close();
  streams_.shut_down();
}

void Supervisor::kill() {
  if (streams_.all_ended()) return loop_.stop();
  streams_.kill();
}

// Alerts that are not delivered yet are given a moment, and so is the last state of the metrics:
// no later run sends them. A second signal does not wait for that. A reload from here on would
// launch FFmpeg only for the end of the program to kill it: it is refused.
void Supervisor::leave() {
  if (std::exchange(leaving_, true)) return;
  reloader_.close();
  const bool by_itself = streams_.exit_code() != 0 && !stopping_;
  const auto waited_for = std::make_shared<int>(2);
  const auto done = [this, waited_for] {
    if (--*waited_for == 0) loop_.stop();
  };
  alerts_->drain(by_itself ? final_alerts_limit : stopped_alerts_limit, done);
  exports_->finish(export_limit(), done);
}

monitor::Duration Supervisor::export_limit() const {
  if (!stopping_) return final_alerts_limit;
  return std::clamp<monitor::Duration>(stop_by_ - std::chrono::steady_clock::now(),
                                       stopped_alerts_limit, final_export_limit);
}

}  // namespace supervisor
