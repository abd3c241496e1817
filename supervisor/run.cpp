#include "supervisor/run.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "http/server.hpp"
#include "http/snapshot.hpp"
#include "recovery/exit_code.hpp"
#include "supervisor/ffmpeg/ffmpeg_command.hpp"
#include "supervisor/init.hpp"
#include "supervisor/log/log.hpp"
#include "supervisor/secrets/secrets.hpp"
#include "supervisor/stream_driver.hpp"

namespace supervisor {

namespace {

// The supervising loop with all it is made of. One thread; HTTP has its own and sees only the
// board.
class Supervisor {
 public:
  Supervisor(const Config& config, const std::vector<int>& inherited)
      : config_(config),
        commands_(understand(config)),
        secrets_(learn(config)),
        log_(config.log, secrets_),
        board_(config.streams.size()),
        running_(config.streams.size()) {
    for (std::size_t i = 0; i < config.streams.size(); ++i) add_stream(i, inherited);
  }

  int run();

 private:
  static std::vector<FfmpegCommand> understand(const Config& config) {
    std::vector<FfmpegCommand> commands;
    for (const StreamConfig& stream : config.streams) commands.emplace_back(stream.command);
    return commands;
  }
  static Secrets learn(const Config& config) {
    Secrets secrets;
    for (const StreamConfig& stream : config.streams) secrets.learn(stream.command);
    for (const char* name :
         {"FFSUPERVISOR_TOKEN", "AZURACAST_API_KEY", "AZURACAST_WEBHOOK_PASSWORD"}) {
      if (const char* value = std::getenv(name)) secrets.learn(std::string_view(value));
    }
    return secrets;
  }

  void add_stream(std::size_t index, const std::vector<int>& inherited);
  std::unique_ptr<http::Server> serve();
  void say_start(std::uint16_t port);
  void stop(const char* why);
  void kill();
  void refuse_reload();
  void on_end(std::size_t index, int exit_code);

  const Config& config_;
  std::vector<FfmpegCommand> commands_;
  Secrets secrets_;
  Log log_;
  http::Board board_;
  boost::asio::io_context loop_{1};
  std::vector<std::unique_ptr<StreamDriver>> streams_;
  std::size_t running_;
  int exit_code_ = 0;
  bool stopping_ = false;
};

void Supervisor::add_stream(std::size_t index, const std::vector<int>& inherited) {
  streams_.push_back(std::make_unique<StreamDriver>(
      loop_.get_executor(), config_.streams[index], commands_[index],
      StreamDriver::Context{.log = log_,
                            .secrets = secrets_,
                            .board = board_,
                            .index = index,
                            .inherited = inherited,
                            .max_incidents = config_.journal_max_incidents,
                            .on_end = [this, index](int code) { on_end(index, code); }}));
}

std::unique_ptr<http::Server> Supervisor::serve() {
  const auto ping = [this](std::function<void()> answer) {
    boost::asio::post(loop_, std::move(answer));
  };
  const auto log = [this](const http::Server::LogEntry& entry) {
    const LogLevel level = entry.warning ? LogLevel::warning : LogLevel::debug;
    if (!log_.enabled(level)) return;
    log_.write(level, "http_request", {}, entry.message,
               {{"method", std::string_view(entry.method)},
                {"target", std::string_view(entry.target)},
                {"status", std::int64_t{entry.status}},
                {"duration_seconds", entry.duration_seconds}});
  };
  try {
    return std::make_unique<http::Server>(config_.http, http::Bounds{}, board_, ping, log);
  } catch (const std::runtime_error& error) {
    throw ConfigError(error.what());
  }
}

void Supervisor::say_start(std::uint16_t port) {
  log_.write(LogLevel::info, "supervisor_started", {}, "ffsupervisor " FFSUPERVISOR_VERSION,
             {{"version", std::string_view(FFSUPERVISOR_VERSION)},
              {"address", std::string_view(config_.http.address)},
              {"port", std::int64_t{port}},
              {"streams", static_cast<std::int64_t>(streams_.size())}});
  for (const std::string& warning : config_.warnings) {
    log_.write(LogLevel::warning, "config_loaded", {}, warning);
  }
  for (std::size_t i = 0; i < commands_.size(); ++i) {
    for (const std::string& warning : commands_[i].warnings()) {
      log_.write(LogLevel::warning, "config_loaded", config_.streams[i].name, warning);
    }
  }
}

void Supervisor::stop(const char* why) {
  stopping_ = true;
  log_.write(LogLevel::info, "supervisor_stopping", {}, why);
  notify_service_manager("STOPPING=1");
  for (const auto& stream : streams_) stream->shut_down();
}

void Supervisor::kill() {
  for (const auto& stream : streams_) stream->kill();
}

void Supervisor::refuse_reload() {
  log_.write(LogLevel::warning, "config_loaded", {},
             "SIGHUP: reloading is not available in this version");
}

void Supervisor::on_end(std::size_t index, int exit_code) {
  if (exit_code_ == 0) exit_code_ = exit_code;
  if (--running_ == 0) {
    loop_.stop();
    return;
  }
  const bool gave_up =
      config_.streams[index].recovery.on_exhausted == recovery::OnExhausted::exit &&
      exit_code == recovery::exit_code::gave_up;
  if (!gave_up || stopping_) return;
  // Not from within a stream's own step.
  boost::asio::post(loop_, [this] { stop("A stream gave up, and on_exhausted is exit"); });
}

int Supervisor::run() {
  const std::unique_ptr<http::Server> server = serve();
  const Init init(loop_.get_executor(), {.on_stop = [this] { stop("Asked to stop"); },
                                         .on_force_stop = [this] { kill(); },
                                         .on_hangup = [this] { refuse_reload(); }});
  say_start(server->port());
  for (const auto& stream : streams_) stream->start();
  notify_service_manager("READY=1");
  loop_.run();
  return exit_code_;
}

}  // namespace

int run_supervisor(const Config& config, const std::vector<int>& inherited) {
  return Supervisor(config, inherited).run();
}

}  // namespace supervisor
