#include "monitor/probes/media_probe.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <optional>

#include <boost/asio/error.hpp>

#include "monitor/probes/http_exchange.hpp"
#include "monitor/probes/http_reply.hpp"
#include "monitor/probes/http_request.hpp"
#include "monitor/probes/media_bytes.hpp"
#include "monitor/probes/origin_headers.hpp"
#include "monitor/probes/proxy.hpp"
#include "monitor/text/ascii.hpp"
#include "monitor/text/url.hpp"

namespace monitor::probes {
namespace {

namespace asio = boost::asio;
using std::string_view;
using std::chrono::steady_clock;
using Phase = HttpReply::Phase;
using Step = ConnectionError::Step;

constexpr std::size_t foreign_limit = 40;  // bytes of a server's own words in a sentence

// What one exchange gave.
struct Answer {
  HttpReply reply;
  std::optional<ConnectionError> error;
};

bool is_media_status(int status) {
  return status == 200 || status == 206;
}

// Whether enough is read to judge by.
bool is_enough(const HttpReply& reply) {
  if (reply.phase() == Phase::header) return false;
  if (reply.phase() != Phase::body || !is_media_status(reply.status())) return true;
  return look_of(reply.body(), reply.content_type(), false) != Look::unsure;
}

// The target, or where it was redirected to: there the client's certificate is not shown either.
asio::awaitable<Answer> ask(const Target& target, const std::string& url, bool authorized,
                            Instant deadline) {
  Answer answer;
  HttpReply& reply = answer.reply;
  TlsFiles tls = target.tls;
  if (!is_same_origin(split_url(target.url), split_url(url))) tls.certificate = tls.key = {};
  try {
    HttpExchange exchange{.url = url,
                          .request = get_request(url, headers_for(target, url), authorized),
                          .verify_tls = target.verify_tls,
                          .tls = tls,
                          .deadline = deadline,
                          .read_limit = 4 * HttpReply::header_limit};
    auto enough = [&reply] { return is_enough(reply); };
    co_await exchange_http(std::move(exchange), reply, std::move(enough));
    if (!is_enough(reply)) reply.end_of_stream();
  } catch (const ConnectionError& error) {
    answer.error = error;
  }
  co_return answer;
}

std::string within(Duration span) {
  char text[32];
  std::snprintf(text, sizeof text, "within %.3g s", seconds(span));
  return text;
}

// A server's own word, cut and in plain characters.
std::string foreign(string_view word) {
  std::string text(word.substr(0, foreign_limit));
  std::ranges::replace_if(
      text, [](char c) { return c < 0x20 || c > 0x7E; }, '?');
  return text;
}

Finding up(std::string sentence) {
  return {.available = true, .sentence = std::move(sentence), .answer = LookAnswer::reachable};
}

constexpr Duration longest_retry_after = std::chrono::hours(1);

// In seconds; a date is taken for a minute.
std::optional<Duration> retry_after(const HttpReply& reply) {
  const std::string value(trimmed(reply.header("retry-after")));
  if (value.empty()) return std::nullopt;
  int count = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
  if (error != std::errc{} || end != value.data() + value.size() || count < 0)
    return error == std::errc::result_out_of_range ? longest_retry_after : std::chrono::minutes(1);
  return std::min<Duration>(std::chrono::seconds(count), longest_retry_after);
}

// An end of its own: a length, and no live playlist.
bool is_finite(const HttpReply& reply) {
  const bool is_playlist = reply.body().starts_with("#EXTM3U");
  if (is_playlist) return reply.body().find("#EXT-X-ENDLIST") != std::string::npos;
  return !reply.header("content-length").empty() || !reply.header("content-range").empty();
}

bool limits_access(int status) {
  return status == 401 || status == 403 || status == 407 || status == 429 || status == 453;
}

Finding judge_status(const std::string& who, const HttpReply& reply) {
  const int status = reply.status();
  const std::string answers = who + " answers " + std::to_string(status);
  if (status == 404 || status == 410)
    return not_available(Cause::source_missing, answers + ": the mount is not there.",
                         LookAnswer::missing);
  const auto rest = retry_after(reply);
  const LookAnswer answer =
      limits_access(status) || rest ? LookAnswer::refused : LookAnswer::unclear;
  const auto because = [&](Cause cause, const char* reason) {
    Finding finding = not_available(cause, answers + reason, answer);
    finding.retry_after = rest;
    return finding;
  };
  if (status == 401 || status == 407)
    return because(Cause::source_refused, ": it requires other credentials.");
  if (status == 403) return because(Cause::source_refused, ": access is forbidden.");
  if (status == 408 || status == 425 || status == 429 || status >= 500)
    return because(Cause::source_unreachable, ": it cannot serve now.");
  if (status >= 400) return because(Cause::source_refused, ": it refuses the request.");
  return because(Cause::source_corrupt, ", which brings no media.");
}

Finding judge_body(const std::string& who, const HttpReply& reply, bool timed_out, Duration span) {
  const std::string answers = who + " answers " + std::to_string(reply.status());
  if (reply.body().empty()) {
    const std::string what = timed_out ? ", but sends no byte " + within(span) + "."
                                       : ", but ends without a byte of media.";
    return not_available(Cause::source_stalled, answers + what);
  }
  const std::string type = reply.content_type();
  if (look_of(reply.body(), type, true) == Look::media)
    return {.available = true,
            .sentence = answers + " with media.",
            .answer = LookAnswer::delivers,
            .is_finite = is_finite(reply)};
  const bool page = look_of("text", type, true) == Look::no_media;  // by its type alone
  const std::string kind = page ? foreign(type) : "a page (HTML, XML or JSON)";
  return not_available(Cause::source_corrupt, answers + " with " + kind + ", which is no media.");
}

Finding judge_no_reply(const std::string& who, const std::string& server, const Answer& answer,
                       Duration span) {
  if (!answer.error)
    return not_available(Cause::source_unreachable,
                         who + " closes the connection without an answer.");
  const ConnectionError& error = *answer.error;
  const bool timed_out = error.code() == asio::error::timed_out;
  if (timed_out && error.step() == Step::exchange)
    return not_available(Cause::source_stalled,
                         who + " takes the connection, but does not answer " + within(span) + ".");
  if (timed_out && error.step() == Step::tls_handshake)
    return not_available(Cause::source_stalled, sentence_of(error, server));
  return not_available(Cause::source_unreachable, sentence_of(error, server), answer_of(error));
}

Finding judge(const std::string& who, const std::string& server, const Answer& answer,
              Duration span) {
  const HttpReply& reply = answer.reply;
  if (reply.phase() == Phase::no_http)
    return not_available(Cause::source_corrupt, who + " answers, but not in HTTP.");
  if (reply.phase() == Phase::too_long)
    return not_available(Cause::source_corrupt, who + " answers with more than 64 KiB of header.");
  if (reply.phase() == Phase::header) return judge_no_reply(who, server, answer, span);
  if (!is_media_status(reply.status())) return judge_status(who, reply);
  const bool timed_out = answer.error && answer.error->code() == asio::error::timed_out;
  return judge_body(who, reply, timed_out, span);
}

bool offers(const HttpReply& reply, string_view scheme) {
  const std::string ways = reply.header("www-authenticate");
  return ways.find(scheme) != std::string::npos;
}

}  // namespace

LookAnswer answer_of(const ConnectionError& error) {
  const bool refused =
      error.step() == Step::connection && error.code() == asio::error::connection_refused;
  return refused ? LookAnswer::missing : LookAnswer::unclear;
}

std::string sentence_of(const ConnectionError& error, string_view server) {
  const std::string name(server);
  if (error.step() == Step::connection) {
    if (error.code() == asio::error::connection_refused)
      return "Connection to " + name + " refused.";
    if (error.code() == asio::error::timed_out) return "No connection to " + name + " in time.";
    return "No connection to " + name + ": " + error.code().message() + ".";
  }
  std::string sentence = error.what();
  if (!sentence.empty() && sentence[0] >= 'a' && sentence[0] <= 'z')
    sentence[0] = static_cast<char>(sentence[0] - 'a' + 'A');
  return sentence + ".";
}

namespace {

// FFmpeg may get more there than the look did.
bool may_differ_for_ffmpeg(const Target& target, const std::string& url, int status) {
  const bool has_less =
      !is_same_origin(split_url(target.url), split_url(url)) &&
      (!target.headers.empty() || !target.cookies.empty() || !target.tls.certificate.empty());
  return has_less && limits_access(status);
}

}  // namespace

asio::awaitable<Finding> probe_media(Target target, Instant deadline) {
  const Duration span = deadline - steady_clock::now();
  target.url = opened_url(target.url);
  const std::string first = shown_url(target.url);
  std::string who = first;
  std::string asked = target.url;
  bool authorized = false;
  for (int redirects = 0; redirects <= HttpReply::redirect_limit;) {
    const Url url = split_url(asked);
    const std::string server = shown_server(asked);
    if (goes_through_proxy(url.host))
      co_return up(first + " is reached through a proxy: not probed.");
    const Answer answer = co_await ask(target, asked, authorized, deadline);
    const HttpReply& reply = answer.reply;
    if (reply.status() == 401 && !url.userinfo.empty() && !authorized) {
      if (offers(reply, "Digest") && !offers(reply, "Basic"))
        co_return up(who + " requires digest authentication: it is up.");
      authorized = true;
      continue;
    }
    if (may_differ_for_ffmpeg(target, asked, reply.status()))
      co_return up(who + " answers " + std::to_string(reply.status()) +
                   " to a look without the command's headers: it is up.");
    if (!reply.is_redirect()) co_return judge(who, server, answer, span);
    asked = resolved_url(asked, reply.header("location"));
    authorized = false;
    ++redirects;
    const Url next = split_url(asked);
    if (next.scheme != "http" && next.scheme != "https")
      co_return not_available(
          Cause::source_corrupt,
          first + " redirects to " + foreign(next.scheme) + "://…, which is no HTTP.");
    who = first + " redirects to " + shown_server(next.host, next.port) + ", which";
  }
  co_return not_available(
      Cause::source_unreachable,
      first + " redirects more than " + std::to_string(HttpReply::redirect_limit) + " times.");
}

}  // namespace monitor::probes
