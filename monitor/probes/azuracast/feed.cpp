#include "monitor/probes/azuracast/feed.hpp"

#include <chrono>
#include <exception>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "monitor/probes/azuracast/exchange.hpp"
#include "monitor/probes/azuracast/now_playing_reader.hpp"
#include "monitor/probes/azuracast/sse_reader.hpp"
#include "monitor/probes/connection.hpp"
#include "monitor/probes/http_exchange.hpp"
#include "monitor/probes/media_probe.hpp"
#include "monitor/text/sentence.hpp"
#include "monitor/text/url.hpp"

namespace monitor::probes {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;
using std::chrono_literals::operator""h;
using Phase = HttpReply::Phase;

constexpr std::size_t feed_bytes = 4 * 1024 * 1024;  // of one connection; some hours
constexpr Duration feed_life = 1h;                   // of one connection
constexpr int redirect_limit = 5;

}  // namespace

struct AzuracastFeed::State : std::enable_shared_from_this<State> {
  State(const asio::any_io_executor& executor, Azuracast where, FeedLimits bounds)
      : from(std::move(where)), limits(bounds), watchdog(executor) {}

  asio::awaitable<void> run();
  asio::awaitable<std::string> follow(std::string url);
  bool take(const HttpReply& reply, std::size_t& taken);
  void read_event(std::string_view event);
  std::string why_no_feed(const HttpReply& reply, const std::string& server) const;
  void guard(Duration span);
  void end(std::string sentence);

  Azuracast from;
  FeedLimits limits;
  std::function<void(NowPlaying)> on_report;
  std::function<void(std::string)> on_end;
  asio::steady_timer watchdog;
  asio::cancellation_signal hang_up;
  SseReader events;
  bool is_open = false;
  bool is_silent = false;  // the watchdog ended it
  bool is_left = false;    // the owner is gone
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

void AzuracastFeed::State::read_event(std::string_view event) {
  NowPlayingReading reading = read_feed_event(event);
  for (NowPlaying& report : reading.reports) {
    if (!is_left && is_of_station(report, from.station)) on_report(std::move(report));
  }
}

// After each piece of the reply; `taken`: bytes of its body that are read. True: no more is wanted.
bool AzuracastFeed::State::take(const HttpReply& reply, std::size_t& taken) {
  if (reply.phase() == Phase::header) return false;
  if (reply.status() != 200) return true;
  is_open = true;
  guard(limits.silence);
  const std::string_view body = reply.body();
  events.feed(body.substr(taken), [this](std::string_view event) { read_event(event); });
  taken = body.size();
  return is_left || reply.phase() != Phase::body;
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
    server = shown_server(url);
    HttpReply reply(feed_bytes);
    std::string trouble;
    std::size_t taken = 0;
    try {
      HttpExchange exchange{.url = url,
                            .request = azuracast_request(from, url, {}, "text/event-stream"),
                            .deadline = steady_clock::now() + feed_life,
                            .read_limit = 2 * feed_bytes};
      auto enough = [this, &reply, &taken] { return take(reply, taken); };
      co_await exchange_http(std::move(exchange), reply, std::move(enough));
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
    reason = sentence("AzuraCast at %s has sent nothing on its feed for %.3g s.",
                      shown_server(from.url).c_str(), span);
  is_open = false;
  if (is_left) return;
  is_left = true;
  on_end(std::move(reason));
}

AzuracastFeed::AzuracastFeed(const asio::any_io_executor& executor, Azuracast from,
                             FeedLimits limits, std::function<void(NowPlaying)> on_report,
                             std::function<void(std::string)> on_end)
    : state_(std::make_shared<State>(executor, std::move(from), limits)) {
  state_->on_report = std::move(on_report);
  state_->on_end = std::move(on_end);
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
