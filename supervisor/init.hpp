#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

namespace supervisor {

// The duties of the first process of a container, and the signals.
class Init {
 public:
  struct Handlers {
    std::function<void()> on_stop;        // the first of the stop signals
    std::function<void()> on_force_stop;  // each further one, from 100 ms after the first on
    std::function<void()> on_hangup;      // SIGHUP, which does nothing by itself; may be empty
  };

  // Becomes the subreaper (PR_SET_CHILD_SUBREAPER), so FFmpeg's orphans come here and not to a PID
  // 1 that may not reap; reaps every orphan as it ends, and only orphans: ChildProcess's own
  // children are left to their own handling. Stop signals are all that images, terminals and
  // service managers use: SIGTERM, SIGINT, SIGQUIT, SIGPWR, SIGRTMIN+3. What would end the program
  // and asks for nothing (SIGUSR1, SIGUSR2, SIGALRM, …) is dropped, SIGPIPE ignored. Other threads
  // must block all signals. A second SIGTERM within 100 ms is the same request: timeout(1) and
  // others signal the process and then its group. The executor's context must outlive the object. A
  // call-back may destroy it.
  Init(boost::asio::any_io_executor executor, Handlers handlers);
  ~Init();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// Notifies the service manager, where there is one (NOTIFY_SOCKET), e.g. "READY=1". Errors are
// ignored: it may be gone.
void notify_service_manager(const std::string& message);

}  // namespace supervisor
