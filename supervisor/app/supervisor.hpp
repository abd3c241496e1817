#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/server.hpp"
#include "http/snapshot_store.hpp"
#include "http/supervisor_api.hpp"
#include "supervisor/alerts/alert_dispatcher.hpp"
#include "supervisor/config/config.hpp"
#include "supervisor/exporters/metrics_pusher.hpp"
#include "supervisor/io/dependency_watch.hpp"
#include "supervisor/journal/journal.hpp"
#include "supervisor/log/log.hpp"
#include "supervisor/reload/reloader.hpp"
#include "supervisor/stream/streams.hpp"
#include "supervisor/thread/services.hpp"

namespace supervisor {

// The program: the supervising loop and everything that lives on it. HTTP has a thread of its own
// and sees only the snapshots; what can wait for a disk or a peer runs on the I/O thread, the
// log's, the journal's, or one made for the call.
class Supervisor {
 public:
  // Throws CommandError.
  Supervisor(Config config, const std::vector<int>& inherited, std::function<Config()> load);

  int run();

 private:
  void log_start();
  void log_listening();
  void stop(const char* why);
  void kill();
  void leave();
  monitor::Duration export_limit() const;

  // parts.cpp: what it is made of
  std::unique_ptr<Journal> open_journal();
  std::unique_ptr<AlertDispatcher> make_alert_dispatcher();
  std::unique_ptr<MetricsPusher> make_metrics_pusher();
  std::unique_ptr<DependencyWatch> watch_dependencies();
  Streams::Context streams_context();
  Reloader::Handlers reloader_handlers(std::function<Config()> load);
  void log_exception(const char* thread, std::string_view what);

  // requests.cpp: what HTTP asks of the loop
  std::unique_ptr<http::Server> serve();
  std::size_t connections_limit() const;
  http::Outcome control(const http::SupervisorApi::Target& target, http::Control what);
  void on_now_playing(monitor::NowPlaying report, bool is_trusted);

  // reconfiguring.cpp: from one configuration to the next
  static Secrets secrets_of(const std::deque<Config>& configs);
  void learn(const Config& config);
  std::vector<StreamParts> parts_of(const std::vector<StreamConfig>& streams) const;
  void log_warnings(const Config& config, const std::vector<StreamParts>& parts);
  void warn_of_few_descriptors();
  bool must_wait(const Config& next) const;
  void set_receivers(const recovery::alerts::Settings& settings);
  std::string apply(const Config& read);

  Config config_;  // the running one
  const std::vector<int> inherited_;
  // As read, the newest last; `secrets_` is made of theirs, too. Empty before the first reload.
  std::deque<Config> known_;
  Secrets secrets_;
  http::SnapshotStore snapshots_{0};
  Log log_;
  Loop loop_;
  IoThread io_thread_;
  IoThread relay_thread_;
  const Services services_;
  std::unique_ptr<Journal> journal_;  // null: nothing outlives the process
  std::unique_ptr<AlertDispatcher> alerts_;
  std::unique_ptr<MetricsPusher> exports_;
  Streams streams_;
  Reloader reloader_;
  std::unique_ptr<DependencyWatch> dependencies_;
  bool stopping_ = false;
  bool leaving_ = false;        // everything has ended; the last alerts and exports are sent
  monitor::Instant stop_by_{};  // when the grace of every stream is over
  std::atomic<unsigned> hooks_waiting_{0};
  bool has_logged_hook_ = false;          // … one that was of no stream
  std::unique_ptr<http::Server> server_;  // while it runs
};

}  // namespace supervisor
