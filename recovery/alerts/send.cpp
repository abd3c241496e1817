#include "recovery/alerts/send.hpp"

#include <array>
#include <charconv>
#include <memory>
#include <string_view>

#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>

#include "monitor/probes/connection.hpp"

namespace recovery::alerts {
namespace {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;
using boost::system::error_code;
using monitor::probes::Connection;
using monitor::probes::ConnectionError;
using Parser = beast_http::response_parser<beast_http::string_body>;
using Request = beast_http::request<beast_http::string_body>;

constexpr std::size_t answer_limit = 64 * 1024;  // bytes read; receivers answer in a few words
constexpr std::size_t chunk_bytes = 4096;

std::string request_text(const Endpoint& endpoint, Message message) {
  Request request;
  request.method_string(message.method);
  request.target(endpoint.target);
  request.set(beast_http::field::host, endpoint.host_header);
  request.set(beast_http::field::user_agent, "ffsupervisor");
  request.set(beast_http::field::accept, "*/*");
  request.set(beast_http::field::content_type, message.content_type);
  for (const auto& [name, value] : endpoint.headers) request.set(name, value);
  request.set(beast_http::field::connection, "close");
  request.body() = std::move(message.body);
  request.prepare_payload();

  beast_http::request_serializer<beast_http::string_body> serializer(request);
  std::string text;
  error_code error;
  while (!serializer.is_done() && !error) {
    serializer.next(error, [&](error_code&, const auto& buffers) {
      text += boost::beast::buffers_to_string(buffers);
      serializer.consume(boost::beast::buffer_bytes(buffers));
    });
  }
  return text;
}

// An answer as it arrives. Informational ones (103) before it are skipped.
class AnswerReader {
 public:
  AnswerReader() { begin(); }

  bool knows_status() const { return parser_->is_header_done(); }
  bool is_done() const { return parser_->is_done() || total_bytes_ >= answer_limit; }
  const Parser::value_type& answer() const { return parser_->get(); }

  void feed(std::string_view bytes, error_code& error) {
    total_bytes_ += bytes.size();
    received_ += bytes;
    while (!error && !received_.empty() && !parser_->is_done()) {
      const std::size_t used = parser_->put(asio::buffer(received_), error);
      received_.erase(0, used);
      if (knows_status() && answer().result_int() < 200) begin();
    }
    if (error == beast_http::error::need_more) error = {};
  }

 private:
  void begin() {
    parser_.emplace();
    parser_->eager(true);
    parser_->body_limit(answer_limit);
  }

  std::optional<Parser> parser_;
  std::string received_;  // … and not parsed yet
  std::size_t total_bytes_ = 0;
};

// The body is read only so that the receiver can finish sending it; the status decides.
asio::awaitable<void> read_answer(Connection& connection, AnswerReader& reader) {
  std::array<char, chunk_bytes> chunk;
  error_code error;
  while (!error && !reader.is_done()) {
    const std::size_t count = co_await connection.read_some(asio::buffer(chunk));
    if (count == 0) break;
    reader.feed({chunk.data(), count}, error);
  }
}

AlertFailure not_delivered() {
  return {.retryable = true, .may_be_delivered = false, .rest = {}};
}

Attempt unreachable(const ConnectionError& error) {
  AlertFailure failure;
  failure.may_be_delivered = error.step() == ConnectionError::Step::exchange;
  return {.failure = failure, .error = error.what()};
}

// In seconds; the other form, a date, is hardly ever sent.
monitor::Duration retry_after(const Parser::value_type& answer) {
  const auto text = answer[beast_http::field::retry_after];
  unsigned seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return std::chrono::seconds(seconds);
}

// A server may repeat a secret path in its own words: the reason phrase and the body are not
// logged.
std::string status_text(unsigned status) {
  const auto known = beast_http::int_to_status(status);
  const std::string number = std::to_string(status);
  return known == beast_http::status::unknown
             ? number
             : number + " " + std::string(beast_http::obsolete_reason(known));
}

Attempt judged(const Endpoint& endpoint, const Parser::value_type& answer) {
  const unsigned status = answer.result_int();
  if (status >= 200 && status < 300) return Attempt{};
  Attempt attempt{.failure = AlertFailure{},
                  .error = endpoint.name + " answered " + status_text(status)};
  if (status == 408 || status == 425 || status == 429) {
    *attempt.failure = not_delivered();
  } else if (status >= 300 && status < 500) {
    *attempt.failure = {.retryable = false, .may_be_delivered = false, .rest = {}};
  }
  if (status == 429 || status == 503) attempt.failure->rest = retry_after(answer);
  if (status < 400 && status >= 300) {
    attempt.error += "; redirects are not followed: set the URL that it leads to";
  }
  return attempt;
}

asio::awaitable<void> exchange(const Endpoint& endpoint, const std::string& request,
                               monitor::Duration timeout, AnswerReader& reader) {
  const auto connection =
      co_await Connection::open(endpoint.host, endpoint.port, endpoint.tls, timeout);
  co_await connection->write(request);
  co_await read_answer(*connection, reader);
}

}  // namespace

asio::awaitable<Attempt> send(Endpoint endpoint, Message message, monitor::Duration timeout) {
  const std::string request = request_text(endpoint, std::move(message));
  AnswerReader reader;
  Attempt attempt{.failure = AlertFailure{}, .error = endpoint.name + " did not answer in HTTP"};
  try {
    co_await exchange(endpoint, request, timeout, reader);
  } catch (const ConnectionError& error) {
    if (error.code() == asio::error::operation_aborted) throw;
    attempt = unreachable(error);
  }
  if (!reader.knows_status()) co_return attempt;
  attempt = judged(endpoint, reader.answer());
  attempt.answer = reader.answer().body();
  co_return attempt;
}

}  // namespace recovery::alerts
