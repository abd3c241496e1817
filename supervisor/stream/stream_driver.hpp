#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "http/loop.hpp"
#include "http/snapshot.hpp"
#include "supervisor/config/config.hpp"
#include "supervisor/journal/journal.hpp"
#include "supervisor/log/log.hpp"
#include "supervisor/outside/alert_office.hpp"
#include "supervisor/outside/outside.hpp"
#include "supervisor/secrets/secrets.hpp"

namespace supervisor {

// The loop of one stream: turns bytes, exits and time into events, performs the core's actions,
// tells the observers (ledger, log, board). It decides nothing. One `now` for each wake-up.
class StreamDriver {
 public:
  struct Context {
    Log& log;
    const Secrets& secrets;
    http::Board& board;
    std::size_t index;           // of the stream on the board
    std::vector<int> inherited;  // descriptors to pass on to the child
    std::size_t max_incidents;
    Outside& outside;
    AlertOffice& alerts;
    Journal* journal;  // null: nothing outlives the process
    // The stream is final; called once, from the loop.
    std::function<void(int exit_code)> on_end;
  };

  // Everything in the context must outlive the driver. Throws CommandError.
  StreamDriver(boost::asio::any_io_executor executor, const StreamConfig& config, Context context);
  ~StreamDriver();

  void start();
  // The supervisor ends: stop, and end.
  void shut_down();
  void kill();
  // Asked for by a person. 202: it has begun; 409: not in this state.
  http::Outcome control(http::Control what);
  // Somebody was told of its escalation, or nobody could be.
  void on_alert_told(bool delivered);
  // Everybody was told of everything there was to tell.
  void on_everybody_told();

  // What the user should know of the commands, once.
  std::vector<std::string> warnings() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace supervisor
