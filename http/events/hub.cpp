#include "http/events/hub.hpp"

#include <algorithm>
#include <utility>

#include "http/derived_values.hpp"
#include "http/json.hpp"
#include "http/stream_json.hpp"

namespace http {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto sample_interval = 1s;
constexpr auto look_interval = 100ms;   // quick enough for eyes, and a look costs microseconds
constexpr auto comment_interval = 15s;  // proxies close what is silent for 30 to 60 s

Event progress_event(const StreamSnapshot& stream, const Sample& sample, const ClockReading& now) {
  const recovery::Status& status = stream.status;
  boost::json::object data{{"stream", stream.name}};
  for (auto& member : sample_json(sample)) data.insert(member);
  data["frames"] = stream.totals.frames;
  data["uptime_seconds"] = rounded(uptime_seconds(status, now));
  data["state"] = recovery::name(status.state);
  return make_event("progress", print_json(data));
}

std::string joined(const std::vector<Event>& events) {
  std::string text;
  for (const Event& event : events) text += *event;
  return text;
}

}  // namespace

EventHub::EventHub(boost::asio::io_context& context, const SnapshotStore& snapshots,
                   std::size_t clients_max)
    : snapshots_(snapshots), clients_max_(clients_max), timer_(context) {
  next_sample_at_ = steady_clock::now();
  arm();
}

std::shared_ptr<Subscription> EventHub::subscribe() {
  const bool first = !has_listeners();
  if (stopped_ || clients_.size() >= clients_max_) return nullptr;
  const ClockReading now = ClockReading::now();
  if (first) {
    catch_up(snapshots_.read(), now);
    next_comment_at_ = now.steady + comment_interval;
  }
  auto client = std::make_shared<Subscription>(timer_.get_executor(), greeting());
  clients_.push_back(client);
  arm();
  return client;
}

void EventHub::stop() {
  stopped_ = true;
  timer_.cancel();
  for (const auto& client : clients_) {
    if (const auto alive = client.lock()) alive->end();
  }
}

// Each piece is made when the one before has been sent: many streams are megabytes.
std::deque<Subscription::Piece> EventHub::greeting() const {
  std::deque<Subscription::Piece> pieces;
  pieces.emplace_back([] { return std::string("retry: 2000\n\n"); });
  for (const auto& stream : snapshots_.read().streams) {
    pieces.emplace_back([this, name = stream->name] { return greeting_of(name); });
  }
  pieces.emplace_back(
      [this] { return joined(incident_events(snapshots_.read(), incidents_told)); });
  LogLines::News log = snapshots_.log.after(0);
  // What is yet to be told to those who listen already will come to this one with them.
  const auto untold =
      std::min<std::uint64_t>(log.count - std::min(log.count, log_count_), log.lines.size());
  log.lines.resize(log.lines.size() - static_cast<std::size_t>(untold));
  pieces.emplace_back([lines = std::move(log.lines)] {
    std::string text;
    for (const auto& line : lines) text += *make_event("log", *line);
    return text;
  });
  return pieces;
}

std::string EventHub::greeting_of(const std::string& name) const {
  const SnapshotStore::View view = snapshots_.read();
  const auto stream = std::find_if(view.streams.begin(), view.streams.end(),
                                   [&](const auto& one) { return one->name == name; });
  if (stream == view.streams.end()) return {};
  const auto followed = streams_.find(name);
  const auto history =
      followed == streams_.end() ? Samples().json(name) : followed->second.samples.json(name);
  return *state_event(**stream, ClockReading::now()) + *make_event("history", print_json(history));
}

// What happened while nobody listened is in the greeting.
void EventHub::catch_up(const SnapshotStore::View& view, const ClockReading& now) {
  for (const auto& stream : view.streams) streams_[stream->name].news.take(stream, now);
  version_ = view.version;
  log_count_ = snapshots_.log.count();
}

void EventHub::arm() {
  if (stopped_) return;
  Instant due = next_sample_at_;
  if (!clients_.empty()) due = std::min(due, steady_clock::now() + look_interval);
  timer_.expires_at(due);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) on_timer();
  });
}

void EventHub::on_timer() {
  const SnapshotStore::View view = snapshots_.read();
  const ClockReading now = ClockReading::now();
  if (has_listeners()) look(view, now);
  if (now.steady >= next_sample_at_) sample(view, now);
  arm();
}

void EventHub::look(const SnapshotStore::View& view, const ClockReading& now) {
  tell_log();
  if (view.version != version_) {
    version_ = view.version;
    for (const auto& stream : view.streams) {
      for (const Event& event : streams_[stream->name].news.take(stream, now)) tell(event);
    }
  }
  if (now.steady < next_comment_at_) return;
  next_comment_at_ = now.steady + comment_interval;
  tell(std::make_shared<const std::string>(": alive\n\n"));
}

void EventHub::sample(const SnapshotStore::View& view, const ClockReading& now) {
  for (const auto& stream : view.streams) {
    const Sample sample = sample_of(*stream, now);
    streams_[stream->name].samples.add(sample);
    if (!clients_.empty()) tell(progress_event(*stream, sample, now));
  }
  if (streams_.size() > view.streams.size()) forget_gone(view);
  next_sample_at_ += sample_interval;
  // A thread that did not run does not catch up: the same figures twice say nothing.
  if (next_sample_at_ <= now.steady) next_sample_at_ = now.steady + sample_interval;
}

void EventHub::forget_gone(const SnapshotStore::View& view) {
  std::erase_if(streams_, [&](const auto& followed) {
    return std::none_of(view.streams.begin(), view.streams.end(),
                        [&](const auto& stream) { return stream->name == followed.first; });
  });
}

void EventHub::tell_log() {
  if (snapshots_.log.count() == log_count_) return;
  const LogLines::News news = snapshots_.log.after(log_count_);
  log_count_ = news.count;
  if (news.missed > 0) {
    tell(std::make_shared<const std::string>(": " + std::to_string(news.missed) +
                                             " log lines left out\n\n"));
  }
  for (const auto& line : news.lines) tell(make_event("log", *line));
}

void EventHub::tell(const Event& event) {
  for (const auto& client : clients_) {
    if (const auto alive = client.lock()) alive->push(event);
  }
}

bool EventHub::has_listeners() {
  std::erase_if(clients_, [](const auto& client) { return client.expired(); });
  return !clients_.empty();
}

}  // namespace http
