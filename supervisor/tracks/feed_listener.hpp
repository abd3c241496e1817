#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "monitor/probes/azuracast/azuracast.hpp"
#include "monitor/tracks/now_playing.hpp"

namespace supervisor {

// Hears AzuraCast's server-sent events and opens the feed again whenever it ends: after a second,
// later after up to a minute. Lives on the I/O thread: made and used from any one, but its
// call-backs come on `outside`, and may still come for what was under way when it is destroyed.
class FeedListener {
 public:
  FeedListener(boost::asio::any_io_executor io_thread, monitor::probes::Azuracast from,
               std::function<void(monitor::NowPlaying)> heard,
               std::function<void(std::string)> ended);
  ~FeedListener();
  FeedListener(const FeedListener&) = delete;
  FeedListener& operator=(const FeedListener&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace supervisor
