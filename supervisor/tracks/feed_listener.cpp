#include "supervisor/tracks/feed_listener.hpp"

#include <chrono>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "monitor/probes/azuracast/feed.hpp"
#include "monitor/tracks/poll_pace.hpp"

namespace supervisor {

using namespace std::chrono_literals;

struct FeedListener::State : std::enable_shared_from_this<State> {
  State(const boost::asio::any_io_executor& io_thread, monitor::probes::Azuracast where)
      : executor(io_thread), from(std::move(where)), timer(io_thread) {}

  void open();
  void on_end(std::string sentence);

  boost::asio::any_io_executor executor;
  monitor::probes::Azuracast from;
  std::function<void(monitor::NowPlaying)> heard;
  std::function<void(std::string)> ended;
  boost::asio::steady_timer timer;
  monitor::PollPace pace{1s, 1min};
  bool has_spoken = false;  // this connection
  std::unique_ptr<monitor::probes::AzuracastFeed> feed;
};

void FeedListener::State::open() {
  has_spoken = false;
  feed = std::make_unique<monitor::probes::AzuracastFeed>(
      executor, from, monitor::probes::FeedLimits{},
      [this](monitor::NowPlaying report) {
        has_spoken = true;
        heard(std::move(report));
      },
      [this](std::string sentence) { on_end(std::move(sentence)); });
}

void FeedListener::State::on_end(std::string sentence) {
  ended(std::move(sentence));
  feed.reset();
  timer.expires_after(pace.after(has_spoken));
  timer.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto state = weak.lock();
    if (state && !error) state->open();
  });
}

FeedListener::FeedListener(boost::asio::any_io_executor io_thread, monitor::probes::Azuracast from,
                           std::function<void(monitor::NowPlaying)> heard,
                           std::function<void(std::string)> ended)
    : state_(std::make_shared<State>(io_thread, std::move(from))) {
  state_->heard = std::move(heard);
  state_->ended = std::move(ended);
  boost::asio::post(io_thread, [state = state_] { state->open(); });
}

FeedListener::~FeedListener() {
  // Its last reference goes where it lives.
  const auto executor = state_->executor;
  boost::asio::post(executor, [state = std::move(state_)] {
    state->timer.cancel();
    state->feed.reset();
  });
}

}  // namespace supervisor
