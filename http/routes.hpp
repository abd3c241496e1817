#pragma once

#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "http/auth/authenticator.hpp"
#include "http/auth/host_check.hpp"
#include "http/azuracast_endpoint.hpp"
#include "http/events/hub.hpp"
#include "http/liveness.hpp"
#include "http/metrics/metrics.hpp"
#include "http/pending_calls.hpp"
#include "http/refusal_log.hpp"
#include "http/reply.hpp"
#include "http/request_path.hpp"
#include "http/settings.hpp"
#include "http/snapshot_store.hpp"
#include "http/supervisor_api.hpp"

namespace http {

// What is decided on the head of a request alone, before its body is asked for.
struct Admission {
  std::string who = "nobody";  // "token", "user NAME"
  bool is_known = false;       // it brought credentials, and they are right
  std::optional<Reply> refusal = std::nullopt;
};

// Path and method → answer. For one thread.
class Routes {
 public:
  // What the answers come from. All of it outlives the routes.
  struct Backends {
    const SnapshotStore& snapshots;
    std::shared_ptr<Liveness> liveness;
    EventHub& events;
    PendingCalls& pending_calls;
  };
  Routes(const Settings& settings, SupervisorApi api, Backends backends);

  // Whether the request is for this server and may be answered. Waits for the check of a password.
  boost::asio::awaitable<Admission> admit(const Request& head);

  // Of an admitted request. Waits for the supervising loop where the route needs it, at most 2 s
  // (reload: 10 s).
  boost::asio::awaitable<Reply> answer(const Request& request);

  // Whether Prometheus or a health check reads this path: answered whatever others do, and under
  // any name of this server.
  bool is_watched(std::string_view path) const;

  // Of a request's body.
  static std::size_t body_limit(std::string_view path, const Bounds& bounds);
  // A request that was refused before it was whole; the line for the log, empty where
  // none is due.
  std::string note_refusal(std::string_view path, unsigned status, std::string_view message);

 private:
  boost::asio::awaitable<Admission> admit_to(const Request& head);
  boost::asio::awaitable<Admission> admit_control(const Request& head,
                                                  const ControlRequest& wanted);
  boost::asio::awaitable<Reply> control(const Request& request, const ControlRequest& wanted);
  boost::asio::awaitable<Outcome> execute(const ControlRequest& wanted);
  void log_refusal(Reply& refusal, const std::string& who, const std::string& what);
  Reply answer_from_snapshots(const Request& request, const ClockReading& now);

  const std::string metrics_path_;
  const Protect protect_;
  const HostCheck host_check_;
  SupervisorApi api_;
  Backends backends_;
  Authenticator authenticator_;
  MetricsPage metrics_;
  RefusalLog refusals_;
  AzuracastEndpoint azuracast_;
};

}  // namespace http
