#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

namespace supervisor {

// Runs the user's command (`alerts.command`) with an alert as JSON on its stdin, one run at a time.
// stdout and stderr both go to `on_output`: the program's own stdout is FFmpeg's. On the
// supervising loop's executor, with the conditions of ChildProcess; what the command leaves running
// in its process group is killed when it ends. Nothing blocks.
class AlertCommand {
 public:
  struct Limits {
    std::chrono::milliseconds timeout{30'000};  // then TERM
    std::chrono::milliseconds grace{2'000};     // then KILL
    std::size_t waiting = 16;                   // runs that wait for their turn
    std::size_t output_lines = 100;  // of one run; the rest is dropped and counted in the log
  };

  // A line the command wrote, without secrets masked.
  using OnOutput = std::function<void(std::string_view line)>;
  // Empty when the command ended with 0, else what went wrong; names the program, not its
  // arguments.
  using Done = std::function<void(std::string error)>;

  AlertCommand(boost::asio::any_io_executor executor, std::vector<std::string> argv,
               OnOutput on_output);
  AlertCommand(boost::asio::any_io_executor executor, std::vector<std::string> argv,
               OnOutput on_output, Limits limits);
  // Kills the run under way; `done` is not called for what has not ended.
  ~AlertCommand();

  // Calls `done` once, later or from within. Neither it nor `on_output` may destroy this object.
  void run(std::string json, Done done);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace supervisor
