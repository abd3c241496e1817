#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "supervisor/child/child.hpp"
#include "supervisor/ffmpeg/ffmpeg_help.hpp"

namespace supervisor {

// Asks an FFmpeg about itself: one child a question, one after another. Waits for none of them:
// all comes back on the executor, which is the one that `launch` reports on.
class HelpAsker {
 public:
  struct Limits {
    std::chrono::milliseconds timeout = std::chrono::seconds(30);  // for all questions together
    std::size_t answer_bytes = 8 << 20;                            // of 7.1 it is 1.2 MB
  };
  // Once. `error` is empty, or says why the help is not complete.
  using Done = std::function<void(FfmpegHelp help, std::string error)>;

  // `program`: FFmpeg's word, with wrappers in front of it.
  HelpAsker(boost::asio::any_io_executor executor, ChildLauncher launch,
            std::vector<std::string> program, std::vector<HelpQuestion> questions, Done done);
  HelpAsker(boost::asio::any_io_executor executor, ChildLauncher launch,
            std::vector<std::string> program, std::vector<HelpQuestion> questions, Done done,
            Limits limits);
  // Drops what is under way.
  ~HelpAsker();
  HelpAsker(const HelpAsker&) = delete;
  HelpAsker& operator=(const HelpAsker&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace supervisor
