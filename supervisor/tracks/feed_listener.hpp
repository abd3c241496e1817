#pragma once

#include <functional>
#include <memory>
#include <string>

#include "monitor/probes/azuracast/azuracast.hpp"
#include "monitor/tracks/now_playing.hpp"
#include "supervisor/thread/thread.hpp"

namespace supervisor {

// Reads AzuraCast's server-sent events and connects again whenever they end: after a second, later
// after up to a minute. Works on the I/O thread; the object is made and destroyed on any thread.
class FeedListener {
 public:
  // Called on the I/O thread, also for what was under way when this object was destroyed.
  struct Events {
    std::function<void(monitor::NowPlaying)> on_report;
    std::function<void(std::string sentence)> on_end;  // of one connection, and why
  };

  FeedListener(const Thread& io_thread, monitor::probes::Azuracast from, Events events);
  ~FeedListener();
  FeedListener(const FeedListener&) = delete;
  FeedListener& operator=(const FeedListener&) = delete;

 private:
  struct State;
  Thread io_thread_;
  std::shared_ptr<State> state_;
};

}  // namespace supervisor
