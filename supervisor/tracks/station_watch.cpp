#include "supervisor/tracks/station_watch.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "monitor/probes/azuracast/azuracast.hpp"
#include "monitor/tracks/poll_pace.hpp"
#include "supervisor/thread/periodic_worker.hpp"
#include "supervisor/tracks/feed_listener.hpp"

namespace supervisor {

using monitor::NowPlaying;
using monitor::ReportChannel;
using monitor::probes::AzuracastReport;
using namespace std::chrono_literals;
using Health = http::AzuracastState::Health;

namespace {

constexpr monitor::Duration poll_timeout = 5s;  // name lookup, TLS and PHP across continents
// Between polls of one that does not answer: soon enough to know that it is back.
constexpr monitor::Duration longest_wait = 30s;

Health health_of(const AzuracastReport& report) {
  return static_cast<Health>(report.health);
}

}  // namespace

struct StationWatch::State : std::enable_shared_from_this<State> {
  using Worker = PeriodicWorker<AzuracastReport>;

  State(const StreamConfig& config_in, const Services& services_in, const Clock& clock_in,
        Events events_in)
      : config(config_in),
        services(services_in),
        clock(clock_in),
        events(std::move(events_in)),
        interval(config.recovery.probe_interval),
        pace(interval, longest_wait) {}

  void start_polling();
  void poll(Worker::Done done);
  monitor::Instant on_poll(const AzuracastReport& report);
  void note(const AzuracastReport& report);
  void listen();
  bool on_report(const NowPlaying& report, ReportChannel channel);
  bool is_mine(const NowPlaying& report);
  void check_presence();
  void check_overdue();

