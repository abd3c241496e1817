#include "supervisor/run.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <deque>
#include <functional>
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
#include "supervisor/outside/export_office.hpp"
#include "supervisor/outside/outside.hpp"
#include "supervisor/reload/config_changes.hpp"
#include "supervisor/reload/reloader.hpp"
#include "supervisor/secrets/secrets.hpp"
#include "supervisor/stream/streams.hpp"
#include "supervisor/watchdog.hpp"

namespace supervisor {

namespace {

// For alerts on their way when everything has ended: of a supervisor that gives up, and of one that
// was asked to stop and must be gone within its grace.
constexpr auto last_word_limit = std::chrono::seconds(5);
constexpr auto stopped_word_limit = std::chrono::milliseconds(500);
constexpr auto last_export_limit = std::chrono::seconds(2);  // … of what the grace has left
// Configurations whose secrets are kept out of the log: what is being stopped may still name those
// of an earlier one.
constexpr std::size_t known_limit = 16;

// The supervising loop with all it is made of. One thread; HTTP has its own and sees only the
// board.
class Supervisor {
 public:
  // Throws CommandError.
  Supervisor(const Config& config, const std::vector<int>& inherited, std::function<Config()> load)
      : config_(config),
        inherited_(inherited),
        secrets_(secrets_of({config})),
        log_(config.log, secrets_, STDERR_FILENO, &board_.log),
        journal_(open_journal()),
        alerts_(make_alert_office()),
        exports_(make_export_office()),
        streams_(streams_context()),
        reloader_(reloader_context(std::move(load))) {
    known_.push_back(config);
  }

  int run();

 private:
  static Secrets secrets_of(const std::deque<Config>& configs);
  void learn(const Config& config);

  std::unique_ptr<Journal> open_journal();
  std::unique_ptr<AlertOffice> make_alert_office();
  std::unique_ptr<ExportOffice> make_export_office();
  Streams::Context streams_context();
  Reloader::Context reloader_context(std::function<Config()> load);
  std::vector<StreamParts> parts_of(const std::vector<StreamConfig>& streams) const;
  std::unique_ptr<http::Server> serve();
  std::unique_ptr<DependencyWatch> watch_dependencies();
  void hear(monitor::NowPlaying report);
  void say_start(std::uint16_t port);
  http::Outcome control(const std::string& name, http::Control what);
  void say_warnings(const Config& config, const std::vector<StreamParts>& parts);
  void stop(const char* why);
  void kill();
  bool must_wait(const Config& next) const;
  void set_receivers(const recovery::alerts::Settings& settings);
  std::string apply(const Config& read);
  void leave();
  monitor::Duration export_limit() const;

