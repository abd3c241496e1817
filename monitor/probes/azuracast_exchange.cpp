#include "monitor/probes/azuracast_exchange.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include "monitor/probes/connection.hpp"
#include "monitor/probes/http_reply.hpp"
#include "monitor/probes/http_request.hpp"
#include "monitor/probes/media_probe.hpp"
#include "monitor/probes/target.hpp"
#include "monitor/probes/url.hpp"
#include "monitor/text/sentence.hpp"

namespace monitor::probes {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;
using Phase = HttpReply::Phase;

constexpr int redirect_limit = 5;
constexpr std::size_t read_bytes = 16 * 1024;  // at once
constexpr std::size_t etag_bytes = 256;        // AzuraCast's and proxies' have some 40

std::string server_of(const std::string& url) {
  return shown_server(split_url(url).host, port_of(url));
}

// The same server, or the same host by HTTPS at its usual port, as `http:` is often redirected.
bool may_know_key(const std::string& configured, const std::string& url) {
  const Url own = split_url(configured);
  const Url asked = split_url(url);
  if (own.host != asked.host) return false;
  if (own.scheme == asked.scheme) return port_of(configured) == port_of(url);
  return asked.scheme == "https" && port_of(url) == "443";
}

bool knows_status(const HttpReply& reply) {
  const Phase phase = reply.phase();
  return phase == Phase::body || phase == Phase::complete || phase == Phase::broken;
}

// A 304 has no body, whatever length it names.
bool is_enough(const HttpReply& reply) {
  if (reply.phase() == Phase::header) return false;
  return reply.phase() != Phase::body || reply.status() == 304;
}

bool is_redirect(const HttpReply& reply) {
  return knows_status(reply) && reply.status() >= 300 && reply.status() < 400 &&
         reply.status() != 304 && !reply.header("location").empty();
}

asio::awaitable<void> exchange(const std::string& url, const std::string& request, Instant deadline,
                               std::size_t body_limit, HttpReply& reply) {
  const Url parts = split_url(url);
  const bool tls = parts.scheme == "https";
  std::string host(parts.host);
  std::string port(port_of(url));
  const auto connection = co_await Connection::open(std::move(host), std::move(port), tls,
                                                    deadline - steady_clock::now());
  co_await connection->write(request);
  std::array<char, read_bytes> buffer;
  // Chunk by chunk of one byte, or with a thousand interim replies, it ends, too.
  const std::size_t read_limit = 4 * HttpReply::header_limit + 2 * body_limit;
  for (std::size_t taken = 0; taken < read_limit && !is_enough(reply);) {
    const std::size_t count = co_await connection->read_some(asio::buffer(buffer));
    if (count == 0) {
      reply.end_of_stream();
      break;
    }
    taken += count;
    reply.feed({buffer.data(), count});
  }
}

std::string no_http(const std::string& server, const HttpReply& reply) {
  if (reply.phase() == Phase::no_http) return server + " answers, but not in HTTP.";
  if (reply.phase() == Phase::too_long) return server + " answers with more than 64 KiB of header.";
  return server + " hangs up without an answer.";
}

std::string no_exchange(const std::string& server, const ConnectionError& error, Duration span) {
  const bool is_silent =
      error.code() == asio::error::timed_out && error.step() == ConnectionError::Step::exchange;
  if (!is_silent) return sentence_of(error, server);
  return sentence("%s takes the connection, but does not answer within %.3g s.", server.c_str(),
                  seconds(span));
}

AzuracastAnswer answer_of(const std::string& server, const HttpReply& reply, std::size_t body_limit,
                          std::string trouble) {
  AzuracastAnswer answer;
  answer.trouble = std::move(trouble);
  if (!knows_status(reply)) {
    if (answer.trouble.empty()) answer.trouble = no_http(server, reply);
    return answer;
  }
  answer.status = reply.status();
  answer.body = reply.body();
  answer.cut = answer.body.size() >= body_limit;
  answer.etag = reply.header("etag");
  if (answer.etag.size() > etag_bytes) answer.etag.clear();
  if (reply.phase() == Phase::broken) answer.trouble = server + " sends broken chunks.";
  return answer;
}

}  // namespace

std::string azuracast_request(const Azuracast& from, const std::string& url,
                              const std::string& etag, const char* accept) {
  Headers headers{{"User-Agent", "ffsupervisor"}, {"Accept", accept}};
  headers.emplace_back("Icy-MetaData", "0");
  const bool knows_key = may_know_key(from.url, url);
  if (knows_key && !from.api_key.empty()) headers.emplace_back("X-API-Key", from.api_key);
  if (!etag.empty()) headers.emplace_back("If-None-Match", etag);
  return get_request(url, headers, knows_key);
}

asio::awaitable<AzuracastAnswer> ask_azuracast(Azuracast from, std::string url, std::string etag,
                                               Instant deadline, std::size_t body_limit) {
  const Duration span = deadline - steady_clock::now();
  const std::string first = server_of(url);
  AzuracastAnswer answer;
  for (int redirects = 0; redirects <= redirect_limit; ++redirects) {
    const std::string server = server_of(url);
    const std::string request = azuracast_request(from, url, etag);
    HttpReply reply(body_limit);
    std::string trouble;
    try {
      co_await exchange(url, request, deadline, body_limit, reply);
    } catch (const ConnectionError& error) {
      trouble = no_exchange(server, error, span);
    }
    if (!is_redirect(reply)) co_return answer_of(server, reply, body_limit, std::move(trouble));
    url = resolved_url(url, reply.header("location"));
    const std::string scheme(split_url(url).scheme);
    if (scheme == "http" || scheme == "https") continue;
    answer.trouble = first + " redirects to what is no HTTP.";
    co_return answer;
  }
  answer.trouble = sentence("%s redirects more than %d times.", first.c_str(), redirect_limit);
  co_return answer;
}

}  // namespace monitor::probes
