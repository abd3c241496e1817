#include "supervisor/tracks/feed_listener.hpp"

#include <chrono>
#include <utility>

#include "monitor/probes/azuracast/feed.hpp"
#include "monitor/tracks/poll_pace.hpp"
#include "supervisor/thread/periodic_worker.hpp"

namespace supervisor {

using namespace std::chrono_literals;

struct FeedListener::State {
  using Worker = PeriodicWorker<std::string>;  // a run is a connection, its result why it ended

  State(const Thread& io_thread, monitor::probes::Azuracast where, Events with)
      : executor(io_thread.executor()),
        from(std::move(where)),
        events(std::move(with)),
        connections(io_thread,
                    {.begin = [this](Worker::Done done) { open(std::move(done)); },
                     .end = [this](std::string sentence,
                                   monitor::Instant) { return on_end(std::move(sentence)); }}) {}

  void open(Worker::Done done);
  monitor::Instant on_end(std::string sentence);

  const boost::asio::any_io_executor executor;
  const monitor::probes::Azuracast from;
  const Events events;
  monitor::PollPace pace{1s, 1min};
  bool has_reported = false;  // this connection
  std::unique_ptr<monitor::probes::AzuracastFeed> feed;
  Worker connections;
};

void FeedListener::State::open(Worker::Done done) {
  has_reported = false;
  feed = std::make_unique<monitor::probes::AzuracastFeed>(
      executor, from, monitor::probes::FeedLimits{},
      [this](monitor::NowPlaying report) {
        has_reported = true;
        events.on_report(std::move(report));
      },
      std::move(done));
}

monitor::Instant FeedListener::State::on_end(std::string sentence) {
  events.on_end(std::move(sentence));
  feed.reset();
  return std::chrono::steady_clock::now() + pace.after(has_reported);
}

FeedListener::FeedListener(const Thread& io_thread, monitor::probes::Azuracast from, Events events)
    : io_thread_(io_thread),
      state_(std::make_shared<State>(io_thread, std::move(from), std::move(events))) {
  io_thread_.post([weak = std::weak_ptr(state_)] {
    if (const auto state = weak.lock()) state->connections.trigger();
  });
}

FeedListener::~FeedListener() {
  io_thread_.destroy_here(std::move(state_));
}

}  // namespace supervisor
