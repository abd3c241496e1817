#include "monitor/probes/azuracast_feed.hpp"

#include <array>
#include <chrono>
#include <exception>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "monitor/probes/azuracast_exchange.hpp"
#include "monitor/probes/azuracast_now_playing.hpp"
#include "monitor/probes/connection.hpp"
#include "monitor/probes/http_reply.hpp"
#include "monitor/probes/media_probe.hpp"
#include "monitor/probes/target.hpp"
#include "monitor/text/sentence.hpp"
#include "monitor/text/url.hpp"
#include "monitor/tracks/sse_reader.hpp"

namespace monitor::probes {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;
using std::chrono_literals::operator""h;
using Phase = HttpReply::Phase;

constexpr std::size_t feed_bytes = 4 * 1024 * 1024;  // of one connection; some hours
constexpr std::size_t read_bytes = 16 * 1024;        // at once
constexpr Duration feed_life = 1h;                   // of one connection
constexpr int redirect_limit = 5;

std::string server_of(const std::string& url) {
  return shown_server(split_url(url).host, port_of(url));
}

}  // namespace

struct AzuracastFeed::State : std::enable_shared_from_this<State> {
  State(const asio::any_io_executor& executor, Azuracast where, FeedLimits bounds)
      : from(std::move(where)), limits(bounds), watchdog(executor) {}

  asio::awaitable<void> run();
  asio::awaitable<std::string> follow(std::string url);
  asio::awaitable<void> read(Connection& connection, HttpReply& reply);
  void take(std::string_view body);
  void hear(std::string_view event);
  std::string why_no_feed(const HttpReply& reply, const std::string& server) const;
  void guard(Duration span);
  void end(std::string sentence);

  Azuracast from;
  FeedLimits limits;
  std::function<void(NowPlaying)> heard;
  std::function<void(std::string)> ended;
  asio::steady_timer watchdog;
  asio::cancellation_signal hang_up;
  SseReader events;
  bool is_open = false;
  bool is_silent = false;  // the watchdog ended it
  bool is_left = false;    // nobody listens any more
};

// Within `span` something must come.
void AzuracastFeed::State::guard(Duration span) {
  watchdog.expires_after(span);
  watchdog.async_wait([weak = weak_from_this()](const boost::system::error_code& cancelled) {
    const auto state = weak.lock();
    if (!state || cancelled) return;
    const Duration left = state->watchdog.expiry() - steady_clock::now();
    if (left > Duration::zero()) return state->guard(left);  // woken early
    state->is_silent = true;
    state->hang_up.emit(asio::cancellation_type::terminal);
  });
}

void AzuracastFeed::State::hear(std::string_view event) {
  NowPlayingReading reading = read_feed_event(event);
  for (NowPlaying& report : reading.reports) {
    if (!is_left && is_of_station(report, from.station)) heard(std::move(report));
  }
}

void AzuracastFeed::State::take(std::string_view body) {
  events.feed(body, [this](std::string_view event) { hear(event); });
}

asio::awaitable<void> AzuracastFeed::State::read(Connection& connection, HttpReply& reply) {
  std::array<char, read_bytes> buffer;
  std::size_t taken = 0;
  std::size_t overhead = 0;  // bytes of headers and chunk lines, so that these are bounded, too
  while (reply.phase() == Phase::header || reply.phase() == Phase::body) {
    const std::size_t count = co_await connection.read_some(asio::buffer(buffer));
    if (count == 0) co_return;
    reply.feed({buffer.data(), count});
    overhead += count;
    if (overhead > 2 * feed_bytes) co_return;
    if (reply.phase() == Phase::header) continue;
    if (reply.status() != 200) co_return;
    is_open = true;
    guard(limits.silence);
    const std::string_view body = reply.body();
    take(body.substr(taken));
    taken = body.size();
    if (is_left) co_return;
  }
}

std::string AzuracastFeed::State::why_no_feed(const HttpReply& reply,
                                              const std::string& server) const {
  if (is_open) return "The feed of AzuraCast at " + server + " ended.";
  const Phase phase = reply.phase();
  if (phase == Phase::body || phase == Phase::complete || phase == Phase::broken)
    return server + " answers " + std::to_string(reply.status()) +
           " where AzuraCast's feed should be.";
  return server + " answers, but with no feed.";
}

// Why it ended; a URL where it leads elsewhere.
asio::awaitable<std::string> AzuracastFeed::State::follow(std::string url) {
  std::string server;
  for (int redirects = 0; redirects <= redirect_limit; ++redirects) {
    server = server_of(url);
    const Url parts = split_url(url);
    const bool tls = parts.scheme == "https";
    std::string host(parts.host);
    std::string port(port_of(url));
    HttpReply reply(feed_bytes);
    std::string trouble;
    try {
      const auto connection =
          co_await Connection::open(std::move(host), std::move(port), tls, feed_life);
      const std::string request = azuracast_request(from, url, {}, "text/event-stream");
      co_await connection->write(request);
      co_await read(*connection, reply);
    } catch (const ConnectionError& error) {
      trouble = sentence_of(error, server);
    }
    if (!trouble.empty()) co_return trouble;
    const bool leads_on = reply.phase() != Phase::header && reply.status() >= 300 &&
                          reply.status() < 400 && !reply.header("location").empty();
    if (!leads_on) co_return why_no_feed(reply, server);
    url = resolved_url(url, reply.header("location"));
    const std::string scheme(split_url(url).scheme);
    if (scheme != "http" && scheme != "https") break;
  }
  co_return server + " redirects too often, or to what is no HTTP.";
}

asio::awaitable<void> AzuracastFeed::State::run() {
  const auto self = shared_from_this();
  std::string sentence;
  try {
    std::string url = azuracast_feed_url(from);
    sentence = co_await follow(std::move(url));
  } catch (const std::exception& error) {
    sentence = std::string("The feed of AzuraCast failed: ") + error.what() + ".";
  }
  end(std::move(sentence));
}

void AzuracastFeed::State::end(std::string reason) {
  watchdog.cancel();
  const double span = seconds(is_open ? limits.silence : limits.opening);
  if (is_silent)
    reason = sentence("AzuraCast at %s says nothing on its feed for %.3g s.",
                      server_of(from.url).c_str(), span);
  is_open = false;
  if (is_left) return;
  is_left = true;
  ended(std::move(reason));
}

AzuracastFeed::AzuracastFeed(const asio::any_io_executor& executor, Azuracast from,
                             FeedLimits limits, std::function<void(NowPlaying)> heard,
                             std::function<void(std::string)> ended)
    : state_(std::make_shared<State>(executor, std::move(from), limits)) {
  state_->heard = std::move(heard);
  state_->ended = std::move(ended);
  state_->guard(limits.opening);
  // co_spawn would begin within this call where it is made on the executor.
  asio::post(executor, [executor, state = state_] {
    if (state->is_left) return;
    asio::co_spawn(
        executor, state->run(),
        asio::bind_cancellation_slot(state->hang_up.slot(), [state](const std::exception_ptr&) {}));
  });
}

AzuracastFeed::~AzuracastFeed() {
  state_->is_left = true;
  state_->watchdog.cancel();
  state_->hang_up.emit(asio::cancellation_type::terminal);
}

bool AzuracastFeed::is_open() const {
  return state_->is_open;
}

}  // namespace monitor::probes
