#include "http/events/hub.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "http/derived_values.hpp"
#include "http/json.hpp"
#include "http/preview.hpp"
#include "http/stability.hpp"
#include "http/stream_json.hpp"

namespace http {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto progress_interval = 1s;
constexpr auto poll_interval = 100ms;   // fast enough for a display; a poll costs microseconds
constexpr auto comment_interval = 15s;  // proxies close idle connections after 30 to 60 s

Event progress_event(const StreamSnapshot& stream, const Sample& sample, const ClockReading& now) {
  const recovery::Status& status = stream.status;
  boost::json::object data{{"stream", stream.name}};
  for (auto& member : sample_json(sample)) data.insert(member);
  data["frames"] = stream.totals.frames;
  data["uptime_seconds"] = rounded(uptime_seconds(status, now));
  data["state"] = recovery::name(recovery::air_state(status));
  data["picture"] = picture_json(stream, now);
  data["level"] = level_json(stream, now);
  const auto stands = no_progress(stream, now);
  data["no_progress_seconds"] = stands ? rounded(stands->for_seconds) : 0;
  return make_event("progress", print_json(data));
}

std::string joined(const std::vector<Event>& events) {
  std::string text;
  for (const Event& event : events) text += *event;
  return text;
}

// Those without credentials, by network; the oldest first.
std::map<std::string, std::vector<std::shared_ptr<Subscription>>> strangers_among(
    const std::vector<std::weak_ptr<Subscription>>& clients) {
  std::map<std::string, std::vector<std::shared_ptr<Subscription>>> strangers;
  for (const auto& client : clients) {
    auto alive = client.lock();
    if (alive && !alive->client.is_known)
      strangers[alive->client.network].push_back(std::move(alive));
  }
  return strangers;
}

}  // namespace

EventHub::EventHub(boost::asio::io_context& context, const SnapshotStore& snapshots,
                   std::size_t clients_max)
    : snapshots_(snapshots), clients_max_(clients_max), timer_(context) {
}

std::shared_ptr<Subscription> EventHub::subscribe(const EventClient& of, bool with_history) {
  const bool first = !has_clients();
  if (stopped_ || !has_room_for(of)) return nullptr;
  const ClockReading now = ClockReading::now();
  if (first) {
    skip_to(snapshots_.read(), now);
    next_progress_at_ = now.steady;
    next_comment_at_ = now.steady + comment_interval;
  }
  auto client =
      std::make_shared<Subscription>(timer_.get_executor(), of, initial_pieces(with_history));
  clients_.push_back(client);
  if (first) arm();  // else it is armed: newcomers must not put off what the others wait for
  return client;
}

void EventHub::stop() {
  stopped_ = true;
  timer_.cancel();
  for (const auto& client : clients_) {
    if (const auto alive = client.lock()) alive->end();
  }
}

// Each piece is made when the previous one was sent: many streams make megabytes.
std::deque<Subscription::Piece> EventHub::initial_pieces(bool with_history) const {
  std::deque<Subscription::Piece> pieces;
  pieces.emplace_back([] { return std::string("retry: 2000\n\n"); });
  for (const auto& stream : snapshots_.read().streams) {
    pieces.emplace_back(
        [this, with_history, name = stream->name] { return initial_state_of(name, with_history); });
  }
  pieces.emplace_back([this] { return *config_event(snapshots_.read().program); });
  pieces.emplace_back(
      [this] { return joined(incident_events(snapshots_.read(), incidents_sent_max)); });
  LogLines::Batch log = snapshots_.log.after(0);
  // Lines not yet broadcast will reach this client with the others.
  const auto pending =
      std::min<std::uint64_t>(log.count - std::min(log.count, log_count_), log.lines.size());
  log.lines.resize(log.lines.size() - static_cast<std::size_t>(pending));
  pieces.emplace_back([lines = std::move(log.lines)] {
    std::string text;
    for (const auto& line : lines) text += *make_event("log", *line);
    // Behind it is what happens from now on.
    return text + *make_event("live", R"({"live":true})");
  });
  return pieces;
}