  Config config_;  // the running one
  const std::vector<int> inherited_;
  std::deque<Config> known_;  // the newest last; of whose secrets `secrets_` is made
  Secrets secrets_;
  http::Board board_{0};
  Log log_;
  boost::asio::io_context loop_{1};
  Outside outside_;
  std::unique_ptr<Journal> journal_;  // null: nothing outlives the process
  std::unique_ptr<AlertOffice> alerts_;
  std::unique_ptr<ExportOffice> exports_;
  Streams streams_;
  Reloader reloader_;
  std::unique_ptr<DependencyWatch> dependencies_;
  bool stopping_ = false;
  monitor::Instant stop_by_{};  // when the grace of every stream is over
  std::atomic<unsigned> hooks_waiting_{0};
  bool told_of_hook_ = false;  // that one was of no stream
};

Secrets Supervisor::secrets_of(const std::deque<Config>& configs) {
  Secrets secrets;
  for (const Config& config : configs) learn_secrets(config, secrets);
  for (const char* name :
       {"FFSUPERVISOR_TOKEN", "AZURACAST_API_KEY", "AZURACAST_WEBHOOK_PASSWORD"}) {
    if (const char* value = std::getenv(name)) secrets.learn(std::string_view(value));
  }
  return secrets;
}

// Before anything of it can be logged.
void Supervisor::learn(const Config& config) {
  if (compare(known_.back(), config).empty()) return;
  known_.push_back(config);
  if (known_.size() > known_limit) known_.pop_front();
  std::deque<Config> all = known_;
  all.push_back(config_);
  secrets_ = secrets_of(all);
  log_.reconfigure(config_.log, secrets_);
}

std::unique_ptr<Journal> Supervisor::open_journal() {
  if (config_.journal_path.empty()) return nullptr;
  return std::make_unique<Journal>(
      config_.journal_path, config_.journal_max_incidents,
      [this](const std::string& problem) { log_.write(LogLevel::error, "journal", {}, problem); });
}

std::unique_ptr<AlertOffice> Supervisor::make_alert_office() {
  AlertOffice::Context context{
      .loop = loop_.get_executor(),
      .outside = outside_,
      .log = log_,
      .secrets = secrets_,
      .board = board_,
      .on_told =
          [this](const std::string& name, bool delivered) {
            if (StreamDriver* stream = streams_.find(name)) stream->on_alert_told(delivered);
          },
      .on_all_told =
          [this] { streams_.for_each([](StreamDriver& stream) { stream.on_everybody_told(); }); }};
  try {
    return std::make_unique<AlertOffice>(config_.alerts, std::move(context));
  } catch (const std::runtime_error& error) {
    throw ConfigError(std::string("alerts: ") + error.what());
  }
}

std::unique_ptr<ExportOffice> Supervisor::make_export_office() {
  try {
    return std::make_unique<ExportOffice>(config_.exporters,
                                          ExportOffice::Context{.loop = loop_.get_executor(),
                                                                .outside = outside_,
                                                                .log = log_,
                                                                .secrets = secrets_,
                                                                .board = board_});
  } catch (const std::runtime_error& error) {
    throw ConfigError(std::string("exporters: ") + error.what());
  }
}

Streams::Context Supervisor::streams_context() {
  // What ends a stream comes from within its own step: what it leaves behind is published after it.
  const auto later = [this](auto what) { boost::asio::post(loop_, what); };
  return {.executor = loop_.get_executor(),
          .log = log_,
          .secrets = secrets_,
          .board = board_,
          .max_incidents = config_.journal_max_incidents,
          .outside = outside_,
          .alerts = *alerts_,
          .journal = journal_.get(),
          .on_all_ended =
              [this, later] {
                later([this] {
                  if (streams_.all_ended()) leave();
                });
              },
          .on_gave_up =
              [this, later] {
                if (stopping_) return;
                later([this] { stop("A stream gave up, and on_exhausted is exit"); });
              },
          .on_gone = [this] { reloader_.try_again(); }};
}

Reloader::Context Supervisor::reloader_context(std::function<Config()> load) {
  return {.loop = loop_.get_executor(),
          .outside = outside_,
          .log = log_,
          .secrets = secrets_,
          .board = board_,
          .load = std::move(load),
          .must_wait = [this](const Config& next) { return must_wait(next); },
          .apply = [this](const Config& next) { return apply(next); }};
}

std::vector<StreamParts> Supervisor::parts_of(const std::vector<StreamConfig>& streams) const {
  std::vector<StreamParts> parts;
  for (const StreamConfig& stream : streams) {
    parts.push_back(make_stream_parts(stream, inherited_, secrets_));
  }
  return parts;
}

// From the HTTP thread. What a loop that hangs cannot take is dropped: AzuraCast is asked, too.
void Supervisor::hear(monitor::NowPlaying report) {
  constexpr unsigned waiting_limit = 256;  // reports of some KB
  if (hooks_waiting_.fetch_add(1) >= waiting_limit) {
    hooks_waiting_.fetch_sub(1);
    return;
  }
  boost::asio::post(loop_, [this, report = std::move(report)] {
    hooks_waiting_.fetch_sub(1);
    bool is_of_one = false;
    const bool is_only = streams_.size() == 1;
    streams_.for_each(
        [&](StreamDriver& stream) { is_of_one = stream.hear(report, is_only) || is_of_one; });
    if (is_of_one || std::exchange(told_of_hook_, true)) return;
    log_.write(LogLevel::warning, "azuracast_hook_ignored", {},
               "A web hook of AzuraCast is of a station that no stream names as its source",
               {{"station", std::string_view(report.station)}});
  });
}

std::unique_ptr<http::Server> Supervisor::serve() {
  http::Loop loop;
  loop.ping = [this](std::function<void()> answer) { boost::asio::post(loop_, std::move(answer)); };
  loop.control = [this](std::string name, http::Control what, auto answer) {
    boost::asio::post(loop_, [this, name = std::move(name), what, answer = std::move(answer)] {
      answer(control(name, what));
    });
  };
  loop.reload = [this](Reloader::Answer answer) {
    boost::asio::post(loop_, [this, answer = std::move(answer)] { reloader_.request(answer); });
  };
  loop.hear = [this](monitor::NowPlaying report) { hear(std::move(report)); };
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
}

void Supervisor::say_warnings(const Config& config, const std::vector<StreamParts>& parts) {
  for (const std::string& warning : config.warnings) {
    log_.write(LogLevel::warning, "config_loaded", {}, warning);
  }
  for (const StreamParts& stream : parts) {
    for (const std::string& warning : stream.warnings()) {
      log_.write(LogLevel::warning, "config_loaded", stream.config.name, warning);
    }
  }
}

http::Outcome Supervisor::control(const std::string& name, http::Control what) {
  if (stopping_) return {409, "ffsupervisor is stopping"};
  if (StreamDriver* stream = streams_.find(name)) return stream->control(what);
  return {404, "there is no such stream"};
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
  if (changes.alerts) streams_.for_each([](StreamDriver& stream) { stream.tell_again(); });
  say_warnings(config_, parts);
  streams_.change(changes, std::move(parts), config_);
  if (changes.dependencies) dependencies_ = watch_dependencies();
  return describe(changes);
}

// People who have not been told yet are given a moment, and so are those who are handed the last
// state of the metrics: nobody is there to tell them later. A second signal does not wait for them.
void Supervisor::leave() {
  const bool by_itself = streams_.exit_code() != 0 && !stopping_;
  const auto waited_for = std::make_shared<int>(2);
  const auto done = [this, waited_for] {
    if (--*waited_for == 0) loop_.stop();
  };
  alerts_->drain(by_itself ? last_word_limit : stopped_word_limit, done);
  exports_->finish(export_limit(), done);
}

monitor::Duration Supervisor::export_limit() const {
  if (!stopping_) return last_word_limit;
  return std::clamp<monitor::Duration>(stop_by_ - std::chrono::steady_clock::now(),
                                       stopped_word_limit, last_export_limit);
}

std::unique_ptr<DependencyWatch> Supervisor::watch_dependencies() {
  return std::make_unique<DependencyWatch>(config_,
                                           DependencyWatch::Context{.loop = loop_.get_executor(),
                                                                    .outside = outside_,
                                                                    .log = log_,
                                                                    .secrets = secrets_,
                                                                    .board = board_},
                                           dependencies_.get());
}

int Supervisor::run() {
  std::vector<StreamParts> parts = parts_of(config_.streams);
  streams_.add(parts);
  const std::unique_ptr<http::Server> server = serve();
  const Init init(loop_.get_executor(), {.on_stop = [this] { stop("Asked to stop"); },
                                         .on_force_stop = [this] { kill(); },
                                         .on_hangup = [this] { reloader_.request({}); }});
  say_start(server->port());
  say_warnings(config_, parts);
  streams_.start();
  dependencies_ = watch_dependencies();
  exports_->start();
  notify_service_manager("READY=1");
  const Watchdog watchdog(loop_.get_executor());
  loop_.run();
  return streams_.exit_code();
}

}  // namespace

int run_supervisor(const Config& config, const std::vector<int>& inherited,
                   std::function<Config()> load) {
  return Supervisor(config, inherited, std::move(load)).run();
}

}  // namespace supervisor
