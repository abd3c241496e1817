#include "monitor/probes/http_get.hpp"

#include <chrono>
#include <string_view>
#include <utility>

#include <boost/asio/error.hpp>

#include "monitor/probes/connection.hpp"
#include "monitor/probes/http_exchange.hpp"
#include "monitor/probes/http_reply.hpp"
#include "monitor/probes/http_request.hpp"
#include "monitor/probes/media_probe.hpp"
#include "monitor/text/sentence.hpp"
#include "monitor/text/url.hpp"

namespace monitor::probes {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;
using Phase = HttpReply::Phase;

constexpr std::size_t etag_bytes = 256;  // servers' and proxies' have some 40

// A 304 has no body, whatever length it names.
bool is_enough(const HttpReply& reply, std::size_t body_limit) {
  if (reply.phase() == Phase::header) return false;
  return reply.phase() != Phase::body || body_limit == 0 || reply.status() == 304;
}

std::string no_http(const std::string& server, const HttpReply& reply) {
  if (reply.phase() == Phase::no_http) return server + " answers, but not in HTTP.";
  if (reply.phase() == Phase::too_long) return server + " answers with more than 64 KiB of header.";
  return server + " closes the connection without an answer.";
}

// Its kernel took the connection.
bool is_silence(const ConnectionError& error) {
  const bool taken = error.step() == ConnectionError::Step::tls_handshake ||
                     error.step() == ConnectionError::Step::exchange;
  return taken && error.code() == asio::error::timed_out;
}

std::string no_exchange(const std::string& server, const ConnectionError& error, Duration span) {
  const bool asked = error.step() == ConnectionError::Step::exchange;
  if (!asked || !is_silence(error)) return sentence_of(error, server);
  return sentence("%s takes the connection, but does not answer within %.3g s.", server.c_str(),
                  seconds(span));
}

bool knows_status(const HttpReply& reply) {
  const Phase phase = reply.phase();
  return phase == Phase::body || phase == Phase::complete || phase == Phase::broken;
}

// What the exchange brought; `trouble` is of the connection.
HttpAnswer answer_of(const std::string& server, const HttpReply& reply, std::size_t body_limit,
                     std::string trouble) {
  HttpAnswer answer;
  answer.trouble = std::move(trouble);
  if (knows_status(reply)) {
    answer.status = reply.status();
    answer.body = reply.body();
    answer.cut = answer.body.size() >= body_limit;
    answer.etag = reply.header("etag");
    if (answer.etag.size() > etag_bytes) answer.etag.clear();
    if (reply.phase() == Phase::broken) answer.trouble = server + " sends broken chunks.";
  } else if (answer.trouble.empty()) {
    answer.trouble = no_http(server, reply);
  }
  return answer;
}

std::string plain_request(const std::string& url) {
  // 0: no titles between the bytes.
  const Headers headers{{"User-Agent", "ffsupervisor"}, {"Icy-MetaData", "0"}};
  return get_request(url, headers, true);
}

}  // namespace

asio::awaitable<HttpAnswer> http_get(std::string url, Instant deadline, std::size_t body_limit) {
  return http_get(std::move(url), plain_request, deadline, body_limit);
}

asio::awaitable<HttpAnswer> http_get(std::string url, RequestFor request_for, Instant deadline,
                                     std::size_t body_limit) {
  const Duration span = deadline - steady_clock::now();
  const std::string first = shown_server(url);
  HttpAnswer answer;
  for (int redirects = 0; redirects <= HttpReply::redirect_limit; ++redirects) {
    const std::string server = shown_server(url);
    HttpReply reply(body_limit);
    std::string trouble;
    bool silent = false;
    try {
      HttpExchange exchange{.url = url,
                            .request = request_for(url),
                            .deadline = deadline,
                            .read_limit = 4 * HttpReply::header_limit + 2 * body_limit};
      auto enough = [&reply, body_limit] { return is_enough(reply, body_limit); };
      co_await exchange_http(std::move(exchange), reply, std::move(enough));
    } catch (const ConnectionError& error) {
      trouble = no_exchange(server, error, span);
      silent = is_silence(error);
    }
    if (!reply.is_redirect()) {
      answer = answer_of(server, reply, body_limit, std::move(trouble));
      // Whom it redirects to is another server.
      answer.silent = silent && answer.status == 0 && redirects == 0;
      co_return answer;
    }
    url = resolved_url(url, reply.header("location"));
    const std::string scheme(split_url(url).scheme);
    if (scheme == "http" || scheme == "https") continue;
    answer.trouble = first + " redirects to what is no HTTP.";
    co_return answer;
  }
  answer.trouble =
      sentence("%s redirects more than %d times.", first.c_str(), HttpReply::redirect_limit);
  co_return answer;
}

}  // namespace monitor::probes
