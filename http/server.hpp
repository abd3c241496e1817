#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "http/settings.hpp"
#include "http/snapshot.hpp"
#include "http/supervisor_api.hpp"

namespace http {

// The HTTP side: one thread of its own, one Beast server. It reads snapshots from the snapshots and
// never touches the supervising loop but for what `SupervisorApi` names. Liveness is that its
// answer to a ping comes within 2 s.
class Server {
 public:
  // A line for the log (http_request at debug, those that ask for a
  // change at info, accept errors at warning). Called from the HTTP
  // thread.
  struct LogEntry {
    bool warning = false;
    std::string message{};
    std::string method{}, target{};  // of a request, without its query
    int status = 0;
    double duration_seconds = 0;
    // Of a request that asked for a change: who, and where from; the message says what and what
    // became of it. Empty: none such.
    std::string who{}, peer{};
  };
  using Log = std::function<void(const LogEntry&)>;

  // Binds and listens (so an address in use is known at once: throws std::runtime_error whose text
  // names address, port and reason), then serves from a thread that blocks all signals. The
  // snapshots must outlive the server.
  Server(const Settings& settings, const Bounds& bounds, const SnapshotStore& snapshots,
         SupervisorApi loop, Log log);
  // Closes every connection and joins the thread, within milliseconds.
  ~Server();

  std::uint16_t port() const;  // the one bound, where 0 was asked for

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace http
