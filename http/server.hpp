#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "http/settings.hpp"
#include "http/snapshot_store.hpp"
#include "http/supervisor_api.hpp"

namespace http {

// The HTTP server (Beast), on one thread of its own. It reads from the snapshot store and never
// touches the supervising loop except through SupervisorApi. Liveness: the loop answers a ping
// within 2 s.
class Server {
 public:
  // An entry for the log (http_request at debug, control requests at info, accept errors at
  // warning). Called from the HTTP thread.
  struct LogEntry {
    bool warning = false;
    std::string message{};
    std::string event{};             // of the server itself: "http_listen"; empty: of a request
    std::string method{}, target{};  // of a request, without its query
    int status = 0;
    double duration_seconds = 0;
    // Of a control request: the authenticated client and its address; the message has the request
    // and its result. Empty for any other request.
    std::string who{}, peer{};
  };
  using Log = std::function<void(const LogEntry&)>;

  // Binds and listens, then serves from a thread that blocks all signals. An address that cannot be
  // had is tried again each second, with a warning at once and each minute; where it is required
  // (Settings::required) the constructor throws std::runtime_error instead. The text has address,
  // port and reason. The snapshot store must outlive the server.
  Server(const Settings& settings, const Bounds& bounds, const SnapshotStore& snapshots,
         SupervisorApi api, Log log);
  // Closes every connection and joins the thread, within milliseconds.
  ~Server();

  // At most so many connections from now on. From any thread.
  void limit_connections(std::size_t connections);
  // Closes the half of the connections that has been idle the longest, then calls `done` on the
  // HTTP thread. From any thread.
  void yield_descriptors(std::function<void()> done);

  std::uint16_t port() const;  // the bound one, where 0 was configured; 0: none is bound yet

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace http
