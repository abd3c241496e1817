#include "http/connection.hpp"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "http/byte_stream.hpp"
#include "http/events/subscription.hpp"
#include "http/framing.hpp"
#include "http/network.hpp"
#include "http/parsed_request.hpp"
#include "http/request_path.hpp"

namespace http {
namespace {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;
using boost::system::error_code;

constexpr std::size_t read_bytes = 1024;           // holds a scraper's whole request
constexpr std::size_t part_bytes = 64 * 1024;      // of a large answer; a peer that reads takes it
constexpr std::size_t linger_bytes = 1024 * 1024;  // of a refused request, read and discarded

class Session {
 public:
  Session(asio::ip::tcp::socket socket, const Shared& shared)
      : peer_(peer_of(socket)),
        state_(std::move(socket), network_of(peer_.address)),
        shared_(shared),
        // More than the header's limit, so that the parser sees it passed.
        buffer_(shared.bounds.header_bytes + read_bytes) {
    shared_.connections.add(state_);
  }
  ~Session() { shared_.connections.remove(state_); }
  Session(const Session&) = delete;

  asio::awaitable<void> run();

 private:
  asio::awaitable<bool> secure();
  asio::awaitable<bool> receive();
  asio::awaitable<bool> fill();
  asio::awaitable<void> admit();
  std::optional<Refusal> parse();
  std::optional<Refusal> check_head();
  std::optional<Refusal> check_body();
  asio::awaitable<void> send_continue();
  asio::awaitable<bool> handle();
  asio::awaitable<Reply> answer(const Request& request);
  asio::awaitable<bool> send(const Reply& reply, KeepAlive keep_alive, bool with_body);
  asio::awaitable<void> refuse(Refusal refusal);
  asio::awaitable<void> linger();
  asio::awaitable<void> stream_events(Subscription& events);
  asio::awaitable<bool> write(asio::const_buffer bytes);
  asio::awaitable<bool> write_in_parts(asio::const_buffer bytes);
  void log(const Request& request, const Reply& reply, SteadyTime began) const;

