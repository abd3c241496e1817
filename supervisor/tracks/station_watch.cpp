#include "supervisor/tracks/station_watch.hpp"

#include <chrono>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "monitor/tracks/poll_pace.hpp"
#include "supervisor/tracks/feed_listener.hpp"

namespace supervisor {

using monitor::NowPlaying;
using monitor::ReportChannel;
using monitor::probes::AzuracastReport;
using std::chrono::steady_clock;
using std::chrono::system_clock;
using namespace std::chrono_literals;
using Health = http::AzuracastState::Health;

namespace {

constexpr monitor::Duration look_timeout = 5s;  // name lookup, TLS and PHP across continents
// Between looks at one that does not answer: soon enough to know that it is back.
constexpr monitor::Duration longest_wait = 30s;

Health health_of(const AzuracastReport& report) {
  return static_cast<Health>(report.health);
}

}  // namespace

struct StationWatch::State : std::enable_shared_from_this<State> {
  State(const StreamConfig& config_in, Context context_in)
      : config(config_in),
        context(std::move(context_in)),
        timer(context.loop),
        pace(config.recovery.probe_interval, longest_wait) {}

  void look();
  void look_later(bool success);
  void on_report(const AzuracastReport& report);
  void note(const AzuracastReport& report);
  void listen();
  bool take(const NowPlaying& report, ReportChannel channel);
  bool is_mine(const NowPlaying& report);
  void mind_overdue();

  // `act(State&, value)` on the loop, for a call-back from the I/O thread.
  template <class Value, class Act>
  std::function<void(Value)> on_loop(Act act) {
    return [weak = weak_from_this(), loop = context.loop, act](Value value) {
      boost::asio::post(loop, [weak, act, value = std::move(value)]() mutable {
        if (const auto state = weak.lock()) act(*state, std::move(value));
      });
    };
  }

  const StreamConfig& config;
  Context context;
  monitor::TrackLog tracks;
  std::optional<http::AzuracastState> azuracast;
  std::string station;  // whose reports are taken, where the configuration names none
  bool is_overdue = false;
  std::string etag;
  boost::asio::steady_timer timer;  // until the next look; idle during one
  monitor::PollPace pace;
  std::unique_ptr<FeedListener> feed;
};

void StationWatch::State::look() {
  monitor::probes::poll_azuracast(
      context.io_thread.executor(), config.azuracast, etag, look_timeout,
      on_loop<AzuracastReport>(
          [](State& state, const AzuracastReport& report) { state.on_report(report); }));
}

void StationWatch::State::look_later(bool success) {
  timer.expires_after(pace.after(success));
  timer.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto state = weak.lock();
    if (state && !error) state->look();
  });
}

void StationWatch::State::on_report(const AzuracastReport& report) {
  note(report);
  etag = report.etag;
  if (report.is_unchanged) tracks.on_unchanged(ReportChannel::poll, steady_clock::now());
  if (report.now_playing) take(*report.now_playing, ReportChannel::poll);
  mind_overdue();
  look_later(report.is_unchanged || report.now_playing);
  context.on_look();
}

void StationWatch::State::note(const AzuracastReport& report) {
  const Health health = health_of(report);
  const bool is_first = !azuracast;
  const bool changed = is_first || azuracast->health != health;
  http::AzuracastState found{.health = health,
                             .sentence = context.secrets.mask(report.sentence),
                             .took = report.took,
                             .since = system_clock::now()};
  if (!changed) found.since = azuracast->since;
  azuracast = std::move(found);
  // That all is well at the start is no news.
  const bool is_well = health == Health::healthy;
  if (!changed || (is_first && is_well)) return;
  context.log.write(is_well ? LogLevel::info : LogLevel::warning,
                    health == Health::unhealthy ? "dependency_down" : "dependency_up", config.name,
                    azuracast->sentence,
                    {{"dependency", std::string_view("azuracast")},
                     {"latency_seconds", monitor::seconds(report.took)}});
}

void StationWatch::State::listen() {
  feed = std::make_unique<FeedListener>(
      context.io_thread.executor(), config.azuracast,
      on_loop<NowPlaying>(
          [](State& state, const NowPlaying& report) { state.take(report, ReportChannel::feed); }),
      on_loop<std::string>([](State& state, const std::string& sentence) {
        state.context.log.write(LogLevel::debug, "azuracast_feed_ended", state.config.name,
                                state.context.secrets.mask(sentence));
      }));
}

// One state is of one station: where none is named, that of the first report.
bool StationWatch::State::is_mine(const NowPlaying& report) {
  const std::string& named = config.azuracast.station;
  if (!named.empty()) return is_of_station(report, named);
  if (station.empty()) station = report.station;
  return is_of_station(report, station);
}

bool StationWatch::State::take(const NowPlaying& report, ReportChannel channel) {
  if (!is_mine(report)) return false;
  const monitor::TrackNews news =
      tracks.on_report(report, channel, steady_clock::now(), system_clock::now());
  context.on_news(news, channel);
  mind_overdue();
  return true;
}

void StationWatch::State::mind_overdue() {
  const auto sentence = tracks.overdue(steady_clock::now());
  if (sentence.has_value() == std::exchange(is_overdue, sentence.has_value())) return;
  if (sentence) {
    context.log.write(LogLevel::warning, "track_overdue", config.name, *sentence,
                      {{"cause", std::string_view("now_playing_stale")}});
  } else {
    context.log.write(LogLevel::info, "track_overdue_over", config.name,
                      "AzuraCast names a track that can be on air again");
  }
}

StationWatch::StationWatch(const StreamConfig& config, Context context)
    : state_(std::make_shared<State>(config, std::move(context))) {
}

StationWatch::~StationWatch() = default;

bool StationWatch::asks_azuracast() const {
  return !state_->config.azuracast.url.empty();
}

void StationWatch::start() {
  if (!asks_azuracast()) return;
  state_->look();
  if (state_->config.tracks.feed) state_->listen();
}

bool StationWatch::hear(const NowPlaying& report) {
  return state_->take(report, ReportChannel::hook);
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
