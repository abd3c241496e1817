#pragma once

#include <functional>
#include <memory>

#include "http/snapshot.hpp"
#include "monitor/tracks/track_log.hpp"
#include "supervisor/config/config.hpp"
#include "supervisor/thread/clock.hpp"
#include "supervisor/thread/services.hpp"

namespace supervisor {

// What is on air at a stream's station: polls its AzuraCast, reads its feed where that is wanted,
// is given what the web hook brought, and makes one track state of it. Decides nothing. For the
// loop's thread; requests to AzuraCast run on the I/O thread.
class StationWatch {
 public:
  // Called from the loop, never from within the constructor or start().
  struct Events {
    std::function<void(const monitor::TrackNews&, monitor::ReportChannel)> on_news;
    std::function<void()> on_poll;  // one poll of AzuraCast has ended
  };

  // All references must outlive it. Of the configuration, only the interval may change.
  StationWatch(const StreamConfig& config, const Services& services, const Clock& clock,
               Events events);
  ~StationWatch();

  // The first poll, at once; the feed.
  void start();
  bool asks_azuracast() const;  // false: only the web hook reports

  // `monitor.probe_interval` of the configuration may have changed: the next poll comes by it.
  void adjust_interval();

  // What the web hook brought. False where it is of another station.
  bool on_now_playing(const monitor::NowPlaying& report);
  // The same, of a report that is not to be trusted: AzuraCast itself is asked, soon, but not more
  // often than each second.
  bool ask_about(const monitor::NowPlaying& report);

  const std::optional<monitor::CurrentTrack>& current() const;
  http::TrackState tracks(monitor::Instant now) const;
  // Null: not asked, or no answer yet.
  const std::optional<http::AzuracastState>& azuracast() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace supervisor
