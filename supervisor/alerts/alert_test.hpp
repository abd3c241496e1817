#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "http/supervisor_api.hpp"
#include "recovery/alerts/receiver.hpp"
#include "supervisor/alerts/alert_command.hpp"
#include "supervisor/thread/thread.hpp"

namespace supervisor {

// A marked test to each receiver, all at the same time, once: what each said. It is none of the
// alerts: not queued, not counted, not tried again. Used on the supervising loop.
class AlertTest : public std::enable_shared_from_this<AlertTest> {
 public:
  using Answers = std::vector<http::ReceiverAnswer>;
  using Done = std::function<void(Answers)>;

  // Calls `done` once, later, in the receivers' order: within the time-outs of a delivery and of
  // the command. `command` may be null where no receiver is one. Not called any more once the
  // returned object is destroyed.
  static std::shared_ptr<AlertTest> begin(const Thread& loop, const Thread& io_thread,
                                          std::vector<recovery::alerts::Receiver> receivers,
                                          std::shared_ptr<AlertCommand> command, Done done);

 private:
  AlertTest(const Thread& loop, std::shared_ptr<AlertCommand> command, std::size_t count,
            Done done);
  void post(const Thread& io_thread, const recovery::alerts::Receiver& receiver, std::size_t number,
            std::string body);
  void run(std::size_t number, std::string body);
  void take(std::size_t number, const std::string& error);

  const Thread loop_;
  const std::shared_ptr<AlertCommand> command_;  // as it was when the test began
  Answers answers_;
  std::size_t due_;
  Done done_;
};

}  // namespace supervisor