  const StreamConfig& config;
  const Services& services;
  const Clock& clock;
  const Events events;
  monitor::TrackLog tracks;
  std::optional<http::AzuracastState> azuracast;
  std::string station;  // whose reports are taken, where the configuration names none
  bool is_overdue = false;
  bool is_offline = false;
  std::string etag;
  monitor::Instant polled_at{};  // when the last poll ended
  monitor::Duration interval;    // that `pace` was made for
  monitor::PollPace pace;
  std::unique_ptr<FeedListener> feed;
  std::optional<Worker> polls;  // empty: AzuraCast is not asked
};

void StationWatch::State::start_polling() {
  polls.emplace(services.loop,
                Worker::Job{.begin = [this](Worker::Done done) { poll(std::move(done)); },
                            .end = [this](const AzuracastReport& report,
                                          monitor::Instant) { return on_poll(report); }},
                clock);
  polls->trigger();
}

void StationWatch::State::poll(Worker::Done done) {
  monitor::probes::poll_azuracast(services.io_thread.executor(), config.azuracast, etag,
                                  poll_timeout, std::move(done));
}

monitor::Instant StationWatch::State::on_poll(const AzuracastReport& report) {
  note(report);
  etag = report.etag;
  polled_at = clock.now();
  if (report.is_unchanged) tracks.on_unchanged(ReportChannel::poll, polled_at);
  if (report.now_playing) on_report(*report.now_playing, ReportChannel::poll);
  check_presence();
  check_overdue();
  events.on_poll();
  return polled_at + pace.after(report.is_unchanged || report.now_playing);
}

void StationWatch::State::note(const AzuracastReport& report) {
  const Health health = health_of(report);
  const bool changed = !azuracast || azuracast->health != health;
  const std::optional<bool> before = azuracast ? std::optional(azuracast->up) : std::nullopt;
  const bool found_up = report.is_up();
  http::AzuracastState found{.health = health,
                             .up = found_up,
                             .sentence = services.secrets.mask(report.sentence),
                             .took = report.took,
                             .since = clock.wall()};
  if (!changed) found.since = azuracast->since;
  azuracast = std::move(found);
  // An AzuraCast that reports the station at the start is no news.
  const bool was_up = before.value_or(true);
  if (was_up == found_up) return;
  services.log.write(found_up ? LogLevel::info : LogLevel::warning,
                     found_up ? "dependency_up" : "dependency_down", config.name,
                     azuracast->sentence,
                     {{"dependency", std::string_view("azuracast")},
                      {"latency_seconds", monitor::seconds(report.took)}});
}

void StationWatch::State::listen() {
  feed = std::make_unique<FeedListener>(
      services.io_thread.thread(), config.azuracast,
      FeedListener::Events{
          .on_report = services.loop.callback(weak_from_this(),
                                              [](State& state, const NowPlaying& report) {
                                                state.on_report(report, ReportChannel::feed);
                                              }),
          .on_end = services.loop.callback(
              weak_from_this(), [](State& state, const std::string& sentence) {
                state.services.log.write(LogLevel::debug, "azuracast_feed_ended", state.config.name,
                                         state.services.secrets.mask(sentence));
              })});
}

// One state is of one station: where none is named, that of the first report.
bool StationWatch::State::is_mine(const NowPlaying& report) {
  const std::string& named = config.azuracast.station;
  if (!named.empty()) return is_of_station(report, named);
  if (station.empty()) station = report.station;
  return is_of_station(report, station);
}

bool StationWatch::State::on_report(const NowPlaying& report, ReportChannel channel) {
  if (!is_mine(report)) return false;
  const monitor::TrackNews news = tracks.on_report(report, channel, clock.now(), clock.wall());
  events.on_news(news, channel);
  check_presence();
  check_overdue();
  return true;
}

// Not at each flap: a station is off line once every report has said so for a while.
void StationWatch::State::check_presence() {
  const bool is_offline_now = !tracks.is_online(clock.now());
  if (is_offline_now == std::exchange(is_offline, is_offline_now)) return;
  services.log.write(LogLevel::info, is_offline ? "station_offline" : "station_online", config.name,
                     is_offline ? "AzuraCast reports that the station is off line"
                                : "AzuraCast reports that the station is back on line");
}

void StationWatch::State::check_overdue() {
  const auto sentence = tracks.overdue(clock.now());
  if (sentence.has_value() == std::exchange(is_overdue, sentence.has_value())) return;
  if (sentence) {
    services.log.write(LogLevel::warning, "track_overdue", config.name, *sentence,
                       {{"cause", std::string_view("now_playing_stale")}});
  } else {
    services.log.write(LogLevel::info, "track_overdue_over", config.name,
                       "AzuraCast names a track that can be on air again");
  }
}

StationWatch::StationWatch(const StreamConfig& config, const Services& services, const Clock& clock,
                           Events events)
    : state_(std::make_shared<State>(config, services, clock, std::move(events))) {
}

StationWatch::~StationWatch() = default;

bool StationWatch::asks_azuracast() const {
  return !state_->config.azuracast.url.empty();
}

void StationWatch::start() {
  if (!asks_azuracast()) return;
  state_->start_polling();
  if (state_->config.tracks.feed) state_->listen();
}

void StationWatch::adjust_interval() {
  const monitor::Duration interval = state_->config.recovery.probe_interval;
  if (interval == std::exchange(state_->interval, interval)) return;
  state_->pace = monitor::PollPace(interval, longest_wait);
  if (state_->polls) state_->polls->run_at(state_->polled_at + interval);
}

bool StationWatch::on_now_playing(const NowPlaying& report) {
  return state_->on_report(report, ReportChannel::hook);
}

bool StationWatch::ask_about(const NowPlaying& report) {
  constexpr monitor::Duration shortest_wait = 1s;
  if (!state_->is_mine(report)) return false;
  if (state_->polls && !state_->polls->is_running()) {
    state_->polls->run_at(std::max(state_->clock.now(), state_->polled_at + shortest_wait));
  }
  return true;
}

const std::optional<monitor::CurrentTrack>& StationWatch::current() const {
  return state_->tracks.current();
}

http::TrackState StationWatch::tracks(monitor::Instant now) const {
  http::TrackState tracks;
  tracks.current = state_->tracks.current();
  if (const auto playing = state_->tracks.playing_for(now)) tracks.playing_since = now - *playing;
  tracks.is_online = state_->tracks.is_online(now);
  tracks.played_total = state_->tracks.played_total();
  tracks.overdue = state_->tracks.overdue(now).value_or("");
  return tracks;
}

const std::optional<http::AzuracastState>& StationWatch::azuracast() const {
  return state_->azuracast;
}

}  // namespace supervisor
