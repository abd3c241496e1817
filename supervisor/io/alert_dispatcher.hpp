#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "http/snapshot.hpp"
#include "recovery/alert.hpp"
#include "recovery/alerts/notifier.hpp"
#include "supervisor/config/config.hpp"
#include "supervisor/io/alert_command.hpp"
#include "supervisor/thread/io_thread.hpp"
#include "supervisor/log/log.hpp"
#include "supervisor/secrets/secrets.hpp"

namespace supervisor {

// The supervising loop's side of alerts: hands them to the notifier, which lives on the I/O thread,
// runs the alert command on the loop, and counts, logs and publishes what became of each. Used from
// the loop only; nothing here waits.
class AlertDispatcher {
 public:
  struct Context {
    boost::asio::any_io_executor loop;
    IoThread& io_thread;
    Log& log;
    const Secrets& secrets;
    http::SnapshotStore& snapshots;
    // Somebody was told that `stream` has escalated, or it was given up.
    std::function<void(const std::string& stream, bool delivered)> on_alert_result;
    // Everybody was told of everything there was to tell.
    std::function<void()> on_all_delivered;
  };

  // Everything in the context must outlive it. Throws std::runtime_error naming a URL that cannot
  // be used. Without receivers it does nothing.
  AlertDispatcher(const recovery::alerts::Settings& settings, Context context);
  ~AlertDispatcher();

  // Other receivers from now on. What is on its way to the old ones is dropped: whoever holds
  // alerts that are not over for everybody adopts or fires them again. Counts go on by receiver.
  // Throws as the constructor does; then nothing has changed.
  void reconfigure(const recovery::alerts::Settings& settings);

  void fire(const recovery::Alert& alert);
  void resolve(const recovery::Alert& alert);
  void adopt(const recovery::Alert& alert);

  // Calls `done` from the loop once everybody was told, at the latest after `limit`.
  void drain(monitor::Duration limit, std::function<void()> done);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace supervisor
