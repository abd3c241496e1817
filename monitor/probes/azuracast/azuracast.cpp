#include "monitor/probes/azuracast/azuracast.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <string_view>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "monitor/probes/azuracast/exchange.hpp"
#include "monitor/probes/azuracast/now_playing_reader.hpp"
#include "monitor/probes/json_values.hpp"
#include "monitor/probes/target.hpp"
#include "monitor/text/percent.hpp"
#include "monitor/text/sentence.hpp"
#include "monitor/text/url.hpp"

namespace monitor::probes {
namespace {

namespace asio = boost::asio;
using std::string_view;
using std::chrono::steady_clock;
using Health = AzuracastReport::Health;

constexpr std::size_t status_bytes = 16 * 1024;
constexpr const char* reachable = "AzuraCast is reachable.";

AzuracastReport report(Health health, std::string sentence) {
  AzuracastReport found;
  found.health = health;
  found.sentence = std::move(sentence);
  return found;
}

std::string base_of(const Azuracast& from) {
  std::string url = from.url.substr(0, from.url.find_first_of("?#"));
  while (url.ends_with('/')) url.pop_back();
  return url;
}

std::string server_of(const Azuracast& from) {
  return shown_server(from.url);
}

// There is somebody, who does not want to be asked, or not by us.
bool is_refusal(int status) {
  return status == 401 || status == 403 || status == 429;
}

// What AzuraCast's own refusals mean.
std::string refusal(const Azuracast& from, int status) {
  const std::string answers =
      "AzuraCast at " + server_of(from) + " answers " + std::to_string(status);
  switch (status) {
    case 401:
    case 403:
      return answers + ": its API key is missing, wrong or lacks the permission.";
    case 404:
      return answers +
             ": it has no such station, has reported nothing of it yet, or its public API is "
             "switched off.";
    case 429:
      return answers + ": it is asked too often.";
    default:
      return answers + " where now-playing should be.";
  }
}

AzuracastReport of_stations(const Azuracast& from, std::vector<NowPlaying> reports) {
  if (!from.station.empty())
    std::erase_if(reports,
                  [&](const NowPlaying& each) { return !is_of_station(each, from.station); });
  const std::string server = server_of(from);
  if (reports.empty())
    return report(Health::degraded, "AzuraCast at " + server + " reports no such station.");
  if (reports.size() > 1)
    return report(Health::degraded, sentence("AzuraCast at %s has %zu stations: one must be named.",
                                             server.c_str(), reports.size()));
  AzuracastReport found = report(Health::healthy, reachable);
  found.now_playing = std::move(reports.front());
  if (!found.now_playing->is_online) {
    found.health = Health::degraded;
    found.sentence = "AzuraCast at " + server + " reports that the station is off line.";
  }
  return found;
}

// Of an answer that came as a whole, with status 200.
AzuracastReport of_body(const Azuracast& from, const HttpAnswer& answer) {
  NowPlayingReading reading = read_now_playing(answer.body);
  if (reading.reports.empty() && !reading.problem.empty())
    return report(Health::degraded, "AzuraCast at " + server_of(from) +
                                        " answers, but with no now-playing: " + reading.problem +
                                        ".");
  AzuracastReport found = of_stations(from, std::move(reading.reports));
  if (found.health == Health::healthy) found.etag = answer.etag;
  return found;
}

AzuracastReport of_status(const Azuracast& from, const HttpAnswer& answer) {
  const std::string server = server_of(from);
  if (answer.status == 0) return report(Health::unhealthy, answer.trouble);
  const auto value = parse_json(answer.body);
  const auto* status = value ? object_in(&*value) : nullptr;
  const bool is_azuracast = status != nullptr && status->contains("online");
  if (answer.status != 200)
    return report(is_refusal(answer.status) ? Health::degraded : Health::unhealthy,
                  server + " answers " + std::to_string(answer.status) + " to /api/status.");
  if (!is_azuracast)
    return report(Health::unhealthy, server + " answers, but not as AzuraCast does.");
  AzuracastReport found = report(Health::healthy, reachable);
  found.is_status = true;
  return found;
}

asio::awaitable<AzuracastReport> ask_status(Azuracast from, Instant deadline) {
  std::string url = azuracast_status_url(from);
  const HttpAnswer answer =
      co_await ask_azuracast(from, std::move(url), std::string(), deadline, status_bytes);
  co_return of_status(from, answer);
}

AzuracastReport unchanged(std::string etag) {
  AzuracastReport found = report(Health::healthy, reachable);
  found.is_unchanged = true;
  found.etag = std::move(etag);
  return found;
}

asio::awaitable<AzuracastReport> ask_now_playing(Azuracast from, std::string etag,
                                                 Instant deadline) {
  std::string url = azuracast_now_playing_url(from);
  const HttpAnswer answer =
      co_await ask_azuracast(from, std::move(url), etag, deadline, now_playing_bytes);
  if (answer.status == 304 && !etag.empty()) co_return unchanged(std::move(etag));
  if (answer.status == 0) co_return report(Health::unhealthy, answer.trouble);
  if (answer.status == 200 && answer.trouble.empty() && !answer.cut)
    co_return of_body(from, answer);
  AzuracastReport found = co_await ask_status(from, deadline);
  if (found.health != Health::healthy) co_return found;
  found.health = Health::degraded;
  found.is_status = false;  // what is needed is the report
  found.sentence = answer.trouble.empty() ? refusal(from, answer.status) : answer.trouble;
  if (answer.cut) found.sentence = "AzuraCast answers with more than 1 MiB: not read.";
  co_return found;
}

using Ask = std::function<asio::awaitable<AzuracastReport>(Instant deadline)>;

asio::awaitable<AzuracastReport> timed(Ask ask, Instant deadline) {
  const Instant start = steady_clock::now();
  AzuracastReport found = co_await ask(deadline);
  found.took = steady_clock::now() - start;
  co_return found;
}

AzuracastReport of_failure(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    return report(Health::unhealthy, sentence("The probe failed: %s.", error.what()));
  }
}

void spawn(const asio::any_io_executor& executor, Ask ask, Duration timeout,
           std::function<void(AzuracastReport)> done) {
  const Instant deadline = steady_clock::now() + timeout;
  asio::post(
      executor, [executor, ask = std::move(ask), deadline, done = std::move(done)]() mutable {
        asio::co_spawn(
            executor, timed(std::move(ask), deadline),
            [done = std::move(done)](const std::exception_ptr& failure, AzuracastReport found) {
              done(failure ? of_failure(failure) : std::move(found));
            });
      });
}

}  // namespace

