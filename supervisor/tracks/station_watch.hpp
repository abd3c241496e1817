#pragma once

#include <functional>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "http/snapshot.hpp"
#include "monitor/tracks/track_log.hpp"
#include "supervisor/config/config.hpp"
#include "supervisor/thread/io_thread.hpp"
#include "supervisor/log/log.hpp"
#include "supervisor/secrets/secrets.hpp"

namespace supervisor {

// What is on air at a stream's station: asks its AzuraCast again and again, hears its feed where
// that is wanted, is told what the web hook brought, and makes one track state of it. Decides
// nothing. Used from the supervising loop only; what talks to AzuraCast runs on the I/O thread.
class StationWatch {
 public:
  struct Context {
    boost::asio::any_io_executor loop;
    IoThread& io_thread;
    Log& log;
    const Secrets& secrets;
    // Both are called from the loop, never from within the constructor or start().
    std::function<void(const monitor::TrackNews&, monitor::ReportChannel)> on_news;
    std::function<void()> on_look;  // one look at AzuraCast has ended
  };

  // Everything in the context, and the configuration, must outlive it.
  StationWatch(const StreamConfig& config, Context context);
  ~StationWatch();

  // The first look, at once; the feed.
  void start();
  bool asks_azuracast() const;  // … there is one that can be asked

  // What the web hook brought. False where it is of another station.
  bool hear(const monitor::NowPlaying& report);

  const std::optional<monitor::CurrentTrack>& current() const;
  http::TrackState tracks(monitor::Instant now) const;
  // Null: not asked, or no answer yet.
  const std::optional<http::AzuracastState>& azuracast() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace supervisor
