#pragma once

#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "http/auth/gate.hpp"
#include "http/change.hpp"
#include "http/events/hub.hpp"
#include "http/liveness.hpp"
#include "http/metrics/metrics.hpp"
#include "http/pending_calls.hpp"
#include "http/reply.hpp"
#include "http/settings.hpp"
#include "http/snapshot.hpp"
#include "http/supervisor_api.hpp"

namespace http {

// Path and method → answer. For one thread.
class Routes {
 public:
  // What the answers are made from; all of it outlives the routes.
  struct Means {
    const SnapshotStore& snapshots;
    std::shared_ptr<Liveness> liveness;
    EventHub& events;
    PendingCalls& waits;
  };
  Routes(const Settings& settings, SupervisorApi loop, Means means);

  // Waits for the supervising loop where the route asks something of it, never longer than 2 s
  // (reload: 10 s), and for the check of a password.
  boost::asio::awaitable<Reply> answer(const Request& request);

 private:
  boost::asio::awaitable<Reply> admitted(const Request& request);
  boost::asio::awaitable<Reply> change(const Request& request, const Change& wanted);
  boost::asio::awaitable<Outcome> carry_out(const Change& wanted);
  bool may_note_refusal();
  Reply hear_azuracast_hook(const Request& request) const;
  Reply at_once(const Request& request, const ClockReading& now);

  const std::string metrics_path_;
  const Protect protect_;
  SupervisorApi loop_;
  Means means_;
  Gate gate_;
  MetricsPage metrics_;
  std::chrono::steady_clock::time_point refusals_second_{};
  unsigned refusals_noted_ = 0;  // in this second
  std::string azuracast_password_;
};

}  // namespace http
