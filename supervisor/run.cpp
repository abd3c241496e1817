#include "supervisor/run.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <unistd.h>

#include "http/server.hpp"
#include "http/snapshot.hpp"
#include "recovery/exit_code.hpp"
#include "supervisor/config/config_secrets.hpp"
#include "supervisor/init.hpp"
#include "supervisor/journal/journal.hpp"
#include "supervisor/log/log.hpp"
#include "supervisor/log/request_log.hpp"
#include "supervisor/outside/alert_office.hpp"
#include "supervisor/outside/dependency_watch.hpp"
#include "supervisor/outside/outside.hpp"
#include "supervisor/secrets/secrets.hpp"
#include "supervisor/stream/stream_driver.hpp"

namespace supervisor {

namespace {

// For alerts on their way when everything has ended: of a supervisor that gives up, and of one that
// was asked to stop and must be gone within its grace.
constexpr auto last_word_limit = std::chrono::seconds(5);
constexpr auto stopped_word_limit = std::chrono::milliseconds(500);

// The supervising loop with all it is made of. One thread; HTTP has its own and sees only the
// board.
class Supervisor {
 public:
  Supervisor(const Config& config, const std::vector<int>& inherited)
      : config_(config),
        secrets_(learn(config)),
        board_(config.streams.size()),
        log_(config.log, secrets_, STDERR_FILENO, &board_.log),
        journal_(open_journal()),
        alerts_(make_alert_office()),
        running_(config.streams.size()) {
    for (std::size_t i = 0; i < config.streams.size(); ++i) add_stream(i, inherited);
  }

  int run();

 private:
  static Secrets learn(const Config& config) {
    Secrets secrets;
    learn_secrets(config, secrets);
    for (const char* name :
         {"FFSUPERVISOR_TOKEN", "AZURACAST_API_KEY", "AZURACAST_WEBHOOK_PASSWORD"}) {
      if (const char* value = std::getenv(name)) secrets.learn(std::string_view(value));
    }
    return secrets;
  }

  std::unique_ptr<Journal> open_journal();
  std::unique_ptr<AlertOffice> make_alert_office();
  void add_stream(std::size_t index, const std::vector<int>& inherited);
  std::unique_ptr<http::Server> serve();
  void say_start(std::uint16_t port);
  http::Outcome control(const std::string& name, http::Control what);
  void stop(const char* why);
  void kill();
  void refuse_reload();
  void on_end(std::size_t index, int exit_code);
  void leave();

