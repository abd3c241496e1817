#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "http/snapshot.hpp"
#include "http/supervisor_api.hpp"
#include "supervisor/config/config.hpp"
#include "supervisor/thread/io_thread.hpp"
#include "supervisor/log/log.hpp"
#include "supervisor/secrets/secrets.hpp"

namespace supervisor {

// Reads the configuration anew when it is asked to, one reading at a time, and says what came of it
// to everyone who asked, the log, the snapshots and the service manager. What is asked during a
// reading is answered by one more: the file may have changed meanwhile. Used from the supervising
// loop only; the reading itself happens on the I/O thread, since disks can hang.
class Reloader {
 public:
  using Answer = std::function<void(http::Outcome)>;

  struct Context {
    boost::asio::any_io_executor loop;
    IoThread& io_thread;
    Log& log;
    const Secrets& secrets;
    http::SnapshotStore& snapshots;
    // The configuration as it is now; throws ConfigError. Called on the I/O thread. Empty:
    // there is no file, so nothing can be read anew.
    std::function<Config()> load;
    // Whether it cannot be applied yet, for a while; see `try_again`.
    std::function<bool(const Config&)> must_wait;
    // Makes it the running one and says what has changed. Throws, before it has changed anything,
    // what a person should know of why not.
    std::function<std::string(const Config&)> apply;
  };

  // Everything in the context must outlive it. The configuration the program runs with counts as
  // the first one that was read.
  explicit Reloader(Context context);

  // `answer` may be empty.
  void request(Answer answer);
  // What had to be waited for may be over.
  void try_again();
  // The supervisor stops: whatever is asked, now and later, is refused.
  void close();

 private:
  struct Reading {  // what came of it: one or the other
    std::optional<Config> config;
    std::string problem;
  };

  void begin();
  void on_read(Reading reading);
  void apply(const Config& config);
  void succeed(const std::string& what);
  void fail(const std::string& problem);
  void finish(const http::Outcome& outcome);

  Context context_;
  std::vector<Answer> asking_;   // for the next reading
  std::vector<Answer> waiting_;  // for the present one
  bool asked_ = false;           // for one more
  bool reads_ = false;
  bool closed_ = false;
  std::optional<Config> held_;  // read, and must wait
  std::shared_ptr<bool> lives_ = std::make_shared<bool>(true);
  recovery::WallTime succeeded_at_;
};

}  // namespace supervisor