  const Peer peer_;
  ConnectionState state_;
  ByteStream stream_{state_.socket};
  Shared shared_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::optional<Admission> admission_;
  bool head_checked_ = false;
  bool awaits_continue_ = false;  // `100 Continue`
};

// This file has no co_await in a condition: for `while (co_await …)` g++ 12 passed a wrong `this`
// to the callee.
asio::awaitable<void> Session::run() {
  bool lives = true;
  if (shared_.tls != nullptr) lives = co_await secure();
  if (!lives) co_return;
  while (lives) {
    const bool received = co_await receive();
    if (!received) co_return;
    lives = co_await handle();
  }
  co_await linger();
}

// TLS handshake; false where it fails. A client that speaks plain HTTP gets a 400 with the reason.
asio::awaitable<bool> Session::secure() {
  constexpr unsigned char handshake_record = 0x16;
  shared_.connections.enter(state_, ConnectionPhase::idle);
  const auto [failed] = co_await state_.socket.async_wait(asio::socket_base::wait_read, as_result);
  unsigned char first = 0;
  error_code error = failed;
  if (!error)
    state_.socket.receive(asio::buffer(&first, 1), asio::socket_base::message_peek, error);
  if (error) co_return false;
  if (first != handshake_record) {
    co_await refuse({400, "this port speaks HTTPS: use an https:// URL"});
    co_return false;
  }
  shared_.connections.enter(state_, ConnectionPhase::reading);
  TlsIdentity::Context identity = co_await shared_.tls->current();
  error = co_await stream_.handshake(std::move(identity));
  if (error && shared_.log) shared_.log({.message = "TLS handshake failed: " + error.message()});
  co_return !error;
}

// True when a request can be answered: it has arrived as a whole, or is refused by its head.
asio::awaitable<bool> Session::receive() {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(shared_.bounds.header_bytes));
  parser_->body_limit(
      shared_.bounds.hook_body_bytes);  // the least is the route's: see check_body()
  parser_->eager(true);
  head_checked_ = awaits_continue_ = false;
  admission_.reset();
  shared_.connections.enter(state_, ConnectionPhase::idle);
  while (true) {
    if (const auto refusal = parse()) {
      co_await refuse(*refusal);
      co_return false;
    }
    if (head_checked_ && !admission_) co_await admit();
    if (admission_ && admission_->refusal) co_return true;
    if (const auto refusal = check_body()) {
      co_await refuse(*refusal);
      co_return false;
    }
    if (parser_->is_done()) co_return true;
    co_await send_continue();
    const bool filled = co_await fill();
    if (filled) continue;
    const bool slow = state_.timed_out && state_.phase == ConnectionPhase::reading;
    if (slow) co_await refuse({408, "the request did not arrive in time"});
    co_return false;
  }
}

// Before anything of the body is asked for or kept.
asio::awaitable<void> Session::admit() {
  shared_.connections.enter(state_, ConnectionPhase::answering);
  const Request head = request_of(*parser_, peer_);
  admission_ = co_await shared_.routes.admit(head);
  state_.is_known = admission_->is_known;
  shared_.connections.enter(state_, ConnectionPhase::reading);
}

asio::awaitable<bool> Session::fill() {
  const auto room = buffer_.prepare(std::min(read_bytes, buffer_.max_size() - buffer_.size()));
  const auto [error, count] = co_await stream_.read_some(room);
  buffer_.commit(count);
  co_return !error;
}

// Parses what is in the buffer.
std::optional<Refusal> Session::parse() {
  const auto line_end = [this] {
    const char first = *static_cast<const char*>(buffer_.data().data());
    return first == '\r' || first == '\n';
  };
  // Empty lines before a request are ignored (RFC 9112, 2.2).
  while (!parser_->got_some() && buffer_.size() > 0 && line_end()) buffer_.consume(1);
  if (buffer_.size() == 0) return std::nullopt;
  if (state_.phase == ConnectionPhase::idle)
    shared_.connections.enter(state_, ConnectionPhase::reading);
  error_code error;
  buffer_.consume(parser_->put(buffer_.data(), error));
  if (const auto refusal = check_head()) return refusal;
  if (error && error != beast_http::error::need_more) return refusal_of_parsing(error);
  const bool full = buffer_.size() == buffer_.max_size() && !parser_->is_done();
  return full ? std::optional(Refusal{400, "malformed HTTP request"}) : std::nullopt;
}

// Once for each request. Of what a parser's error leaves behind, too: this one says more.
std::optional<Refusal> Session::check_head() {
  if (head_checked_ || !parser_->is_header_done()) return std::nullopt;
  head_checked_ = true;
  const RequestHead head = head_of(*parser_);
  awaits_continue_ = awaits_continue(head);
  return refusal_of(head);
}

// Each route has its limit, by what is announced; all connections together have one, by what has
// come. Before `100 Continue`.
std::optional<Refusal> Session::check_body() {
  if (!parser_->is_header_done()) return std::nullopt;
  const std::size_t announced = parser_->content_length() ? *parser_->content_length() : 0;
  const std::size_t arrived = parser_->get().body().size();
  if (std::max(announced, arrived) > Routes::body_limit(path_of(*parser_), shared_.bounds))
    return refusal_of_parsing(beast_http::error::body_limit);
  if (shared_.connections.take_body(state_, arrived)) return std::nullopt;
  return Refusal{503, "too many request bodies are being read"};
}

// curl waits up to a second for this before it sends a body.
asio::awaitable<void> Session::send_continue() {
  if (!std::exchange(awaits_continue_, false)) co_return;
  constexpr std::string_view line = "HTTP/1.1 100 Continue\r\n\r\n";
  co_await stream_.write(asio::buffer(line));
}

// Answers the request; true when the connection stays open.
asio::awaitable<bool> Session::handle() {
  const auto began = std::chrono::steady_clock::now();
  Request request = request_of(*parser_, peer_);
  request.who = admission_->who;
  request.is_known = admission_->is_known;
  shared_.connections.enter(state_, ConnectionPhase::answering);
  Reply reply = admission_->refusal ? std::move(*admission_->refusal) : Reply();
  if (!admission_->refusal) reply = co_await answer(request);
  shared_.connections.take_body(state_, 0);
  const auto need = shared_.routes.is_watched(request.path) ? Connections::Need::must_be_sent
                                                            : Connections::Need::can_wait;
  if (!shared_.connections.make_room_for(state_, reply.body->size(), need)) {
    reply = error_reply(503, "too many answers are waiting to be sent");
    reply.headers = "Retry-After: 1\r\n";
  }
  const bool is_last = reply.events || !parser_->is_done();  // what is unread is no next request
  const KeepAlive keep_alive = is_last ? KeepAlive::no : keep_alive_of(*parser_);
  const bool sent = co_await send(reply, keep_alive, request.method != "HEAD");
  log(request, reply, began);
  if (reply.events) {
    if (sent) co_await stream_events(*reply.events);
    co_return false;
  }
  co_return sent&& keep_alive != KeepAlive::no;
}

asio::awaitable<Reply> Session::answer(const Request& request) {
  std::string problem;
  try {
    co_return co_await shared_.routes.answer(request);
  } catch (const std::exception& error) {
    problem = error.what();
  }
  shared_.log({.warning = true, .message = "http: cannot answer a request: " + problem});
  co_return error_reply(500, "internal error");
}

asio::awaitable<bool> Session::send(const Reply& reply, KeepAlive keep_alive, bool with_body) {
  const std::string head = render_head(reply, keep_alive, std::chrono::system_clock::now());
  const asio::const_buffer body = with_body ? asio::buffer(*reply.body) : asio::const_buffer();
  const std::size_t first = std::min(body.size(), part_bytes);
  const std::array<asio::const_buffer, 2> begin{asio::buffer(head),
                                                asio::const_buffer(body.data(), first)};
  shared_.connections.enter(state_, ConnectionPhase::writing);
  shared_.connections.count_unsent(state_, head.size() + body.size());
  const auto [error, count] = co_await stream_.write(begin);
  bool sent = !error;
  if (sent && first < body.size()) sent = co_await write_in_parts(body + first);
  shared_.connections.count_unsent(state_, 0);
  co_return sent;
}

// Each part has the time limit for itself: a large answer over a slow network needs more than one.
asio::awaitable<bool> Session::write_in_parts(asio::const_buffer bytes) {
  bool sent = true;
  while (sent && bytes.size() > 0) {
    shared_.connections.enter(state_, ConnectionPhase::writing);
    const auto [error, count] = co_await stream_.write(asio::buffer(bytes, part_bytes));
    bytes += count;
    sent = !error;
  }
  co_return sent;
}

asio::awaitable<void> Session::refuse(Refusal refusal) {
  const auto began = std::chrono::steady_clock::now();
  shared_.connections.take_body(state_, 0);
  Reply reply = error_reply(refusal.status, refusal.message);
  if (parser_ && !parser_->get().target().empty()) {
    reply.hook_warning =
        shared_.routes.note_refusal(path_of(*parser_), refusal.status, refusal.message);
  }
  const bool sent = co_await send(reply, KeepAlive::no, true);
  log({}, reply, began);
  if (sent) co_await linger();
}

// Closing with unread bytes resets the connection, and the peer may lose the answer: shut down the
// sending side, and read on for a moment.
asio::awaitable<void> Session::linger() {
  shared_.connections.enter(state_, ConnectionPhase::lingering);
  error_code ended = co_await stream_.end();
  std::size_t discarded = 0;
  while (!ended && discarded < linger_bytes) {
    buffer_.clear();
    const auto [error, count] =
        co_await state_.socket.async_read_some(buffer_.prepare(read_bytes), as_result);
    discarded += count;
    ended = error;
  }
}

// Sends events until either side ends it.
asio::awaitable<void> Session::stream_events(Subscription& events) {
  events.on_overrun([this] { shared_.connections.abort(state_); });
  bool alive = true;
  while (alive) {
    shared_.connections.enter(state_, ConnectionPhase::streaming);
    const std::string bytes = co_await events.next();
    if (bytes.empty()) co_return;
    const bool fits =
        shared_.connections.make_room_for(state_, bytes.size(), Connections::Need::can_wait);
    if (!fits) co_return;
    alive = co_await write(asio::buffer(bytes));
  }
}

asio::awaitable<bool> Session::write(asio::const_buffer bytes) {
  shared_.connections.count_unsent(state_, bytes.size());
  const bool sent = co_await write_in_parts(bytes);
  shared_.connections.count_unsent(state_, 0);
  co_return sent;
}

void Session::log(const Request& request, const Reply& reply, SteadyTime began) const {
  if (!shared_.log) return;
  if (!reply.hook_warning.empty()) {
    shared_.log(
        {.warning = true, .message = reply.hook_warning, .event = "azuracast_hook_refused"});
  }
  constexpr std::size_t shown =
      256;  // bytes of the path; without the query, which may hold secrets
  const auto took = std::chrono::steady_clock::now() - began;
  shared_.log({.warning = false,
               .message = reply.audit ? reply.audit->what : "request answered",
               .method = std::string(request.method.substr(0, shown)),
               .target = std::string(request.path.substr(0, shown)),
               .status = static_cast<int>(reply.status),
               .duration_seconds = std::chrono::duration<double>(took).count(),
               .who = reply.audit ? reply.audit->who : "",
               .peer = reply.audit ? peer_.address : ""});
}

}  // namespace

asio::awaitable<void> serve_connection(asio::ip::tcp::socket socket, Shared shared) {
  error_code ignored;  // without it answers are only slower
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  Session session(std::move(socket), shared);
  co_await session.run();
}

}  // namespace http
