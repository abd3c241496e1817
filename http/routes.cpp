#include "http/routes.hpp"

#include <charconv>
#include <stdexcept>

#include <boost/url/pct_string_view.hpp>

#include "http/api.hpp"
#include "http/health.hpp"
#include "http/home.hpp"

namespace http {
namespace {

constexpr std::string_view liveness_path = "/health/liveness";
constexpr std::string_view streams_prefix = "/api/v1/streams/";
constexpr std::string_view recovery_suffix = "/recovery";

// Answered with 400.
class BadRequest : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

std::string decoded(std::string_view text) {
  const auto result = boost::urls::make_pct_string_view({text.data(), text.size()});
  if (!result) throw BadRequest("the path has a broken percent encoding");
  return result->decode();
}

std::size_t parse_limit(std::string_view text) {
  std::size_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (whole && limit >= 1 && limit <= limit_max) return limit;
  throw BadRequest("limit must be a whole number from 1 to " + std::to_string(limit_max));
}

// Of `limit=N`; other parameters are ignored. (boost::urls::parse_query of 1.81 reads on to a NUL
// that a view does not have.)
std::size_t limit_of(const Request& request, std::size_t otherwise) {
  constexpr std::string_view key = "limit=";
  std::string_view rest = request.query;
  while (!rest.empty()) {
    const std::size_t end = rest.find('&');
    const std::string_view parameter = rest.substr(0, end);
    if (parameter.starts_with(key)) return parse_limit(parameter.substr(key.size()));
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  return otherwise;
}

// The routes that need nothing but the board.
using Handler = Reply (*)(const Board::View& view, const Request& request, const Moment& now);
struct Route {
  std::string_view path;
  Handler handler;
};
using V = const Board::View&;
using R = const Request&;
using M = const Moment&;
constexpr Route fixed_routes[] = {
    {"/health/readiness", [](V view, R, M now) { return readiness(view, now); }},
    {"/health/detailed", [](V view, R, M now) { return detailed(view, now); }},
    {"/api/v1/streams", [](V view, R, M now) { return streams(view, now); }},
    {"/api/v1/incidents",
     [](V view, R request, M) { return incidents(view, limit_of(request, default_incidents)); }},
};

Reply one_stream(V view, R request, M now) {
  return stream(view, decoded(request.path.substr(streams_prefix.size())), now);
}

Reply one_recovery(V view, R request, M now) {
  std::string_view name = request.path.substr(streams_prefix.size());
  name.remove_suffix(recovery_suffix.size());
  return recovery_of(view, decoded(name), limit_of(request, default_history), now);
}

// Null for a path that is not here.
Handler find(std::string_view path) {
  for (const Route& route : fixed_routes) {
    if (route.path == path) return route.handler;
  }
  if (!path.starts_with(streams_prefix)) return nullptr;
  const std::string_view rest = path.substr(streams_prefix.size());
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return one_stream;
  return rest.substr(slash) == recovery_suffix ? one_recovery : nullptr;
}

Reply not_here(std::string_view path) {
  constexpr std::size_t shown = 100;  // bytes of the path
  return error_reply(
      404, "nothing is at " + std::string(path.substr(0, shown)) + "; GET / says what is here");
}

Reply wrong_method(std::string_view method) {
  constexpr std::size_t shown = 20;  // bytes of the method
  Reply reply = error_reply(405, "method " + std::string(method.substr(0, shown)) +
                                     " is not allowed here, GET and HEAD are");
  reply.headers = "Allow: GET, HEAD\r\n";
  return reply;
}

bool is_read(std::string_view method) {
  return method == "GET" || method == "HEAD";
}

}  // namespace

Routes::Routes(std::string metrics_path, const Board& board, Loop loop,
               std::shared_ptr<Liveness> liveness)
    : metrics_path_(std::move(metrics_path)),
      board_(board),
      loop_(std::move(loop)),
      liveness_(std::move(liveness)),
      metrics_(board) {
}

boost::asio::awaitable<Reply> Routes::answer(const Request& request) {
  if (request.path != liveness_path || !is_read(request.method)) {
    co_return at_once(request, Moment::now());
  }
  const bool alive = co_await liveness_->is_alive();
  co_return liveness(alive, Moment::now());
}

Reply Routes::at_once(const Request& request, const Moment& now) try {
  const bool is_metrics = request.path == metrics_path_;
  const bool is_home = request.path == "/";
  const Handler handler = find(request.path);
  if (!is_metrics && !is_home && !handler && request.path != liveness_path) {
    return not_here(request.path);
  }
  if (!is_read(request.method)) return wrong_method(request.method);
  if (is_metrics) return metrics_.answer(request.accept_encoding, now);
  if (is_home) return home(board_.read(), metrics_path_);
  return handler(board_.read(), request, now);
} catch (const BadRequest& error) {
  return error_reply(400, error.what());
}

}  // namespace http
