#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "http/snapshot.hpp"
#include "supervisor/config/config.hpp"
#include "supervisor/ffmpeg/ffmpeg_command.hpp"
#include "supervisor/log/log.hpp"
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
    // The stream is final; called once, from the loop.
    std::function<void(int exit_code)> on_end;
  };

  // Everything in the context must outlive the driver.
  StreamDriver(boost::asio::any_io_executor executor, const StreamConfig& config,
               FfmpegCommand command, Context context);
  ~StreamDriver();

  void start();
  // The supervisor ends: stop, and end.
  void shut_down();
  void kill();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace supervisor
