#include "supervisor/tracks/feed_listener.hpp"

#include <chrono>
#include <utility>

#include <boost/asio/steady_timer.hpp>

#include "monitor/probes/azuracast/feed.hpp"
#include "monitor/tracks/poll_pace.hpp"

namespace supervisor {

using namespace std::chrono_literals;

struct FeedListener::State : std::enable_shared_from_this<State> {
  State(const Thread& io_thread, monitor::probes::Azuracast where, Events with)
      : executor(io_thread.executor()),
        from(std::move(where)),
        events(std::move(with)),
        timer(executor) {}

  void open();
  void on_end(std::string sentence);

  const boost::asio::any_io_executor executor;
  const monitor::probes::Azuracast from;
  const Events events;
  boost::asio::steady_timer timer;  // until the next connection
  monitor::PollPace pace{1s, 1min};
  bool has_reported = false;  // this connection
  std::unique_ptr<monitor::probes::AzuracastFeed> feed;
};

void FeedListener::State::open() {
  has_reported = false;
  feed = std::make_unique<monitor::probes::AzuracastFeed>(
      executor, from, monitor::probes::FeedLimits{},
      [this](monitor::NowPlaying report) {
        has_reported = true;
        events.on_report(std::move(report));
      },
      [this](std::string sentence) { on_end(std::move(sentence)); });
}

void FeedListener::State::on_end(std::string sentence) {
  events.on_end(std::move(sentence));
  feed.reset();
  timer.expires_after(pace.after(has_reported));
  timer.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto state = weak.lock();
    if (state && !error) state->open();
  });
}

FeedListener::FeedListener(const Thread& io_thread, monitor::probes::Azuracast from, Events events)
    : io_thread_(io_thread),
      state_(std::make_shared<State>(io_thread, std::move(from), std::move(events))) {
  io_thread_.post([weak = std::weak_ptr(state_)] {
    if (const auto state = weak.lock()) state->open();
  });
}

FeedListener::~FeedListener() {
  io_thread_.destroy_here(std::move(state_));
}

}  // namespace supervisor
