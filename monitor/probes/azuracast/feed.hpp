#pragma once

#include <functional>
#include <memory>
#include <string>

#include "monitor/probes/azuracast/azuracast.hpp"
#include "monitor/probes/executor.hpp"
#include "monitor/time.hpp"
#include "monitor/tracks/now_playing.hpp"

namespace monitor::probes {

struct FeedLimits {
  Duration opening = std::chrono::seconds(10);  // until the feed begins
  Duration silence = std::chrono::seconds(75);  // AzuraCast pings every 25 s
};

// One connection to AzuraCast's server-sent events: what is on air, at once and with each change.
// Bounded: after 4 MiB (hours) or an hour it ends, and is to be opened anew; what was missed
// meanwhile comes with the next. HTTPS, redirects and the key as in poll_azuracast().
// For one thread; destruction closes the connection, and nothing is called any more.
class AzuracastFeed {
 public:
  // `on_report` for each report of the station; `on_end` once, with the reason as a sentence.
  // Neither from within the constructor; the feed may be destroyed in either.
  AzuracastFeed(const boost::asio::any_io_executor& executor, Azuracast from, FeedLimits limits,
                std::function<void(NowPlaying)> on_report, std::function<void(std::string)> on_end);
  ~AzuracastFeed();
  AzuracastFeed(const AzuracastFeed&) = delete;
  AzuracastFeed& operator=(const AzuracastFeed&) = delete;

  bool is_open() const;  // the feed has begun, and has not ended

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace monitor::probes
