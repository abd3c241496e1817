#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/supervisor_api.hpp"
#include "monitor/time.hpp"
#include "recovery/action.hpp"
#include "recovery/alert.hpp"
#include "recovery/alerts/settings.hpp"
#include "supervisor/thread/services.hpp"

namespace supervisor {

// Has the alerts of all streams delivered to every receiver, runs the alert command, and counts,
// logs and publishes each outcome. Used on the supervising loop only; never waits.
class AlertDispatcher {
 public:
  // `services` must outlive it. Throws std::runtime_error naming a URL that cannot be used. Without
  // receivers it does nothing.
  // `page`: the live page as others reach it; empty: no text links to it.
  AlertDispatcher(const recovery::alerts::Settings& settings, const Services& services,
                  std::string page = {});
  ~AlertDispatcher();

  // Other receivers from now on. What is on its way to the old ones is dropped; the new ones get
  // the alerts that are still open. Counts go on by receiver. Throws as the constructor does; then
  // nothing has changed.
  void reconfigure(const recovery::alerts::Settings& settings);

  // A marked test to every receiver, beside what waits for them. `answer` is called once: with what
  // each said, or 409 where there is none, or a test is under way.
  void test(std::function<void(http::Outcome)> answer);

  // Calls `done` once nothing is left to be delivered, at the latest after `limit`; from within
  // where that is so already. One call at a time; another replaces it.
  void drain(monitor::Duration limit, std::function<void()> done);

 private:
  friend class StreamAlert;
  struct State;
  std::shared_ptr<State> state_;
};

// The newest alert of one stream, and how far its delivery is.
//
// Alerted → firing → (delivered) → resolved → (delivered): nothing is left to deliver.
class StreamAlert {
 public:
  // Called on the loop, never from within a call of this object.
  struct Handlers {
    // The alert was delivered to at least one receiver; or to none, finally.
    std::function<void(bool delivered)> on_result;
    // Every receiver has what is to be delivered of it, or gave up: `unfinished` has changed.
    std::function<void()> on_all_delivered;
  };

  // `dispatcher` must outlive it.
  StreamAlert(AlertDispatcher& dispatcher, std::string stream, Handlers handlers);
  ~StreamAlert();
  StreamAlert(const StreamAlert&) = delete;
  StreamAlert& operator=(const StreamAlert&) = delete;

  // As an earlier life of the stream left it. What the receivers may not know is delivered.
  void adopt(std::optional<recovery::Alert> before);
  // What the core has decided at `wall`.
  void on(const std::vector<recovery::Notice>& notices, recovery::WallTime wall,
          const recovery::StreamServers& servers = {});

  // What must outlive the process: it fires, or its resolution is not delivered yet.
  std::optional<recovery::Alert> unfinished() const;

 private:
  friend class AlertDispatcher;
  void fire(recovery::Alert alert);
  void resolve(const recovery::AlertResolved& how, recovery::WallTime wall);
  void redeliver();
  void on_all_delivered();

  AlertDispatcher::State& dispatcher_;
  const std::string stream_;
  const Handlers handlers_;
  std::optional<recovery::Alert> alert_;
};

}  // namespace supervisor
