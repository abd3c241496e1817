#include "http/routes.hpp"

#include <charconv>
#include <utility>

#include "http/api.hpp"
#include "http/azuracast_hook.hpp"
#include "http/health.hpp"
#include "http/home.hpp"
#include "http/openapi.hpp"
#include "http/page/page.hpp"
#include "http/request_path.hpp"

namespace http {
namespace {

constexpr std::string_view liveness_path = "/health/liveness";
constexpr std::string_view events_path = "/api/v1/events";
constexpr std::string_view hooks_prefix = "/webhook/";
constexpr std::string_view azuracast_path = "/webhook/azuracast";
constexpr std::string_view recovery_suffix = "/recovery";

// For the supervising loop to answer; a stuck one never does.
constexpr std::chrono::seconds control_limit{2};
constexpr std::chrono::seconds reload_limit{10};  // reads files, perhaps of a network

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

// The routes that need nothing but the snapshots.
using Handler = Reply (*)(const SnapshotStore::View& view, const Request& request,
                          const ClockReading& now);
struct Route {
  std::string_view path;
  Handler handler;
};
using V = const SnapshotStore::View&;
using R = const Request&;
using M = const ClockReading&;
constexpr Route fixed_routes[] = {
    {"/health/readiness", [](V view, R, M now) { return readiness(view, now); }},
    {"/health/detailed", [](V view, R, M now) { return detailed(view, now); }},
    {"/api/v1/openapi.json", [](V, R, M) { return openapi(); }},
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

Reply wrong_method(std::string_view method, std::string_view allow, std::string_view allowed) {
  constexpr std::size_t shown = 20;  // bytes of the method
  Reply reply = error_reply(405, "method " + std::string(method.substr(0, shown)) +
                                     " is not allowed here, " + std::string(allowed));
  reply.headers = "Allow: " + std::string(allow) + "\r\n";
  return reply;
}

Reply wrong_method(std::string_view method) {
  return wrong_method(method, "GET, HEAD", "GET and HEAD are");
}

bool is_read(std::string_view method) {
  return method == "GET" || method == "HEAD";
}

// What protect: all leaves open: liveness; hooks, which have a password of their own; the page's
// own files, which say nothing of the streams and are needed to bring a token.
bool is_open_to_all(const Request& request) {
  return request.path == liveness_path || request.path.starts_with(hooks_prefix) ||
         is_of_page(request);
}

// As a stream of events: until either side ends it.
Reply events(EventHub& hub, std::string_view method) {
  Reply reply{200, "text/event-stream", std::make_shared<const std::string>(),
              "X-Accel-Buffering: no\r\n"};  // a proxy that gathers them makes them late
  if (method == "HEAD") return reply;
  reply.events = hub.subscribe();
  if (reply.events) return reply;
  reply = error_reply(503, "too many clients follow the events already");
  reply.headers = "Retry-After: 5\r\n";
  return reply;
}

}  // namespace

Routes::Routes(const Settings& settings, SupervisorApi loop, Means means)
    : metrics_path_(settings.metrics_path),
      protect_(settings.auth.protect),
      loop_(std::move(loop)),
      means_(std::move(means)),
      gate_(settings.auth, means_.waits),
      metrics_(means_.snapshots),
      azuracast_password_(settings.azuracast_password) {
}

boost::asio::awaitable<Reply> Routes::answer(const Request& request) {
  std::string problem;
  try {
    const std::optional<Change> wanted = change_of(request.path);
    if (wanted) co_return co_await change(request, *wanted);
    if (protect_ == Protect::all && !is_open_to_all(request)) {
      Admission admission = co_await gate_.admit(request);
      if (admission.refusal) co_return std::move(*admission.refusal);
    }
    co_return co_await admitted(request);
  } catch (const BadRequest& error) {
    problem = error.what();
  }
  co_return error_reply(400, problem);
}

boost::asio::awaitable<Reply> Routes::admitted(const Request& request) {
  if (request.path != liveness_path || !is_read(request.method)) {
    co_return at_once(request, ClockReading::now());
  }
  const bool alive = co_await means_.liveness->is_alive();
  co_return liveness(alive, ClockReading::now());
}

// 200 says that it was understood: to which streams it belongs, the loop finds.
Reply Routes::hear_azuracast_hook(const Request& request) const {
  if (request.method != "POST") {
    Reply reply = error_reply(405, "AzuraCast's web hook is a POST");
    reply.headers = "Allow: POST\r\n";
    return reply;
  }
  AzuracastHeard heard = hear_azuracast(
      {request.authorization, request.content_type, request.body, request.from_loopback},
      azuracast_password_);
  Reply reply = error_reply(heard.status, heard.message);
  if (heard.status == 401 && !azuracast_password_.empty()) {
    reply.headers = "WWW-Authenticate: " + std::string(azuracast_challenge) + "\r\n";
  }
  if (heard.report && loop_.hear) loop_.hear(std::move(*heard.report));
  return reply;
}

// Who asks is asked first: to others it is no business whether there is such a stream.
boost::asio::awaitable<Reply> Routes::change(const Request& request, const Change& wanted) {
  if (request.method != "POST") co_return wrong_method(request.method, "POST", "POST is");
  const std::string what = describe(wanted);
  if (is_cross_site(request)) {
    Reply reply = error_reply(403, "asked by another site's page, which may not");
    if (may_note_refusal())
      reply.audit = Audit{"nobody", what + ": refused to another site's page"};
    co_return reply;
  }
  Admission admission = co_await gate_.admit(request);
  if (admission.refusal) {
    if (may_note_refusal()) admission.refusal->audit = Audit{admission.who, what + ": refused"};
    co_return std::move(*admission.refusal);
  }
  const Outcome outcome = co_await carry_out(wanted);
  Reply reply = error_reply(outcome.status, outcome.message);
  reply.audit = Audit{admission.who, what + ": " + outcome.message};
  co_return reply;
}

// Anybody may be refused, as often as he likes: the log must not drown in it.
bool Routes::may_note_refusal() {
  constexpr unsigned refusals_noted = 10;  // a second
  const auto second = std::chrono::floor<std::chrono::seconds>(std::chrono::steady_clock::now());
  if (std::exchange(refusals_second_, second) != second) refusals_noted_ = 0;
  return ++refusals_noted_ <= refusals_noted;
}

boost::asio::awaitable<Outcome> Routes::carry_out(const Change& wanted) {
  using Answer = std::function<void(Outcome)>;
  std::function<void(Answer)> put;
  if (!wanted.control) {
    put = loop_.reload;
  } else if (loop_.control) {
    put = [this, &wanted](Answer answer) {
      loop_.control(wanted.stream, *wanted.control, std::move(answer));
    };
  }
  if (!put) co_return Outcome{501, "this instance does not offer it"};
  const auto outcome =
      co_await means_.waits.ask<Outcome>(put, wanted.control ? control_limit : reload_limit);
  co_return outcome.value_or(
      Outcome{503, "the supervising loop does not answer; it may do so later"});
}

Reply Routes::at_once(const Request& request, const ClockReading& now) {
  if (is_of_page(request)) {
    return is_read(request.method) ? page(request) : wrong_method(request.method);
  }
  if (request.path == azuracast_path) return hear_azuracast_hook(request);
  const bool is_metrics = request.path == metrics_path_;
  const bool is_home = request.path == "/";
  const bool is_events = request.path == events_path;
  const Handler handler = find(request.path);
  if (!is_metrics && !is_home && !is_events && !handler && request.path != liveness_path) {
    return not_here(request.path);
  }
  if (!is_read(request.method)) return wrong_method(request.method);
  if (is_metrics) return metrics_.answer(request.accept_encoding, now);
  if (is_events) return events(means_.events, request.method);
  if (is_home) return home(means_.snapshots.read(), metrics_path_);
  return handler(means_.snapshots.read(), request, now);
}

}  // namespace http
