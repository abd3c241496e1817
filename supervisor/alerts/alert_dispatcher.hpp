#pragma once

#include <functional>
#include <memory>
#include <string>

#include "monitor/time.hpp"
#include "recovery/alert.hpp"
#include "recovery/alerts/settings.hpp"
#include "supervisor/thread/services.hpp"

namespace supervisor {

// The streams' way to alerting: has their alerts delivered by the notifier, runs the alert command,
// and counts, logs and publishes each outcome. Used on the supervising loop only; never waits.
class AlertDispatcher {
 public:
  // Called on the loop, never from within a call of this object.
  struct Handlers {
    // The escalation of `stream` was delivered to at least one receiver; or to none, finally.
    std::function<void(const std::string& stream, bool delivered)> on_alert_result;
    // Nothing is left to be delivered.
    std::function<void()> on_all_delivered;
  };

  // `services` must outlive it. Throws std::runtime_error naming a URL that cannot be used. Without
  // receivers it does nothing.
  AlertDispatcher(const recovery::alerts::Settings& settings, const Services& services,
                  Handlers handlers);
  ~AlertDispatcher();

  // Other receivers from now on. What is on its way to the old ones is dropped: the streams adopt
  // or fire again the alerts that are still open. Counts go on by receiver. Throws as the
  // constructor does; then nothing has changed.
  void reconfigure(const recovery::alerts::Settings& settings);

  void fire(const recovery::Alert& alert);
  void resolve(const recovery::Alert& alert);
  void adopt(const recovery::Alert& alert);

  // Calls `done` once nothing is left to be delivered, at the latest after `limit`; from within
  // where that is so already. One call at a time; another replaces it.
  void drain(monitor::Duration limit, std::function<void()> done);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace supervisor
