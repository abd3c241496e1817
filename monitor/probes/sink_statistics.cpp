#include "monitor/probes/sink_statistics.hpp"

#include <chrono>
#include <cstdio>
#include <exception>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "monitor/probes/http_get.hpp"
#include "monitor/probes/published_path.hpp"
#include "monitor/probes/server_reports.hpp"
#include "monitor/probes/target.hpp"
#include "monitor/text/percent.hpp"
#include "monitor/text/sentence.hpp"
#include "monitor/text/url.hpp"

namespace monitor::probes {
namespace {

namespace asio = boost::asio;
using std::string_view;
using std::chrono::steady_clock;

constexpr std::size_t body_limit = 4 * 1024 * 1024;  // bytes; some 4000 streams
constexpr const char* no_name = "FFmpeg's output URL holds no stream name.";

bool stands_in_path(char c) {
  return is_unreserved(c) || c == '/';
}

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

// Whip's own ending is no part of the stream's name.
std::string mediamtx_name(std::string path) {
  constexpr string_view whip = "/whip";
  if (path.ends_with(whip)) path.resize(path.size() - whip.size());
  return path;
}

// Of the document to get.
std::string document_url(const SinkStatistics& from, const std::string& path) {
  switch (from.server) {
    case SinkServer::nginx_rtmp_stat:
      return from.url;
    case SinkServer::mediamtx:
      return without_slash(from.url) + "/v3/paths/get/" +
             percent_encode(mediamtx_name(path), stands_in_path);
    case SinkServer::srs:
      return without_slash(from.url) + "/api/v1/streams?count=1000";  // 10 by default
    case SinkServer::icecast: {
      const bool is_base = split_url(from.url).path.size() <= 1;
      return is_base ? without_slash(from.url) + "/status-json.xsl" : from.url;
    }
  }
  return from.url;
}

std::string refusal(const std::string& server, int status) {
  const std::string answers = server + " answers " + std::to_string(status);
  if (status == 401 || status == 403)
    return answers + ": its statistics require other credentials.";
  if (status == 404) return answers + ": its statistics are not there.";
  return answers + " where its statistics should be.";
}

// MediaMTX reports a missing path with status 404 and a JSON body.
bool is_worth_reading(SinkServer server, const HttpAnswer& answer) {
  const bool reports_missing = server == SinkServer::mediamtx && answer.status == 404 &&
                               answer.body.find_first_not_of(" \r\n\t") == answer.body.find('{');
  return answer.status == 200 || (reports_missing && !answer.body.empty());
}

SinkReport report_of(const SinkStatistics& from, const HttpAnswer& answer) {
  const std::string server = shown_server(from.url);
  if (answer.status == 0 || !answer.trouble.empty()) return not_readable(answer.trouble);
  if (!is_worth_reading(from.server, answer)) return not_readable(refusal(server, answer.status));
  if (answer.cut)
    return not_readable(server + " answers with more than 4 MiB of statistics: not read.");
  SinkReport report = read_sink_statistics(from.server, answer.body, from.published_to);
  if (!report.answered) report.sentence = server + ": " + report.sentence;
  return report;
}

asio::awaitable<SinkReport> ask(SinkStatistics from, Instant deadline) {
  const Instant begun = steady_clock::now();
  const std::string path = published_path(from.published_to);
  if (path.empty()) co_return not_readable(no_name);
  std::string url = document_url(from, path);
  const HttpAnswer answer = co_await http_get(std::move(url), deadline, body_limit);
  SinkReport report = report_of(from, answer);
  if (answer.silent) report.silent_for = steady_clock::now() - begun;
  co_return report;
}

SinkReport unread_after(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    return not_readable(sentence("The probe failed: %s.", error.what()));
  }
}

}  // namespace

SinkReport read_sink_statistics(SinkServer server, string_view body, string_view published_to) {
  const std::string path = published_path(published_to);
  if (path.empty()) return not_readable(no_name);
  switch (server) {
    case SinkServer::nginx_rtmp_stat:
      return read_nginx_rtmp_stat(body, path);
    case SinkServer::mediamtx:
      return read_mediamtx(body);
    case SinkServer::srs:
      return read_srs(body, path);
    case SinkServer::icecast:
      return read_icecast(body, path);
  }
  return {};
}

void probe_sink_statistics(const asio::any_io_executor& executor, SinkStatistics from,
                           Duration timeout, std::function<void(Observation)> done) {
  const Instant deadline = steady_clock::now() + timeout;
  auto begin = [executor, from = std::move(from), deadline, done = std::move(done)]() mutable {
    asio::co_spawn(executor, ask(std::move(from), deadline),
                   [done = std::move(done)](const std::exception_ptr& failure, SinkReport report) {
                     done(failure ? unread_after(failure) : std::move(report));
                   });
  };
  asio::post(executor, std::move(begin));
}

}  // namespace monitor::probes
