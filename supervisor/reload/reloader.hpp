#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/supervisor_api.hpp"
#include "recovery/wall_time.hpp"
#include "supervisor/config/config.hpp"
#include "supervisor/thread/services.hpp"

namespace supervisor {

// Reads the configuration again on request, one reading at a time, and reports the outcome to every
// requester, to the log, the snapshots and the service manager. Requests during a reading are
// answered by one more: the file may have changed meanwhile. Used on the supervising loop only; the
// reading itself happens on a thread of its own, since disks can hang.
class Reloader {
 public:
  using Answer = std::function<void(http::Outcome)>;

  struct Handlers {
    // The configuration as it is now; throws ConfigError. Called on a thread of its own, perhaps
    // after the end of this object: it must own what it uses. Empty: there is no file to read.
    std::function<Config()> load;
    // Whether it cannot be applied yet; see `try_again`.
    std::function<bool(const Config&)> must_wait;
    // Makes it the running one and returns what has changed. Throws, before it has changed
    // anything, the reason for which it is refused.
    std::function<std::string(const Config&)> apply;
    // A reading that takes longer is refused: the file system may hang.
    std::chrono::milliseconds limit = std::chrono::seconds(20);
  };

  // `services` must outlive it. The configuration the program runs with counts as the first one
  // that was read.
  Reloader(const Services& services, Handlers handlers);
  ~Reloader();

  // `answer` may be empty.
  void request(Answer answer);
  // What had to be waited for may be over.
  void try_again();
  // The supervisor stops: every request, present and later, is refused.
  void close();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace supervisor