std::string azuracast_status_url(const Azuracast& from) {
  return base_of(from) + "/api/status";
}

std::string azuracast_now_playing_url(const Azuracast& from) {
  const std::string all = base_of(from) + "/api/nowplaying";
  return from.station.empty() ? all : all + "/" + percent_encode(from.station);
}

std::string azuracast_feed_url(const Azuracast& from) {
  // Signs with a meaning in JSON are in no short name.
  std::string station;
  for (const char c : from.station) {
    if (c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20) station += c;
  }
  const std::string connect = R"({"subs":{"station:)" + station + R"(":{"recover":true}}})";
  return base_of(from) + "/api/live/nowplaying/sse?cf_connect=" + percent_encode(connect);
}

void poll_azuracast(const asio::any_io_executor& executor, Azuracast from, std::string etag,
                    Duration timeout, std::function<void(AzuracastReport)> done) {
  spawn(
      executor,
      [from = std::move(from), etag = std::move(etag)](Instant deadline) {
        return ask_now_playing(from, etag, deadline);
      },
      timeout, std::move(done));
}

void probe_azuracast(const asio::any_io_executor& executor, Azuracast from, Duration timeout,
                     std::function<void(AzuracastReport)> done) {
  spawn(
      executor, [from = std::move(from)](Instant deadline) { return ask_status(from, deadline); },
      timeout, std::move(done));
}

}  // namespace monitor::probes