std::string EventHub::initial_state_of(const std::string& name, bool with_history) const {
  const SnapshotStore::View view = snapshots_.read();
  const auto stream = std::find_if(view.streams.begin(), view.streams.end(),
                                   [&](const auto& one) { return one->name == name; });
  if (stream == view.streams.end()) return {};
  const std::string state = *state_event(**stream, ClockReading::now());
  if (!with_history) return state;
  const auto samples = snapshots_.samples_of(name).value_or(std::vector<Sample>{});
  return state + *make_event("history", print_json(samples_json(name, samples)));
}

boost::json::value EventHub::history_of(std::string_view name) const {
  const auto samples = snapshots_.samples_of(name);
  if (!samples) return nullptr;
  return samples_json(name, *samples);
}

// Changes while no client was connected are in the initial state.
void EventHub::skip_to(const SnapshotStore::View& view, const ClockReading& now) {
  for (const auto& stream : view.streams) streams_[stream->name].update(stream, now);
  version_ = view.version;
  config_ = view.program.config;
  log_count_ = snapshots_.log.count();
}

void EventHub::arm() {
  if (stopped_ || clients_.empty()) return;
  timer_.expires_after(poll_interval);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) on_timer();
  });
}

void EventHub::on_timer() {
  if (!has_clients()) return;
  const SnapshotStore::View view = snapshots_.read();
  const ClockReading now = ClockReading::now();
  poll(view, now);
  if (now.steady >= next_progress_at_) tell_progress(view, now);
  arm();
}

void EventHub::poll(const SnapshotStore::View& view, const ClockReading& now) {
  broadcast_log();
  if (view.version != version_) {
    version_ = view.version;
    if (std::exchange(config_, view.program.config) != view.program.config) {
      broadcast(config_event(view.program));
    }
    for (const auto& stream : view.streams) {
      for (const Event& event : streams_[stream->name].update(stream, now)) broadcast(event);
    }
  }
  if (now.steady < next_comment_at_) return;
  next_comment_at_ = now.steady + comment_interval;
  broadcast(std::make_shared<const std::string>(": alive\n\n"));
}

void EventHub::tell_progress(const SnapshotStore::View& view, const ClockReading& now) {
  for (const auto& stream : view.streams) {
    broadcast(progress_event(*stream, sample_of(*stream, now), now));
  }
  if (streams_.size() > view.streams.size()) drop_removed(view);
  next_progress_at_ += progress_interval;
  // Missed ones are not made up for: they would repeat the same figures.
  if (next_progress_at_ <= now.steady) next_progress_at_ = now.steady + progress_interval;
}

void EventHub::drop_removed(const SnapshotStore::View& view) {
  std::erase_if(streams_, [&](const auto& tracked) {
    return std::none_of(view.streams.begin(), view.streams.end(),
                        [&](const auto& stream) { return stream->name == tracked.first; });
  });
}

void EventHub::broadcast_log() {
  if (snapshots_.log.count() == log_count_) return;
  const LogLines::Batch batch = snapshots_.log.after(log_count_);
  log_count_ = batch.count;
  if (batch.missed > 0) {
    broadcast(std::make_shared<const std::string>(": " + std::to_string(batch.missed) +
                                                  " log lines left out\n\n"));
  }
  for (const auto& line : batch.lines) broadcast(make_event("log", *line));
}

void EventHub::broadcast(const Event& event) {
  for (const auto& client : clients_) {
    if (const auto alive = client.lock()) alive->push(event);
  }
}

// Makes room where somebody has to give way.
bool EventHub::has_room_for(const EventClient& client) {
  if (clients_.size() < clients_max_) return true;
  const auto strangers = strangers_among(clients_);
  const auto most = std::ranges::max_element(
      strangers, {}, [](const auto& network) { return network.second.size(); });
  if (most == strangers.end()) return false;
  const auto own = strangers.find(client.network);
  const std::size_t own_count = own == strangers.end() ? 0 : own->second.size();
  if (!client.is_known && most->second.size() <= own_count + 1) return false;
  const std::shared_ptr<Subscription> leaver = most->second.front();
  std::erase_if(clients_, [&](const auto& one) { return one.lock() == leaver; });
  leaver->cut_off();
  return true;
}

bool EventHub::has_clients() {
  std::erase_if(clients_, [](const auto& client) { return client.expired(); });
  return !clients_.empty();
}

}  // namespace http