  const Config& config_;
  Secrets secrets_;
  http::Board board_;
  Log log_;
  boost::asio::io_context loop_{1};
  Outside outside_;
  std::unique_ptr<Journal> journal_;  // null: nothing outlives the process
  std::unique_ptr<AlertOffice> alerts_;
  std::vector<std::unique_ptr<StreamDriver>> streams_;
  std::size_t running_;
  int exit_code_ = 0;
  bool stopping_ = false;
};

std::unique_ptr<Journal> Supervisor::open_journal() {
  if (config_.journal_path.empty()) return nullptr;
  return std::make_unique<Journal>(
      config_.journal_path, config_.journal_max_incidents,
      [this](const std::string& problem) { log_.write(LogLevel::error, "journal", {}, problem); });
}

std::unique_ptr<AlertOffice> Supervisor::make_alert_office() {
  AlertOffice::Context context{.loop = loop_.get_executor(),
                               .outside = outside_,
                               .log = log_,
                               .secrets = secrets_,
                               .board = board_,
                               .on_told =
                                   [this](const std::string& name, bool delivered) {
                                     for (std::size_t i = 0; i < streams_.size(); ++i) {
                                       if (config_.streams[i].name == name)
                                         streams_[i]->on_alert_told(delivered);
                                     }
                                   },
                               .on_all_told =
                                   [this] {
                                     for (const auto& stream : streams_)
                                       stream->on_everybody_told();
                                   }};
  try {
    return std::make_unique<AlertOffice>(config_.alerts, std::move(context));
  } catch (const std::runtime_error& error) {
    throw ConfigError(std::string("alerts: ") + error.what());
  }
}

void Supervisor::add_stream(std::size_t index, const std::vector<int>& inherited) {
  streams_.push_back(std::make_unique<StreamDriver>(
      loop_.get_executor(), config_.streams[index],
      StreamDriver::Context{.log = log_,
                            .secrets = secrets_,
                            .board = board_,
                            .index = index,
                            .inherited = inherited,
                            .max_incidents = config_.journal_max_incidents,
                            .outside = outside_,
                            .alerts = *alerts_,
                            .journal = journal_.get(),
                            .on_end = [this, index](int code) { on_end(index, code); }}));
}

std::unique_ptr<http::Server> Supervisor::serve() {
  http::Loop loop;
  loop.ping = [this](std::function<void()> answer) { boost::asio::post(loop_, std::move(answer)); };
  loop.control = [this](std::string name, http::Control what, auto answer) {
    boost::asio::post(loop_, [this, name = std::move(name), what, answer = std::move(answer)] {
      answer(control(name, what));
    });
  };
  const auto log = [this](const http::Server::LogEntry& entry) { log_request(log_, entry); };
  try {
    return std::make_unique<http::Server>(config_.http, http::Bounds{}, board_, std::move(loop),
                                          log);
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
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    for (const std::string& warning : streams_[i]->warnings()) {
      log_.write(LogLevel::warning, "config_loaded", config_.streams[i].name, warning);
    }
  }
}

http::Outcome Supervisor::control(const std::string& name, http::Control what) {
  if (stopping_) return {409, "ffsupervisor is stopping"};
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    if (config_.streams[i].name == name) return streams_[i]->control(what);
  }
  return {404, "there is no such stream"};
}

void Supervisor::stop(const char* why) {
  stopping_ = true;
  log_.write(LogLevel::info, "supervisor_stopping", {}, why);
  notify_service_manager("STOPPING=1");
  for (const auto& stream : streams_) stream->shut_down();
}

void Supervisor::kill() {
  if (running_ == 0) return loop_.stop();
  for (const auto& stream : streams_) stream->kill();
}

void Supervisor::refuse_reload() {
  log_.write(LogLevel::warning, "config_loaded", {},
             "SIGHUP: reloading is not available in this version");
}

void Supervisor::on_end(std::size_t index, int exit_code) {
  if (exit_code_ == 0) exit_code_ = exit_code;
  if (--running_ == 0) return leave();
  const bool gave_up =
      config_.streams[index].recovery.on_exhausted == recovery::OnExhausted::exit &&
      exit_code == recovery::exit_code::gave_up;
  if (!gave_up || stopping_) return;
  // Not from within a stream's own step.
  boost::asio::post(loop_, [this] { stop("A stream gave up, and on_exhausted is exit"); });
}

// People who have not been told yet are given a moment: nobody is there to tell them later. A
// second signal does not wait for them.
void Supervisor::leave() {
  const bool by_itself = exit_code_ != 0 && !stopping_;
  alerts_->drain(by_itself ? last_word_limit : stopped_word_limit, [this] { loop_.stop(); });
}

int Supervisor::run() {
  const std::unique_ptr<http::Server> server = serve();
  const Init init(loop_.get_executor(), {.on_stop = [this] { stop("Asked to stop"); },
                                         .on_force_stop = [this] { kill(); },
                                         .on_hangup = [this] { refuse_reload(); }});
  say_start(server->port());
  for (const auto& stream : streams_) stream->start();
  const DependencyWatch dependencies(config_, {.loop = loop_.get_executor(),
                                               .outside = outside_,
                                               .log = log_,
                                               .secrets = secrets_,
                                               .board = board_});
  notify_service_manager("READY=1");
  loop_.run();
  return exit_code_;
}

}  // namespace

int run_supervisor(const Config& config, const std::vector<int>& inherited) {
  return Supervisor(config, inherited).run();
}

}  // namespace supervisor
